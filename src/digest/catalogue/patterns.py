"""
The words by which announcements say things: nothing but patterns, one alternative a line.

They are read by ``phrases``; each is tried on one sentence at a time.
"""

import re
from collections.abc import Mapping

from digest.model import FactKind


def _any(*alternatives: str, case: bool = False) -> re.Pattern[str]:
    """Make a pattern that matches any of these; case counts only where asked."""
    return re.compile("|".join(alternatives), re.NOFLAG if case else re.IGNORECASE)


YES_OR_NO: Mapping[FactKind, re.Pattern[str]] = {
    FactKind.DOCS: _any(
        r"\bdocs?\s?(?:and an? api reference\s?)?:\s",
        r"https?://docs\.",
        r"\b[\w-]+\.\w+/docs\b",
        r"\bapi (?:docs|reference)\b",
        r"\bdocs\b(?=(?:,? (?:and|an?|the|with|runnable|live)\b[^.;]{0,60})? (?:are|is) "
        r"(?:public|open|published|live|online|available|not|coming)\b)",
        r"\bdocs (?:at|on|inside|included|here|yet|coming|to follow)\b",
        r"\bdocs and (?:an? |the )?(?:runnable |live )?(?:examples?|demo|api)\b",
        r"\b(?:our|full|complete|public) (?:docs|documentation)\b(?! (?:of|for) your)",
        r"\bdocumentation(?::| (?:is|at|site|here|online|yet)\b)",
    ),
    FactKind.EXAMPLE: _any(
        r"\b(?:runnable|working|code|usage) examples?\b",
        r"(?<!for )\bexamples? (?:for|in|are|included|inside|folder|notebooks?|project|repository|meeting)\b",
        r"\bexamples/",
        r"\b(?:live|online|interactive|browser|read-only|public|hosted) demos?\b(?! video)",
        r"\bdemo (?:site|project|meeting|space|is|at|here)\b",
        r"\bdemo:\s",
        r"\s--demo\b",
        r"\w/demo\b",
        r"\b(?:the|an?|our|online|interactive) playground\b",
        r"\btry it (?:here|now|online|live|out at|at|in (?:the|your) browser)\b",
        r"huggingface\.co/spaces/",
    ),
    FactKind.WAITLIST: _any(
        r"\bwait(?:ing)?[- ]?list\b(?! (?:apps?|builders?|manag\w+|pages?|sign-?ups?|software|tools?)\b)",
        r"\binvite[- ]only\b",
        r"\b(?:private|closed) (?:beta|alpha|preview)\b",
        r"\brequest (?:early )?access\b",
    ),
    FactKind.RUNS_LOCALLY: _any(
        r"\b(?:runs?|running|works?) (?:(?:entirely|fully|completely|100\s?%|natively) )?"
        r"(?:locally|offline|on[- ]device)\b",
        r"\bon[- ]device\b",
        r"\bon the device\b",
        r"\blocal[- ]first\b",
        r"\b(?:fully|100\s?%) (?:local|offline)\b",
        r"(?<!to )\boffline\b(?! (?:chat|data|dataset|evaluation|training)\b)",
        r"\(local\b",
        r"\bon your own (?:machine|laptop|mac|pc|computer|hardware|phone|gpu)\b",
        r"\bruns? on your (?:machine|laptop|mac|pc|computer|phone|gpu)\b",
        r"\bon (?:consumer|commodity) (?:hardware|gpus?|laptops?)\b",
        r"\bnothing leaves (?:the|your) \w+\b",
        r"\bnever leaves? (?:the|your) \w+\b",
        r"\blocal (?:model server|runtime|inference)\b",
    ),
    FactKind.SELF_HOST: _any(
        r"(?<!with )(?<!any )\bself[- ]?host(?:s|ed|able|ing)?\b",
        r"\bhost it yourself\b",
        r"\bon your own (?:servers?|infrastructure|cloud|cluster)\b",
        r"(?<!with )(?<!other )(?<!than )\bopen[- ]weights?\b",
        r"\bdocker compose up\b",
        r"\bon[- ]prem(?:ises?)?\b",
    ),
    FactKind.TERMS: _any(
        r"\bterms\b[^.;]{0,40}\bprivacy\b",
        r"\bprivacy(?: policy)?\b[^.;]{0,40}\bterms\b",
    ),
}
"""Kinds that are said or denied."""

SALES_DEMO = _any(r"\b(?:book|request|schedule|get) an? demo\b")
HOSTED_ONLY = _any(
    r"\bweights (?:are|will) not (?:be )?(?:published|public|released|open)\b",
    r"\bclosed weights\b",
    r"\b(?:cloud|hosted|api)[- ]only\b",
    r"\bonly available (?:through|via|in) (?:the|our) (?:api|cloud)\b",
)
"""Says by itself that it does not run elsewhere."""

INTERFACES: Mapping[str, re.Pattern[str]] = {
    "OpenAI-compatible API": _any(
        r"\bopenai[- ]compatible\b",
        r"\bcompatible with (?:the )?openai(?:['’]s)? (?:api|sdk|client)",
    ),
    "MCP": _any(
        r"\b(?:an?|the|its|built-in|and|one|official|or) mcp (?:server|gateway|endpoint|client)\b",
        r", mcp server\b",
        r"\bmcp (?:support|gateway|integration)\b",
        r"\b(?:via|over|through|speaks?|exposes?|supports?|as) (?:an? )?mcp\b",
        r"\bmodel context protocol\b",
    ),
    "REST API": _any(r"\brest(?:ful)? api\b", r"\bhttp api\b"),
    "GGUF": _any(r"\bgguf\b"),
}
"""In the order they are listed to readers."""

INTERFACE_TAGS: Mapping[str, str] = {
    "gguf": "GGUF",
    "mcp": "MCP",
    "mcp-gateway": "MCP",
    "mcp-server": "MCP",
    "openai-api": "OpenAI-compatible API",
    "openai-compatible": "OpenAI-compatible API",
    "rest-api": "REST API",
}
LOCAL_TAGS = frozenset({"local-ai", "local-first", "local-llm", "offline", "on-device"})
HOSTING_TAGS = frozenset({"self-hosted", "selfhosted", "self-hosting"})

PLATFORMS: Mapping[str, re.Pattern[str]] = {
    "macOS": _any(r"\bmac\s?OS\b", r"\bMacs?\b", r"\bOS X\b", r"\bApple Silicon\b", case=True),
    "Windows": _any(r"\bWindows\b", case=True),
    "Linux": _any(r"\b[Ll]inux\b", case=True),
    "iOS": _any(r"\biOS\b", r"\biPhones?\b", r"\biPads?\b", case=True),
    "Android": _any(r"\bAndroid\b", case=True),
    "Browser": _any(
        r"\b(?:in|from) (?:the|your|any|a) browser\b",
        r"\bbrowser (?:tab|extension)\b",
        r"\bweb app\b",
        r"\bchrome extension\b",
    ),
}
"""In the order they are listed to readers."""
PLACED = _any(
    r"\b(?:on|for|in|from|across|with|supports?)\b[^.;:]{0,60}$",
    r"\b(?:an?|native|your|works?|runs?)\s$",
)
"""What stands before a platform that a product is on; a platform's bare name may be anything."""

BARE_CLAIM = _any(
    r"\bbenchmarked as\b",
    r"\b(?:outperform|beat|surpass|exceed)(?:s|es|ing)?\b",
    r"\brivals\b",
    r"\bstate[- ]of[- ]the[- ]art\b",
    r"\bSOTA\b",
    r"(?<!\w)#1\b",
    r"\b\d+(?:\.\d+)?\s?[x×] (?:faster|cheaper|smaller|better|more|less|fewer)\b",
    r"\b\d+(?:\.\d+)?\s?% (?:more|less|fewer|faster|cheaper|better|higher|lower)\b",
    r"\b\d+(?:\.\d+)?\s?% on [A-Z0-9]",
    r"\bscor(?:es|ed|ing) (?:of )?\d",
    r"\b(?:word|character) error rate\b",
    r"\b\d+(?:\.\d+)? tok(?:en)?s?\s?(?:/|per )\s?s(?:ec(?:ond)?)?\b",
    r"\bon par with\b",
    r"\b(?:better|faster|stronger|more accurate) than\b",
    r"\blatency (?:was|is|of)\b",
    r"\b1/\d+ (?:of )?the (?:time|cost|tokens?|price)\b",
)
SHOWN_CLAIM = _any(
    r"\b(?:can|could) be reproduced\b",
    r"\breproducible (?:benchmarks?|results?|evals?|evaluations?)\b",
    r"\b(?:to )?reproduce (?:the|our) (?:benchmarks?|results?|numbers?)\b",
    r"\b(?:evaluation|eval|benchmark|scoring|load[- ]test) (?:harness|code|scripts?|suite|logs)\b"
    r"(?=[^.]{0,60}\b(?:is|are)\b[^.]{0,20}\b(?:public|published|open|in)\b)",
    r"\bload test and its logs\b",
    r"\b(?:method|methodology|raw results) (?:is|are) (?:public|published|open|described)\b",
)

RIVAL = re.compile(
    r"\b(?:[Aa]lternatives? to|[Rr]eplacements? for|[Cc]ompetitors? (?:to|of)|[Uu]nlike|[Vv]s\.?|"
    r"[Vv]ersus|[Dd]ifferent from|[Oo]utperforms|[Bb]eats|[Ss]urpasses|"
    r"(?:[Bb]etter|[Ff]aster|[Cc]heaper|[Ss]tronger|[Aa]ccurate) than)\s+(?:the\s+)?"
    r"(?P<name>[A-Z][\w+-]*(?:\.\w+)*(?:\s(?:[A-Z0-9][\w+-]*(?:\.\w+)*)){0,2})"
    r"(?:['’]s\s(?P<product>[a-z]*\d[\w.-]*|[A-Z][\w.-]*))?"
)
RIVAL_BEFORE = re.compile(
    r"(?P<name>\b[A-Z][\w.+-]*(?: [A-Z][\w.+-]*)?) "
    r"(?:is (?:the|an?) (?:[\w-]+ ){0,2})?alternative\b(?! to)"
)
COMPARES = re.compile(
    r"\b(?:[Cc]ompare[sd]? (?:with|to)|[Uu]nlike|[Dd]ifferent from)\b"
    r"|\b[A-Z]\w+ is (?:the|an?) (?:[\w-]+ ){0,2}alternative\b(?! to)"
    r"|^(?:In an ideal world|Imagine|What if|If you|Most|Every|Existing|Other)\b"
)
"""Sentences about other products, or the world, as much as about this one."""
NO_RIVAL = frozenset(
    {"A", "An", "AI", "API", "And", "It", "LLM", "LLMs", "Most", "My", "Other", "Others", "Our"}
    | {"That", "The", "These", "This", "Those", "Free", "Local", "Open", "Open-source", "Popular"}
    | {"English", "GPU", "CPU", "SOTA", "Markdown", "JSON", "HTML", "PDF", "We", "You", "Your"}
)
"""Capitals that begin no rival's name."""

LICENCES: Mapping[str, re.Pattern[str]] = {
    "AGPL-3.0": _any(r"\bAGPL[- ]?v?3(?:\.0)?\b", case=True),
    "LGPL-3.0": _any(r"\bLGPL[- ]?v?3(?:\.0)?\b", case=True),
    "LGPL-2.1": _any(r"\bLGPL[- ]?v?2\.1\b", case=True),
    "GPL-3.0": _any(r"\bGPL[- ]?v?3(?:\.0)?\b", case=True),
    "GPL-2.0": _any(r"\bGPL[- ]?v?2(?:\.0)?\b", case=True),
    "Apache-2.0": _any(r"\bApache[- ](?:licen[sc]e,? )?(?:v(?:ersion )?)?2(?:\.0)?\b"),
    "MPL-2.0": _any(r"\bMPL[- ]?2(?:\.0)?\b", case=True),
    "BSD-3-Clause": _any(r"\bBSD[- ]?3[- ]clause\b"),
    "BSD-2-Clause": _any(r"\bBSD[- ]?2[- ]clause\b"),
    "Unlicense": _any(r"\bUnlicense\b", case=True),
    "CC-BY-NC-4.0": _any(r"\bCC[- ]BY[- ]NC[- ]4\.0\b"),
    "CC-BY-4.0": _any(r"\bCC[- ]BY[- ]4\.0\b"),
    "MIT": _any(
        r"\bMIT(?=[ -][Ll]icen[sc]|\)|, (?:free|open))",
        r"(?<=[Uu]nder )MIT\b",
        r"(?<=[Uu]nder the )MIT\b",
        r"(?<=[Ll]icen[sc]e: )MIT\b",
        r"(?<=[(, ])MIT(?=\)|\.$)",
        case=True,
    ),
}
"""SPDX identifier → how it is written; MIT is also a school, so it needs its neighbours."""
OWN_LICENCE = re.compile(
    r"\b(?:under|with) (?:the|an?|its own) (?P<name>(?:[A-Z][\w.-]*\s){1,3}"
    r"(?:Community|Research|Model|Source))\s[Ll]icen[cs]e\b"
)
CLOSED = _any(
    r"\b(?:is|are|stays|remains|it['’]s|currently) closed[- ]source\b",
    r"\b(?:is|are|under an?|with an?|our) proprietary (?:licen[sc]e|software|code)\b",
    r"\bsource (?:code )?is (?:closed|not public)\b",
)
OPEN_SOURCE = _any(r"\bopen[- ]source\b")
OF_ANOTHER = _any(r"\bwhich (?:is|are|comes?)(?: \w+){0,3}\s*$")
"""What stands before the licence of something this product is made of."""

SIZE = re.compile(
    r"(?<![$€£\d.])\b(?P<size>\d+(?:\.\d+)?)[\s-]?(?P<unit>[BMT]|billion|million|trillion)"
    r"(?=[\s-](?:active |total )?(?:param|(?:\w+[\s-]){0,3}(?:model|LLM)\b))",
    re.IGNORECASE,
)
NAMED_SIZE = re.compile(r"(?<![\w$€£.])(?P<size>\d+(?:\.\d+)?)(?P<unit>[BbM])(?![\w+])")
"""A size in a model's name: ``Wrenlet 3B``."""
CONTEXT = re.compile(
    r"\b(?P<a>\d[\d,]*(?:\.\d+)?)\s?(?P<at>[KM])?[\s-]?(?:tokens? )?context\b"
    r"|\bcontext (?:window |length )?(?:of|up to) (?P<b>\d[\d,]*(?:\.\d+)?)\s?(?P<bt>[KM])?",
    re.IGNORECASE,
)
FOUNDED = re.compile(r"\b(?:founded|established) in (?P<year>(?:19|20)\d\d)\b", re.IGNORECASE)

INSTALL = re.compile(
    r"(?:\b(?:pipx? install|uv (?:tool install|pip install|add)|uvx|conda install|"
    r"npm (?:install|i|create)|npx|pnpm (?:add|dlx|i)|yarn (?:global )?add|bunx|bun add|"
    r"brew install|cargo install|gem install|go install|winget install|helm install|"
    r"ollama (?:run|pull)|docker (?:run|pull))"
    r"(?:\s-{1,2}[\w-]+(?:[= ]\d[\w:.]*)?)*\s(?P<what>[@\w][\w@./:\[\]=+-]*)"
    r"|\bdocker compose up(?: -d)?|\bcurl -\S+ https?://\S+ \| (?:ba)?sh\b|\bgit clone https?://\S+)"
)
QUICKSTART = re.compile(r"^(?:Quick\s?start|Getting started):\s+(?P<line>\S.{8,})", re.IGNORECASE)
NO_PACKAGE = frozenset(
    {"a", "an", "and", "fails", "for", "from", "in", "is", "it", "of", "on", "or", "required"}
    | {"that", "the", "then", "this", "to", "with", "works", "yet", "your"}
)
"""Words after "install" that are no package."""

SUPERLATIVE = _any(
    r"\b(?:best|fastest|easiest|smartest|greatest|strongest|finest|leading|ultimate|unmatched|"
    r"unbeatable|unparalleled|unrivall?ed|revolutionary|groundbreaking|world-class)\b",
    r"\bmost (?!I\b|of\b|people\b|users\b|other\b|models\b|teams\b|tools\b|common\b|recent\b|likely\b)\w+",
    r"\b(?:game[- ]changing|cutting[- ]edge|state[- ]of[- ]the[- ]art|next[- ]gen(?:eration)?|"
    r"top[- ]tier)\b",
    r"\bworld['’]s (?:first|only)\b",
    r"(?<!\w)#1\b",
)
