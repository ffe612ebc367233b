"""
Whether a tool's own text or facts set it against another.

Pure. A tool that is named as what this one works with is no rival: "for Claude Code" is said by
those who add to it, "alternative to Claude Code" by those who replace it.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from digest.model import Candidate, FactKind

SHORTEST_NAME = 3
"""Letters of a name below which finding it in a text is chance."""
GENERAL_NAMES = frozenset(
    {
        *("chatgpt", "openai", "gpt", "gpt-4", "gpt-4o", "gpt-5", "claude", "anthropic", "gemini"),
        *("google", "github", "microsoft", "copilot", "llama", "meta", "apple", "amazon", "aws"),
        *("excel", "notion", "slack", "llms", "ai", "others", "competitors", "alternatives"),
    }
)
"""Names everybody compares with: two tools that both name one have not said that they are rivals."""
_BEFORE = r"alternatives? to|replacement for|replaces?|instead of|compared (?:to|with)|versus|vs\.?|unlike|like"
_AFTER = r"alternatives?|replacements?|competitors?|rivals?|killer|clone"
_LISTED = r"(?>[\w.+&'’-]++(?:,\s*+|\s++(?:and|or|&)\s++|\s*+/\s*+|\s++))"
"""A word of a list and what parts it from the next; atomic, since strangers write these texts."""
_WITH = re.compile(
    r"\b(?:works? (?:\w+ )?with|(?:built|based|runs?|running|sits?|layer) on(?: top of)?|built for"
    r"|powered by|plugins? for|extensions? (?:for|to)|skills? for|add-?ons? (?:for|to)|supports?"
    r"|supporting|integrat\w+ with|compatible with|connects? (?:to|with)|for use (?:with|in)|via"
    r"|using|uses?|through|on top of|inside|into|from|for|including|such as|e\.g\.|any)\s+"
    rf"{_LISTED}{{0,12}}$",
    re.IGNORECASE,
)
"""Words that make the names behind them, a list of them too, what the tool works with."""
_OWN = re.compile(
    r"\b(?:your|my|our|their|every|all|existing|multiple)\s+"
    rf"{_LISTED}{{0,6}}$",
    re.IGNORECASE,
)
"""Words that make the name behind them something the reader has already."""
_THINGS = re.compile(
    r"^(?:'s)?(?:(?:,|,?\s+(?:and|or|&)|\s*/)\s*[\w.+-]+(?:\s+[A-Z][\w.+-]*)?){0,6}\s+"
    r"(?:logs?|sessions?|skills?|plugins?|extensions?|hooks?|configs?|configuration|history|usage"
    r"|users?|subscriptions?|accounts?|agents?|instances?|workflows?|projects?|conversations?"
    r"|chats?|prompts?|limits?|tokens?|costs?|transcripts?|memory|setups?|wrappers?|apis?|apps?"
    r"|models?|clients?|servers?|runs?|tasks?|integrations?|support)\b",
    re.IGNORECASE,
)
"""Words that make the name before them an attribute: Codex logs are no Codex."""
_SENTENCE = re.compile(r"[.!?;:]\s")


def names(found: Candidate, other: Candidate) -> bool:
    """
    Say whether a tool's own text or facts name the other as what it stands against.

    A name of one word is taken for a name only inside a sentence or after words such as
    "alternative to": "Make" at the start of a sentence is a verb.
    """
    if other.tool.name.strip().casefold() in rivals(found):
        return True
    text = f"{found.tool.tagline}. {found.tool.description}"
    return says(text, own=found.tool.name, name=other.tool.name.strip())


def rivals(found: Candidate) -> frozenset[str]:
    """Give the names that a tool's facts have as its rivals, in small letters."""
    return frozenset(
        str(fact.value).strip().casefold()
        for fact in found.facts
        if fact.kind is FactKind.RIVAL_NAMED
    )


def share_a_rival(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Say whether both name one third tool, and not one that everybody names."""
    return bool((set(ours) & set(theirs)) - GENERAL_NAMES)


def says(text: str, *, own: str, name: str) -> bool:
    """Say whether a text, of a tool called ``own``, sets it against what is called ``name``."""
    if len(name) < SHORTEST_NAME or name not in text or name.casefold() in own.casefold():
        return False
    against, inside = _ways(name)
    if any(way.search(text) for way in against):
        return True
    return any(_stands_alone(text, match) for match in inside.finditer(text))


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Return False where a name is only what the tool works with, or an attribute of something."""
    before, after = _SENTENCE.split(text[: match.start()])[-1], text[match.end() :]
    return not (_WITH.search(before) or _OWN.search(before) or _THINGS.match(after))


@lru_cache(maxsize=4096)
def _ways(name: str) -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str]]:
    """Give the ways to be set against a name, and that of merely naming it."""
    whole = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    against = (rf"\b(?i:{_BEFORE})\s+{whole}", rf"{whole}\s+(?i:{_AFTER})\b")
    inside = whole if " " in name else rf"(?<=[a-z,] ){whole}"
    return tuple(map(re.compile, against)), re.compile(inside)
