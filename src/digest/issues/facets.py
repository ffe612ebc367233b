"""
What kind of thing a tool is and for whom: tags, platforms, buyers, size; and how much two share.

Pure. What is not known of one side is neither in common nor a difference.
"""

import re
from collections.abc import Iterable, Mapping

from digest.model import Candidate, Fact, FactKind, Tool

Facets = Mapping[str, frozenset[str]]
"""
Set of words by facet: tags, platforms, buyers; forms, which are platforms as texts have them; the
size of a model is one word.
"""

SIZE = "size"
UNSURE = 0.5
GENERAL_TAGS = frozenset(
    {
        *("ai", "artificial-intelligence", "llm", "llms", "large-language-models", "genai"),
        *("generative-ai", "machine-learning", "ml", "deep-learning", "nlp", "gpt", "chatgpt"),
        *("openai", "claude", "anthropic", "gemini", "python", "typescript", "javascript"),
        *("rust", "go", "golang", "java", "cpp", "shell", "swift", "kotlin", "react", "nextjs"),
        *("nodejs", "docker", "open-source", "opensource", "show-hn", "tech", "saas", "api"),
        *("developer-tools", "productivity", "software-engineering", "github", "transformers"),
        *("safetensors", "pytorch", "tensorflow", "jax", "onnx", "gguf", "custom-code"),
        *("endpoints-compatible", "autotrain-compatible", "text-generation-inference"),
        *("conversational", "en", "zh", "multilingual", "region", "hacktoberfest", "awesome"),
    }
)
"""Tags that half the tools of any job carry: to share one says nothing."""
_MARK = re.compile(r"[^0-9a-z]+")
_PREFIXED = re.compile(
    r"^(?:license|licence|region|arxiv|dataset|base_model|doi|diffusers|library):"
)
_BUYERS = {
    "developers": r"developers?|engineers?|programmers?|devs?|sdks?|apis?|clis?|terminal|ides?"
    r"|codebases?|librar(?:y|ies)|frameworks?|self-host(?:ed)?|repos?(?:itor(?:y|ies))?|coding",
    "companies": r"enterprises?|compan(?:y|ies)|business(?:es)?|organi[sz]ations?|b2b|agenc(?:y|ies)"
    r"|soc ?2|sso|compliance|startups?|founders?|sales|support teams?",
    "creators": r"creators?|marketers?|designers?|artists?|podcasters?|youtubers?|musicians?"
    r"|filmmakers?|bloggers?|video editors?|social media",
    "researchers": r"researchers?|scientists?|academics?|scholars?|papers?",
    "everyone": r"students?|kids|famil(?:y|ies)|personal|everyone|your life|travell?ers?|parents?"
    r"|consumers?",
}
_FORMS = {
    "terminal": r"terminal|command[ -]line|clis?|tuis?|shell",
    "editor": r"vs ?code|ides?|jetbrains|(?:neo)?vim|code editor",
    "browser": r"(?:browser|chrome) extensions?|(?:in|inside) (?:the|your|a) browser|web apps?",
    "desktop": r"macos|mac app|for (?:your )?mac|windows|desktop|menu bar",
    "phone": r"ios|iphone|ipad|android|mobile|imessage|whatsapp|telegram|phone calls?|calls",
    "team chat": r"slack|discord|microsoft teams",
    "api": r"apis?|sdks?|endpoints?",
    "library": r"librar(?:y|ies)|frameworks?|packages?|python|typescript|rust crate",
    "server": r"servers?|self-host(?:ed|ing)?|docker|kubernetes|on-prem(?:ises)?",
    "add-on": r"skills?|plugins?|mcp|add-ons?|extensions? for|prompts?|templates?|boilerplate",
    "weights": r"(?:open|model) weights|open-weights?|gguf|checkpoints?|parameters|fine-tuned",
    "paper": r"papers?|we (?:propose|present|introduce|show)|dataset|benchmark",
}
"""What a thing is and where it runs, as texts say it."""


class _Reader:
    """Finds which of some classes a text has words of, in one pass: this is asked of every tool."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._classes = tuple(words)
        every = "|".join(f"({each})" for each in words.values())
        self._pattern = re.compile(rf"(?<![\w-])(?:{every})(?![\w-])")

    def classes(self, text: str) -> frozenset[str]:
        """Give them, sought in small letters."""
        found = {match.lastindex for match in self._pattern.finditer(text.casefold())}
        return frozenset(self._classes[number - 1] for number in found if number)


_BUYERS_IN, _FORMS_IN = _Reader(_BUYERS), _Reader(_FORMS)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMBT])\b", re.IGNORECASE)
_SCALE = {"k": 1e-6, "m": 1e-3, "b": 1.0, "t": 1e3}
NEAR_SIZE = 2.0
"""Models whose sizes differ by no more run on the same hardware."""
FAR_SIZE = 4.0
"""Beyond this they do not."""


def facets(found: Candidate) -> Facets:
    """Give what is known of a candidate."""
    kinds = {"platforms": _platforms(found.facts), SIZE: _size(found.facts)}
    return facets_of(found.tool) | {name: words for name, words in kinds.items() if words}


def facets_of(tool: Tool) -> dict[str, frozenset[str]]:
    """Give what a tool says of itself without its facts: tags and buyers."""
    tags = frozenset(filter(None, map(_tag, tool.tags))) - GENERAL_TAGS
    text = f"{tool.tagline} {tool.description}"
    kinds = {"tags": tags, "buyers": buyers(text), "forms": forms(text)}
    return {name: words for name, words in kinds.items() if words}


def buyers(text: str) -> frozenset[str]:
    """Say whom a text addresses; empty where it does not say."""
    return _BUYERS_IN.classes(text)


def forms(text: str) -> frozenset[str]:
    """Say what a thing is and where it runs, such as a library or an add-on, as far as a text does."""
    return _FORMS_IN.classes(text)


def overlap(ours: Facets, theirs: Facets) -> float | None:
    """
    Give the mean share of what two have in common in tags, platforms and buyers.

    Where facts do not name the platforms of both, their texts may. One that is unknown of a side
    counts half, so that a single word in common is no proof; the size of models counts where both
    are known. None where nothing is known of both.
    """
    platforms = _share(ours, theirs, "platforms")
    if platforms is None:
        platforms = _share(ours, theirs, "forms")
    parts = [_share(ours, theirs, "tags"), platforms, _share(ours, theirs, "buyers")]
    shares = [UNSURE if part is None else part for part in parts]
    has_sizes = SIZE in ours and SIZE in theirs
    if has_sizes:
        shares.append(_size_share(ours[SIZE], theirs[SIZE]))
    elif parts == [None] * len(parts):
        return None
    return sum(shares) / len(shares)


def _share(ours: Facets, theirs: Facets, name: str) -> float | None:
    if name not in ours or name not in theirs:
        return None
    return len(ours[name] & theirs[name]) / len(ours[name] | theirs[name])


def _tag(tag: str) -> str:
    small = tag.casefold().strip()
    return "" if _PREFIXED.match(small) else _MARK.sub("-", small).strip("-")


def _platforms(facts: Iterable[Fact]) -> frozenset[str]:
    named = (str(fact.value) for fact in facts if fact.kind is FactKind.PLATFORMS)
    return frozenset(
        part.strip().casefold() for text in named for part in text.split(",") if part.strip()
    )


def _size(facts: Iterable[Fact]) -> frozenset[str]:
    """Give the size of a model in billions of parameters, as one word; empty where unknown."""
    for fact in facts:
        match = _SIZE.search(str(fact.value)) if fact.kind is FactKind.PARAMETERS else None
        if match:
            return frozenset({f"{float(match[1]) * _SCALE[match[2].casefold()]:.6g}"})
    return frozenset()


def _size_share(ours: frozenset[str], theirs: frozenset[str]) -> float:
    small, large = sorted(float(size) for size in (*ours, *theirs))
    ratio = large / small if small else FAR_SIZE + 1
    return 1.0 if ratio <= NEAR_SIZE else 0.5 if ratio <= FAR_SIZE else 0.0
