"""
Write a tool's card: name, tagline, and a description that says what it is, who makes it, at what terms.

Pure: takes a side, gives a card. The makers' sentences come first; where they are few, sentences of
ours from confirmed facts go on.
"""

import re
from collections.abc import Iterable

from digest.issues.cells import known, shortened
from digest.issues.portrait import portrait
from digest.issues.sides import Side
from digest.model import Card, Fact, Job, Tool
from digest.model.plain import capitalised, fitted, plain
from digest.model.wording import without_opening

LONGEST_NAME = 75
DESCRIPTION_WORDS = 80
DESCRIPTION_SENTENCES = 4
ENOUGH = 2
"""Sentences of the makers' from which none of ours are added."""
_STOPS = (".", "!", "?", "。", "…", '"', "”", ")")
_END = re.compile(r"(?<=[.!?。])\s+(?=\S)")


def card(side: Side, job: Job) -> Card:
    """Write the card of one side of a comparison of that job."""
    tool = side.tool
    return Card(
        slug=tool.slug,
        name=shortened(tool.name, LONGEST_NAME),
        tagline=tagline(tool),
        description=description(tool, side.settled),
        url=tool.url,
        category=job.category,
        vendor=tool.vendor,
        entry_price=tool.entry_price,
        licence=tool.licence,
        launched_at=tool.launched_at,
        launch_dated=tool.launch_dated,
        sources=tool.sources,
        panel=side.panel,
        reviews=side.reviews,
    )


def tagline(tool: Tool) -> str:
    """Give the line under a tool's name: at most 90 characters, without a full stop."""
    return capitalised(fitted(plain(tool.tagline)).rstrip(". "))


def description(tool: Tool, facts: Iterable[Fact]) -> str:
    """
    Give two to four whole sentences, at most eighty words, where so much is known.

    Args:
        tool: What is described.
        facts: What is known of it, without what sources contradict each other on.
    """
    told = _sentences(without_opening(plain(tool.description), tool.tagline))
    if len(told) < ENOUGH:
        told += portrait(tool, known(facts), after=" ".join(told))
    kept: list[str] = []
    for sentence in told[:DESCRIPTION_SENTENCES]:
        if len(" ".join([*kept, sentence]).split()) > DESCRIPTION_WORDS:
            break
        kept.append(sentence)
    if told and not kept:
        room = len(" ".join(told[0].split()[:DESCRIPTION_WORDS]))
        return _ended(fitted(told[0], room))
    return " ".join(kept)


def _sentences(text: str) -> list[str]:
    """Give the sentences of a text; what breaks off behind the last whole one is no sentence."""
    parts = [part for part in _END.split(text) if part]
    whole = [part for part in parts if part.endswith(_STOPS)]
    return whole or [_ended(part) for part in parts]


def _ended(text: str) -> str:
    return text if text.endswith(_STOPS) else f"{text}."
