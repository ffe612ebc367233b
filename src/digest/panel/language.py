"""
What our own sentences may never say: first-hand experience, hype, guarantees.

Nobody here ran a tool, so no sentence may sound as if somebody had (16 CFR 465). Words between
quotation marks are the source's own and exempt.
"""

import re

DOINGS = (
    "ran|run|tested|test|tried|try|used|use|installed|install|built|build|deployed|deploy|"
    "benchmarked|benchmark|measured|measure|owned|own|paid|pay|spent|played|found|loved|love|"
    "liked|recommend|think|believe"
)
"""What a person does with a tool, or feels about it."""

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’|«[^»]*»")
_FIRST_PERSON = (
    re.compile(
        rf"\b(?:I|[Ww]e)(?:['’](?:ve|d|m|re|ll))?"
        rf"(?:\s+(?:have|had|has|would|could|will|can|just|also|never|always|personally|"
        rf"actually|recently|\w+ly))*\s+(?:been\s+)?(?:{DOINGS}|\w+ing)\b"
    ),
    re.compile(
        r"\b(?:in|during|from|after|by)\s+(?:my|our)(?:\s+own)?(?:\s+\w+)?\s+"
        r"(?:test|tests|testing|trial|trials|experience|use|usage|hands|benchmark|benchmarks|runs?)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bon\s+(?:my|our)(?:\s+own)?(?:\s+\w+)?\s+"
        r"(?:laptop|machine|mac|macbook|pc|desktop|phone|server|gpu|cluster|rig|setup|box)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bafter\s+(?:an?|one|two|three|four|several|some|\d+)\s+(?:\w+\s+)?"
        r"(?:minutes?|hours?|days?|weeks?|months?|evenings?|weekends?)\s+"
        r"(?:with|of|on|using|testing)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\bhands[- ]on\b|\bfirst[- ]hand\b", re.IGNORECASE),
    re.compile(r"\b(?:I|I['’](?:m|ve|d|ll))\b(?!/)|\b(?:[Mm]y|[Mm]ine|[Mm]yself|[Oo]urselves)\b"),
)
_HYPE = re.compile(
    r"\b(?:game[- ]?chang(?:er|ers|ing)|revolution(?:ary|i[sz]es?|i[sz]ing)|"
    r"(?:ground|record)[- ]?breaking|mind[- ]?blowing|jaw[- ]?dropping|cutting[- ]edge|"
    r"state[- ]of[- ]the[- ]art|world[- ]class|best[- ]in[- ]class|next[- ]gen(?:eration)?|"
    r"next[- ]level|must[- ]have|no[- ]brainer|blazing(?:ly)?[- ]fast|lightning[- ]fast|"
    r"unparalleled|unmatched|unrivall?ed|incredibl[ey]|amazing(?:ly)?|insane(?:ly)?|"
    r"stunning(?:ly)?|magical(?:ly)?|supercharg\w+|turbocharg\w+|seamless(?:ly)?|effortless(?:ly)?|"
    r"the\s+(?:very\s+)?best(?!-)|the\s+ultimate|perfect(?:ly)?|flawless(?:ly)?|killer|disruptive|"
    r"unleash\w*|10x|100x)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:guarantee[ds]?|guaranteed|risk[- ]free|never\s+fails?|always\s+works?|"
    r"(?:will|can)\s+never\s+(?:break|fail)|100\s?%\s+(?:safe|secure|reliable|accurate)|"
    r"without\s+any\s+risk)\b",
    re.IGNORECASE,
)
_SHOUT = re.compile(r"!")


def problems(text: str) -> tuple[str, ...]:
    """
    List what a sentence of ours may not say, one short line each; empty for a clean text.

    Quoted words are not looked at: they are evidence, and marked as such.
    """
    own = _QUOTED.sub(" ", text)
    found = [f"first person: {match.group().strip()}" for match in _first_person(own)]
    for name, pattern in (("hype", _HYPE), ("guarantee", _PROMISE), ("exclamation", _SHOUT)):
        found.extend(f"{name}: {match.group()}" for match in pattern.finditer(own))
    return tuple(found)


def _first_person(own: str) -> list[re.Match[str]]:
    return [match for pattern in _FIRST_PERSON for match in pattern.finditer(own)]
