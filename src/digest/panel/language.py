"""
What our own sentences may never say: first-hand experience, hype, guarantees.

Nobody here ran a tool, so no sentence may sound as if somebody had (16 CFR 465). Words between
quotation marks are the source's own and exempt, code between backticks is nobody's.
"""

import re

_DID = (
    r"ran|tested|tried|used|installed|built|deployed|benchmarked|measured|owned|paid|spent|played|"
    r"found(?!\s+(?:no|none|nothing|neither)\b)|loved|liked|evaluated|set\s+up|spun\s+up|fired\s+up|"
    r"switched|migrated|ported|shipped|bought|enjoyed|timed|clocked|profiled|wired"
)
_DO = (
    r"run|test|try|use|install|build|deploy|benchmark|measure|own|pay|love|like|recommend|think|"
    r"believe|prefer"
)
_PLAYED_WITH = (
    r"running|testing|trying|using|installing|building|deploying|benchmarking|measuring|owning|paying|"
    r"playing|living|working"
)
_GAP = r"[\s,;—–-]+"
_BETWEEN = rf"(?:{_GAP}(?!(?:what|which|that|how|who|whether|its|they)\b)[\w'’]+){{0,4}}?"
"""Up to four words between who and what they did, ``we at the desk then ran``; not another clause."""
_US = r"(?:[Ii]|[Ww]e)(?:['’](?:ve|d|m|re|ll))?"
_PANEL = (
    r"(?:(?:this|our)\s+(?:reviewer|panel|editor|team|desk|newsroom|author|tester|staff)|"
    r"the\s+(?:reviewer|panel|panellist|editor|newsroom|tester))s?"
)
_GEAR = (
    r"(?:laptop|machine|mac|macbook|pc|desktop|phone|server|gpu|cluster|rig|setup|box|repo|codebase|"
    r"stack|workstation|computer|account|project|hardware|3090|4090)s?"
)
_TIME = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|evenings?|afternoons?|mornings?|weekends?)"

_FIRST_PERSON = (
    re.compile(rf"\b{_US}{_BETWEEN}{_GAP}(?:{_DID}|{_DO})\b"),
    re.compile(rf"\b{_US}(?:\s+\w+){{0,3}}?\s+(?:{_PLAYED_WITH})\b"),
    re.compile(rf"\b{_PANEL}{_BETWEEN}{_GAP}(?:{_DID})\b", re.IGNORECASE),
    re.compile(
        r"\b(?:in|during|from|after|by|throughout)\s+(?:my|our)(?:\s+own)?(?:\s+[\w-]+)?\s+"
        r"(?:tests?|testing|trials?|experience|use|usage|hands|benchmarks?|runs?|evaluations?|work|"
        r"workflow|eyes)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:my|our)(?:\s+own)?\s+(?:tests?|testing|trials?|benchmarks?|measurements?|experiences?|"
        r"experiments?|impressions?|evaluations?|takeaways?|favou?rites?|verdict\s+after)\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\bon\s+(?:my|our)(?:\s+own)?(?:\s+[\w-]+){{0,2}}?\s+{_GEAR}\b", re.IGNORECASE),
    re.compile(
        rf"\bafter\s+(?:about\s+|just\s+|only\s+)?(?:an?|the|one|two|three|four|five|six|several|some|"
        rf"many|\d+)\s+(?:[\w-]+\s+)?{_TIME}\s+(?:with|of|on|{_PLAYED_WITH})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:personally|someone\s+who(?:\s+has)?)\s+(?:{_DID})\b", re.IGNORECASE),
    re.compile(rf"\b[Hh]aving\s+(?:(?:been\s+)?(?:{_PLAYED_WITH})|{_DID})\b"),
    re.compile(
        r"\bhands[- ]on\b|\bfirst[- ]hand\b|\bdogfood\w*|\btest[- ]dr(?:ive|ove)\b", re.IGNORECASE
    ),
    re.compile(
        r"\bin\s+(?:actual|daily|everyday|real(?:[- ](?:world|life))?)\s+"
        r"(?:use|usage|testing|tests)\b",
        re.IGNORECASE,
    ),
    # elliptic: a sentence that begins with what somebody did, and to what
    re.compile(
        r"(?:^|[.!?…:;—–]\s+)(?:Been\s+(?:running|using|testing|playing)|"
        r"(?:Ran|Tested|Tried|Installed|Deployed|Benchmarked|Measured|Spun|Fired|Threw|Plugged|Timed)\s+"
        r"(?:it|this|that|both|up|the|on|with|for|against|over))\b"
    ),
    re.compile(r"(?<![\w.])I(?:['’](?:m|ve|d|ll))?\b(?![./-]|\s*(?:/|of\s+\d))"),
    re.compile(r"(?<![\w./@-])(?:[Mm]y|[Mm]ine|[Mm]yself|[Oo]urselves|[Mm]e|us)\b(?![/-])"),
)
_HYPE = re.compile(
    r"\b(?:game[- ]?chang(?:er|ers|ing)|revolution(?:ary|i[sz]es?|i[sz]ing)|"
    r"(?:ground|record)[- ]?breaking|mind[- ]?blowing|jaw[- ]?dropping|cutting[- ]edge|"
    r"bleeding[- ]edge|breath[- ]?taking|"
    r"state[- ]of[- ]the[- ]art|world[- ]class|best[- ]in[- ]class|next[- ]gen(?:eration)?|"
    r"next[- ]level|must[- ](?:have|try)|no[- ]brainer|blazing(?:ly)?[- ]fast|lightning[- ]fast|"
    r"unparalleled|unmatched|unrivall?ed|unbeatable|unprecedented|incredibl[ey]|amazing(?:ly)?|"
    r"insane(?:ly)?|awesome|phenomenal|stunning(?:ly)?|magical(?:ly)?|like\s+magic|supercharg\w+|"
    r"turbocharg\w+|seamless(?:ly)?|effortless(?:ly)?|"
    r"(?:industry|market)[- ]leading|second\s+to\s+none|top[- ]notch|rock[- ]solid|"
    r"the\s+(?:very\s+)?best(?!-)|the\s+ultimate|the\s+future\s+of|perfect(?:ly)?|flawless(?:ly)?|"
    r"(?:the|world['’]s)\s+most\s+(?:powerful|advanced|innovative|intuitive|capable|impressive|exciting)|"
    r"changes\s+everything|holy\s+grail|silver\s+bullet|killer|disruptive|"
    r"unleash\w*|10x|100x)\b|\b10{1,2}×",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:guarantee(?:d|s|ing)?|risk[- ]free|zero[- ]risk|fail[- ]?safe|fool[- ]?proof|bullet[- ]?proof|"
    r"(?:never|cannot|can['’]t|won['’]t)\s+(?:ever\s+)?(?:fails?|breaks?|disappoints?|go\s+wrong)|"
    r"always\s+works?|(?:will|can)\s+never\s+(?:break|fail)|"
    r"100\s?(?:%|percent|per\s+cent)\s+(?:safe|secure|reliable|accurate)|"
    r"without\s+any\s+risk|we\s+promise)\b",
    re.IGNORECASE,
)
_SHOUT = re.compile(r"!")

_QUOTED = re.compile(
    r"“(?P<curly>[^”]*)”|(?<!\w)\"(?P<straight>(?=\S)[^\"]*)\"(?!\w)|‘(?P<single>[^’]*)’(?!\w)|"
    r"«(?P<angled>[^»]*)»|`(?P<code>[^`]*)`"
)
"""An inch mark after a number opens no quotation."""
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
SHORT_QUOTE = 2
"""Words up to which quotation marks may be mere irony: “tested” quotes nobody."""


def problems(text: str) -> tuple[str, ...]:
    """
    List what a sentence of ours may not say, one short line each; empty for a clean text.

    Quoted words are not looked at: they are evidence, and marked as such. A word or two in quotation
    marks are looked at for who is speaking.
    """
    seen = _HIDDEN.sub("", text)
    own = _QUOTED.sub(" ", seen)
    spoken = _QUOTED.sub(_if_short, seen)
    found = [f"first person: {match.group().strip(' .!?…:;—–')}" for match in _first_person(spoken)]
    for name, pattern in (("hype", _HYPE), ("guarantee", _PROMISE), ("exclamation", _SHOUT)):
        found.extend(f"{name}: {match.group()}" for match in pattern.finditer(own))
    return tuple(dict.fromkeys(found))


def _if_short(match: re.Match[str]) -> str:
    words = next((group for group in match.groups() if group is not None), "")
    return f" {words} " if len(words.split()) <= SHORT_QUOTE and match["code"] is None else " "


def _first_person(own: str) -> list[re.Match[str]]:
    return [match for pattern in _FIRST_PERSON for match in pattern.finditer(own)]
