"""
Tell which licence a text is, by the titles and first words that licences are known by.

Pure. A text that is not known by its own words is no licence at all for us, whatever the file is
called: "MIT-like", two licences in one file, or one with a clause added are unknown.
"""

import re
from collections.abc import Sequence

from digest.catalogue.words import MAX_SPAN
from digest.model.licences import HUB_LICENCES

OPENING = 40
"""Lines in which a licence says what it is."""
_FIELD = re.compile(r"license:\s*[\"']?(?P<name>[\w.-]+)", re.IGNORECASE)
_SPDX_LINE = re.compile(r"SPDX-License-Identifier:\s*(?P<name>[\w.+-]+)\s*$")
_MIT_WORDS = r"permission is hereby granted, free of charge, to any person obtaining a copy"
_BSD_WORDS = r"redistribution and use in source and binary forms, with or without modification, are permitted"
_NO_ENDORSEMENT = r"neither the name of|may not be used to endorse"
_TITLES: tuple[tuple[str, str], ...] = (
    ("AGPL-3.0", r"gnu affero general public license version 3\b"),
    ("LGPL-3.0", r"gnu lesser general public license version 3\b"),
    ("LGPL-2.1", r"gnu lesser general public license version 2\.1\b"),
    ("GPL-3.0", r"gnu general public license version 3\b"),
    ("GPL-2.0", r"gnu general public license version 2\b"),
    ("Apache-2.0", r"apache license,? version 2\.0\b"),
    ("MPL-2.0", r"mozilla public license,? version 2\.0\b"),
    ("EPL-2.0", r"eclipse public license -? ?v(?:ersion)? ?2\.0\b"),
    ("BSL-1.0", r"boost software license - version 1\.0\b"),
    ("Unlicense", r"this is free and unencumbered software released into the public domain"),
    ("CC0-1.0", r"\bcc0 1\.0 universal\b"),
    ("CC-BY-NC-SA-4.0", r"attribution-noncommercial-sharealike 4\.0 international"),
    ("CC-BY-NC-ND-4.0", r"attribution-noncommercial-noderivatives 4\.0 international"),
    ("CC-BY-NC-4.0", r"attribution-noncommercial 4\.0 international"),
    ("CC-BY-SA-4.0", r"attribution-sharealike 4\.0 international"),
    ("CC-BY-4.0", r"\battribution 4\.0 international"),
)
"""What the licence calls itself at its head; further down it may name others."""
_WORDINGS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # identifier, words that must all be there, words that must not: the first that fits is it
    ("ISC", (r"permission to use, copy, modify,? and(?:/or)? distribute this software for any purpose", r"copyright notice and this permission notice"), ()),
    ("0BSD", (r"permission to use, copy, modify,? and(?:/or)? distribute this software for any purpose",), (r"copyright notice and this permission notice",)),
    ("BSD-3-Clause", (_BSD_WORDS, _NO_ENDORSEMENT), (r"all advertising materials",)),
    ("BSD-2-Clause", (_BSD_WORDS,), (_NO_ENDORSEMENT, r"all advertising materials")),
    ("MIT", (_MIT_WORDS, r"the above copyright notice and this permission notice"), (r"commons clause", r"non-?commercial", r"\bexcept\b", r"advertising or otherwise to promote")),
    ("MIT-0", (_MIT_WORDS, r"\bmit no attribution\b"), (r"the above copyright notice and this permission",)),
)  # fmt: skip
_LIMITED = re.compile(
    r"\bcommons clause\b|\bbusiness source license\b|\belastic license\b|\bserver side public license\b"
    r"|\bfair[- ]code\b|\bfunctional source license\b",
    re.IGNORECASE,
)
"""Words that add to, or take from, a known licence: then it is another one."""
_HEAD = 800
"""Characters a licence gives its own name in."""
_LARGEST = 60_000
"""Characters that are looked at; the longest known licence has 35,000."""


def licence_of(lines: Sequence[str]) -> tuple[str, str] | None:
    """
    Give the SPDX identifier of a licence's text and the line that shows it; None where not known.

    Args:
        lines: The text's lines.
    """
    text = " ".join(lines)[:_LARGEST].casefold()
    if _LIMITED.search(text):
        return None
    for line in lines[:OPENING]:
        if found := _SPDX_LINE.search(line):
            name = HUB_LICENCES.get(found["name"].casefold())
            return (name, line[:MAX_SPAN]) if name else None
    head = text[:_HEAD]
    for name, title in _TITLES:
        if re.search(title, head):
            return name, _line_with(lines, title)
    for name, needed, refused in _WORDINGS:
        places = [re.search(words, text) for words in needed]
        if all(places) and not any(re.search(words, text) for words in refused):
            return name, _line_with(lines, needed[0])
    return None


def licence_of_field(field: str) -> str | None:
    """Give the SPDX identifier that a model card's head names; None where SPDX knows none such."""
    found = _FIELD.match(field)
    return HUB_LICENCES.get(found["name"].casefold()) if found else None


def _line_with(lines: Sequence[str], words: str) -> str:
    """Give the first line that shows the words, else the first of all: both are of the text."""
    found = (line for line in lines if re.search(words, line, re.IGNORECASE))
    return next(found, lines[0])[:MAX_SPAN].rstrip()
