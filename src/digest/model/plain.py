"""
Bring somebody's text into a line of plain words: no markup, no emoji, no placeholder, nothing twice.

Pure. Names are left as their makers write them; this is for taglines and descriptions.
"""

import re

LONGEST_TAGLINE = 90
"""Characters a tagline has room for."""
SHORTEST_CUT = 25
"""Characters below which the beginning of a line says too little to stand alone."""

_TAGS = (
    "a|abbr|b|big|blockquote|br|center|code|dd|details|div|dl|dt|em|figure|font|h[1-6]|hr|i|iframe|"
    "img|kbd|li|ol|p|picture|pre|s|script|section|small|source|span|strong|style|sub|summary|sup|"
    "table|tbody|td|th|thead|tr|u|ul|video"
)
_MARKUP = (
    (re.compile(rf"<!--.*?-->|</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE | re.DOTALL), " "),
    (re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])"), " "),  # badges and pictures
    (re.compile(r"\[([^\[\]]+)\]\([^()\s]*(?:\s\"[^\"]*\")?\)"), r"\1"),
    (re.compile(r"\s?\[\d+\]"), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+)(?<=[^\s*])\*(?![\w*])"), r"\1"),
    (re.compile(r"^\s*(?:#{1,6}|>+|[-*+•·|])\s+"), ""),
    (re.compile(r"(?<![\w:]):[a-z][a-z0-9]*(?:[_+-][a-z0-9]+)*:(?![\w:])"), " "),  # :rocket:
)
# Pictures, their joiners and colours; an arrow or a ™ is a sign like any other.
_EMOJI = re.compile(
    "(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b05-\u2b55\u231a\u231b\u23e9-\u23fa\u3030\u303d]"
    "|[0-9#*]\ufe0f?\u20e3)[\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*"
)
_TWICE = re.compile(r"\b(?!that\b|had\b|bye\b)([a-z]{2,}|[Tt]he|[Aa]n?) \1\b", re.IGNORECASE)
_PLACEHOLDERS = frozenset(
    {"", "n/a", "na", "none", "null", "nil", "undefined", "tbd", "tba", "todo", "test", "unknown"}
    | {"no description", "no description provided", "no description available", "description"}
    | {"coming soon", "untitled", "lorem ipsum", "placeholder", "nan", "not available"}
)
_SMALL_NAMES = frozenset(
    {"curl", "ffmpeg", "git", "llama.cpp", "npm", "npx", "pip", "pnpm", "tmux", "uv", "vim", "yarn"}
)
"""Words that stay small where a line begins with them."""
_SHORT_FOR = frozenset(
    {"ai", "api", "asr", "cli", "cpu", "css", "gpu", "html", "ide", "json", "llm", "llms", "mcp"}
    | {"ml", "nlp", "ocr", "pdf", "rag", "sdk", "seo", "sql", "tts", "ui"}
)
"""Words written in capitals."""
_SMALL_WORD = re.compile(r"[a-z][a-z'’-]*(?=[\s,.:;!?/]|$)")

_PUNCTUATED = re.compile(r"\s[–—-]{1,2}\s|[;:]\s|,\s|\s\(|[，；：、。]")
_CLAUSES = re.compile(
    r"\s(?=(?:that|which|who|where|while|with|without|including|featuring|designed|built|powered|"
    r"using|based|derived|trained|optimi[sz]ed|created|so|via|delivered|released|tailored)\b)"
)
_PHRASES = re.compile(r"\s(?=(?:for|to|from|in|on|by|across|through|at|as|into|than|and)\b)")
_DANGLING = re.compile(
    r"[\s,;:–—(-]+(?:to \w+|that (?:has|have) been \w+|in favou?r|a|an|the|of|for|to|with|and|or|in|on|at|by|from|is|are|was|that|which|who|its|"
    r"their|your|designed|built|based|optimi[sz]ed|made|used|trained|created|as|than|more|most|both|"
    r"between|such|like|up|can|be|been|has|have|it|you|via|using|including|into|but|so|not|also|very|"
    r"approaching|further|spanning|ranging)$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s\([^()]*\)")
_PARTICIPLE = re.compile(r"\s[\w-]+ed$")
_NO_NOUN_YET = re.compile(r"\b(?:an?|the)\s[\w-]+$", re.IGNORECASE)
"""Ends with an article and one word: most likely an adjective of more to come."""
_LIST_GOES_ON = re.compile(r",?\s(?:[^,;]{1,45},\s)*(?:and|or|&)\s")
_ADJECTIVE = re.compile(r"(?:ate|ive|al|ous|ic|ible|able|ful|ased|ient|less)$")
LIST_ITEM = 3
"""Words of a part of a list, at most."""
_LOOSE_END = re.compile(r"\s(?:a|an|the|of|for|and|or|with|by|from)$", re.IGNORECASE)
_OPENS_A_CLAUSE = re.compile(
    r"(?:after|although|as|because|before|given|if|once|since|though|unlike|until|when|whether|while)\b",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Give a text as one line without markup, badges and emoji; empty for a placeholder like "N/A"."""
    for pattern, instead in _MARKUP:
        text = pattern.sub(instead, text)
    text = " ".join(_EMOJI.sub(" ", text).split())
    text = re.sub(r"(?<=\w) (?=[.,;!?](?:\s|$))", "", text)
    text = _TWICE.sub(r"\1", text).strip(" |•·")
    return "" if text.strip(" .!-–—_").casefold() in _PLACEHOLDERS else text


def capitalised(text: str) -> str:
    """Begin a line with a capital, unless its first word is written small on purpose."""
    word = _SMALL_WORD.match(text)
    if word is None or word[0] in _SMALL_NAMES:
        return text
    small = word[0]
    written = small.upper() if small in _SHORT_FOR else small[0].upper() + small[1:]
    return written.replace("LLMS", "LLMs") + text[len(small) :]


def fitted(text: str, longest: int = LONGEST_TAGLINE) -> str:
    """
    Give a line that fits, cut where a clause ends, so that what is left reads as a whole.

    Args:
        text: One line.
        longest: Characters it may have, 30 or more.

    Returns:
        The line, or its beginning; with "…" only where no clause ends in it.
    """
    if not text.endswith(("…", "...")):
        if len(text) <= longest:
            return text
        shorter = _ASIDE.sub("", text)
        if shorter != text:
            return fitted(shorter, longest)
    if not _OPENS_A_CLAUSE.match(text):
        for ends in (_PUNCTUATED, _CLAUSES, _PHRASES):
            places = [m.start() for m in ends.finditer(text) if m.start() <= longest - 3]
            cut = beginning(text, places, is_phrase=ends is _PHRASES)
            if cut:
                return cut
    kept = text.rstrip("….")[: longest - 1].rpartition(" ")[0] or text[: longest - 1]
    return f"{kept.rstrip(' ,;:.-–—(')}…"


def beginning(text: str, ends: list[int], *, is_phrase: bool = False) -> str:
    """
    Give the longest beginning up to one of these places that says enough, without loose ends.

    Args:
        text: One line.
        ends: Places in it, in any order.
        is_phrase: The places are in the middle of clauses: a last participle goes, too.
    """
    for end in sorted(ends, reverse=True):
        kept = settled(text[:end])
        if is_phrase:
            kept = settled(_PARTICIPLE.sub("", kept))
        if len(kept) >= SHORTEST_CUT and _stands(kept, text[len(kept) :]):
            return _with_and(kept, text[len(kept) :])
    return ""


def _stands(kept: str, rest: str) -> bool:
    """Tell whether a beginning is whole: no open bracket, no adjective or figure of more to come."""
    if kept.count("(") != kept.count(")") or _NO_NOUN_YET.search(kept):
        return False
    last = kept.rsplit(maxsplit=1)[-1]
    is_figure = last[0].isdigit()
    if is_figure and rest.startswith((" to ", " and ")):
        return False
    return not (_LIST_GOES_ON.match(rest) and (is_figure or _ADJECTIVE.search(last)))


def settled(text: str) -> str:
    """Give a line without the small words it breaks off with."""
    kept = text.rstrip(" ,;:–—-(")
    while (loose := _DANGLING.search(kept)) is not None:
        kept = kept[: loose.start()].rstrip(" ,;:–—-(")
    return kept


def without_loose_end(text: str) -> str:
    """Give a line of somebody's without the word that its own next line would have gone on from."""
    while _LOOSE_END.search(text):
        text = _LOOSE_END.sub("", text)
    return text


def _with_and(kept: str, rest: str) -> str:
    """Join the last two parts of a list that was cut short: "reading, writing" with "and"."""
    head, comma, last = kept.rpartition(", ")
    words = last.split()
    is_item = len(words) == 1 or rest.startswith(", and ") or not words[0].endswith(("ing", "ed"))
    if comma and len(words) <= LIST_ITEM and is_item and _LIST_GOES_ON.match(rest):
        return f"{head} and {last}"
    return kept


def clause_ends(text: str) -> list[int]:
    """Give the places where a clause of a line ends, in no order."""
    return [match.start() for ends in (_PUNCTUATED, _CLAUSES) for match in ends.finditer(text)]
