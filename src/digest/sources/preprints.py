"""
What arXiv's API and its RSS have in common: papers by their id without version, dated by their own.

Pure: takes entries of a feed, gives launches. A paper is no tool: ``details`` say that it is one
(``is_paper``), and ``site`` stays None, for arXiv declares none.
"""

import re
from dataclasses import dataclass

from digest.model import Capture, Launch, LaunchDateSource, Source
from digest.sources.names import announced
from digest.sources.readings import launch_of
from digest.sources.syndication import Entry
from digest.sources.text import first_sentence
from digest.sources.wire import without_nothing

PAGE = "https://arxiv.org/abs/{}"

_ID = re.compile(
    r"(?:https?://arxiv\.org/abs/|oai:arXiv\.org:)"
    r"([a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v(\d{1,3}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class PaperId:
    """Which paper, and which version of it; a paper's versions are one paper."""

    paper: str
    version: int | None = None


def paper_id(entry: Entry) -> PaperId | None:
    """Give the paper that an entry is of; None where its guid names none."""
    found = _ID.fullmatch(entry.guid or "")
    return PaperId(found[1], int(found[2]) if found[2] else None) if found else None


def paper_launch(
    capture: Capture,
    source: Source,
    entry: Entry,
    *,
    abstract: str,
    dated_by: LaunchDateSource,
) -> Launch | None:
    """
    Make a launch of an entry's paper.

    Args:
        capture: What the entry was read from.
        source: What it was fetched for.
        entry: One of arXiv's.
        abstract: Its words, without what the feed puts before them.
        dated_by: What kind of date ``entry.published`` is.

    Returns:
        The launch; None where the entry is of no paper.
    """
    known = paper_id(entry)
    if known is None:
        return None
    text = " ".join(abstract.split())  # its lines are broken anywhere
    said = announced(entry.title)
    return launch_of(
        capture,
        source,
        native_id=known.paper,
        title=entry.title,
        name=said.name,
        tagline=said.tagline or first_sentence(text),
        description=text,
        url=PAGE.format(known.paper),
        launched_at=entry.published,
        launched_at_source=dated_by if entry.published else None,
        published_raw=entry.published_raw,
        author=entry.author,
        tags=entry.tags,
        details=without_nothing(
            {"is_paper": True, "version": known.version, "updated_at": entry.updated_raw}
        ),
    )
