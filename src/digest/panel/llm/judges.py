"""
Which models judge, who makes them, and whether one would judge a tool of its own maker.

Pure.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from digest.errors import SettingsError
from digest.model import Tool, Value

PROVIDERS = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "ollama": "http://localhost:11434/v1",
}
"""What a model's name may begin with, and where that is asked. Any server that speaks OpenAI's chat
API is ``openai:`` with a base URL."""
FAMILIES = {
    "gpt": "OpenAI", "chatgpt": "OpenAI", "o1": "OpenAI", "o3": "OpenAI", "o4": "OpenAI",
    "claude": "Anthropic", "gemini": "Google", "gemma": "Google", "llama": "Meta",
    "codellama": "Meta", "qwen": "Alibaba", "qwq": "Alibaba", "mistral": "Mistral",
    "ministral": "Mistral", "mixtral": "Mistral", "codestral": "Mistral", "magistral": "Mistral",
    "devstral": "Mistral", "deepseek": "DeepSeek", "phi": "Microsoft", "grok": "xAI",
    "command": "Cohere", "aya": "Cohere", "nemotron": "NVIDIA", "granite": "IBM", "glm": "Zhipu",
    "kimi": "Moonshot", "smollm": "Hugging Face", "olmo": "Ai2", "yi": "01.AI", "falcon": "TII",
    "minimax": "MiniMax", "nova": "Amazon", "jamba": "AI21",
}  # fmt: skip
"""Who makes the models whose names begin so."""
OTHER_NAMES = {
    "Meta": ("facebook", "metaai"), "Alibaba": ("qwen",), "Google": ("deepmind", "googledeepmind"),
    "Mistral": ("mistralai",), "DeepSeek": ("deepseekai",), "Zhipu": ("zai", "thudm", "zhipuai"),
    "Moonshot": ("moonshotai",), "Hugging Face": ("huggingfacetb",), "Ai2": ("allenai",),
    "Amazon": ("aws",), "Microsoft": ("azure",),
}  # fmt: skip
"""What else those makers go by, in small letters without blanks."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SHARED = frozenset({"github.com", "huggingface.co", "gitlab.com", "ollama.com", "producthunt.com"})
"""Hosts whose name says nothing of who made what lies there."""
_NAME = re.compile(r"[\w./:@+-]{1,200}")
_APART = re.compile(r"[^a-z0-9]+")


class Judge(Value):
    """A model that may judge."""

    provider: str
    model: str
    base_url: str
    vendor: str | None
    """Who makes it; None where its name does not tell."""

    @property
    def name(self) -> str:
        """As reviews and settings name it: ``openai:gpt-5-mini``."""
        return f"{self.provider}:{self.model}"

    @property
    def is_local(self) -> bool:
        """True where it runs on this machine, so that nobody is paid for it."""
        return (urlsplit(self.base_url).hostname or "") in LOOPBACK

    @property
    def is_at_home(self) -> bool:
        """True where it is asked at its provider's own address."""
        return self.base_url == PROVIDERS[self.provider]


def read_judge(
    text: str, *, setting: str, base_url: str | None = None, vendor: str | None = None
) -> Judge:
    """
    Read a model's name.

    Args:
        text: ``provider:model``; without a provider it is ``openai``, which needs a base URL then.
        setting: The variable it stands in, for the error.
        base_url: Where it is asked instead of at its provider's.
        vendor: Who makes it, where its name does not tell.

    Raises:
        SettingsError: The name cannot be used.
    """
    provider, colon, model = text.strip().partition(":")
    if provider not in PROVIDERS and base_url:  # a local server's name may hold a colon itself
        provider, colon, model = "openai", ":", text.strip()
    if not colon or provider not in PROVIDERS or not _NAME.fullmatch(model):
        known = ", ".join(f"{each}:MODEL" for each in PROVIDERS)
        raise SettingsError(
            setting, f"{text!r} names no model; wanted is one of {known}, or a base URL besides"
        )
    return Judge(
        provider=provider,
        model=model,
        base_url=(base_url or PROVIDERS[provider]).rstrip("/"),
        vendor=vendor or maker_of(model) or _own_maker(provider, is_elsewhere=bool(base_url)),
    )


def maker_of(model: str) -> str | None:
    """Give who makes a model, by how its name begins: ``meta-llama/llama-3.2-3b`` is Meta's."""
    last = model.casefold().rsplit("/", 1)[-1]
    best = max((each for each in FAMILIES if last.startswith(each)), key=len, default=None)
    return FAMILIES[best] if best else None


def conflict(judge: Judge, tool: Tool) -> str | None:
    """Say that a judge and a tool are of one maker, in a sentence for readers; None: they are not."""
    if judge.vendor is None or not _is_of(tool, judge.vendor):
        return None
    return f"The model that judged, {judge.model}, is made by {judge.vendor}, as this tool is."


def choose(judge: Judge, others: Iterable[Judge], tool: Tool) -> tuple[Judge, str | None]:
    """Give the judge for a tool: another of those configured where this one is of its maker."""
    said = conflict(judge, tool)
    if said is None:
        return judge, None
    free = next((each for each in others if each.vendor and not conflict(each, tool)), None)
    return (free, None) if free else (judge, said)


def _own_maker(provider: str, *, is_elsewhere: bool) -> str | None:
    """Give the maker where a provider serves its own models only: OpenAI does at its own address."""
    if provider == "anthropic":
        return "Anthropic"
    return "OpenAI" if provider == "openai" and not is_elsewhere else None


def _is_of(tool: Tool, vendor: str) -> bool:
    """Return True where vendor, name or address of a tool names the maker."""
    names = {_APART.sub("", vendor.casefold()), *OTHER_NAMES.get(vendor, ())}
    address = tool.site or tool.url or ""  # a site has no scheme
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    host = host.removeprefix("www.")
    labels = set() if host in SHARED else set(host.split(".")[:-1])
    told = [tool.vendor or "", tool.vendor_key, tool.name]
    words = {word for text in told for word in _APART.split(text.casefold())}
    whole = {_APART.sub("", text.casefold()) for text in told}
    return bool(names & (words | whole | labels))
