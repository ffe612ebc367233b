"""
What kind of thing a tool is and for whom: tags, platforms, buyers, size; and how much two share.

Pure. What is not known of one side is neither in common nor a difference.
"""

import re
from collections.abc import Iterable, Mapping

from digest.model import Candidate, Fact, FactKind, Tool

Facets = Mapping[str, frozenset[str]]
"""Set of words by facet: tags, platforms, buyers; the size of a model is one word."""

FACETS = ("tags", "platforms", "buyers")
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
_READERS = {who: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])") for who, words in _BUYERS.items()}
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
    kinds = {"tags": tags, "buyers": buyers(f"{tool.tagline} {tool.description}")}
    return {name: words for name, words in kinds.items() if words}


def buyers(text: str) -> frozenset[str]:
    """Say whom a text addresses; empty where it does not say."""
    small = text.casefold()
    return frozenset(who for who, words in _READERS.items() if words.search(small))


def overlap(ours: Facets, theirs: Facets) -> float | None:
    """
    Give the mean share of what two have in common in tags, platforms and buyers.

    One that is unknown of a side counts half, so that a single word in common is no proof; the size
    of models counts where both are known. None where nothing is known of both.
    """
    both = ours.keys() & theirs.keys()
    if not both:
        return None
    shares = [
        len(ours[name] & theirs[name]) / len(ours[name] | theirs[name]) if name in both else UNSURE
        for name in FACETS
    ]
    if SIZE in both:
        shares.append(_size_share(ours[SIZE], theirs[SIZE]))
    return sum(shares) / len(shares)


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
