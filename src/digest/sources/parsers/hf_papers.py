"""
Read Hugging Face's daily papers (huggingface.co/api/daily_papers): a JSON list.

A paper is no tool. ``details`` say that it is one (``is_paper``) and give its repository and its
project page where Hugging Face knows them; ``site`` is the better of the two, and None where a
paper has neither: then there is nothing to try.
"""

import re
from functools import partial
from typing import Any

from digest.model import Capture, Launch, LaunchDateSource, Popularity, Reading, Source
from digest.sources.names import announced
from digest.sources.readings import gather, launch_of, suspect
from digest.sources.text import PROSE_LIMIT, first_sentence
from digest.sources.urls import web_url
from digest.sources.wire import (
    JsonObject,
    count_at,
    iso_at,
    object_at,
    raw_at,
    read_json_list,
    rows_at,
    text_at,
    without_nothing,
)

VERSION = "1"

PAGE = "https://huggingface.co/papers/{}"
_ID = re.compile(r"(\d{4}\.\d{4,5})(?:v\d+)?", re.ASCII)
"""arXiv's; versions of a paper are one paper."""


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole list; never raises."""
    rows = read_json_list(body, capture)
    if isinstance(rows, Reading):
        return rows
    if not rows:
        return suspect("no paper in the list, and no word that this is right")
    return gather(rows, partial(_launch, capture, source))


def _launch(capture: Capture, source: Source, row: object) -> Launch | None:
    if not isinstance(row, dict):
        return None
    paper = object_at(row, "paper")
    known = _ID.fullmatch(raw_at(paper, "id"))
    if known is None:
        return None
    title = text_at(paper, "title") or text_at(row, "title")
    summary = text_at(paper, "summary", limit=PROSE_LIMIT)  # its lines are broken anywhere
    said = announced(title)
    # the paper itself is days older: this is when it was put before readers
    launched_at = iso_at(paper, "submittedOnDailyAt")
    details = _details(row, paper)
    page = PAGE.format(known[1])
    return launch_of(
        capture,
        source,
        native_id=known[1],
        title=title,
        name=said.name,
        tagline=said.tagline or first_sentence(summary),
        description=summary,
        url=page,
        site=details.get("repository") or details.get("project_page"),
        discussion_url=page,
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.API if launched_at else None,
        published_raw=text_at(paper, "submittedOnDailyAt") or None,
        popularity=count_at(paper, "upvotes"),
        popularity_metric=Popularity.UPVOTES,
        author=_author(paper),
        details=details,
    )


def _details(row: JsonObject, paper: JsonObject) -> dict[str, Any]:
    return without_nothing(
        {
            "is_paper": True,
            "repository": web_url(raw_at(paper, "githubRepo")),
            "project_page": web_url(raw_at(paper, "projectPage")),
            "repository_stars": count_at(paper, "githubStars"),
            "published_at": text_at(paper, "publishedAt"),
            "comments": count_at(row, "numComments"),
        }
    )


def _author(paper: JsonObject) -> str | None:
    """Give the organisation, else who stands first on the paper."""
    first = next(iter(rows_at(paper, "authors") or ()), None)
    person = first if isinstance(first, dict) else {}
    return text_at(object_at(paper, "organization"), "fullname") or text_at(person, "name") or None
