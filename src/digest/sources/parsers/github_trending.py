"""
Read GitHub's trending page (github.com/trending): HTML, one row per repository.

Trending is not launched: the page has no dates, and a repository of any age may be on it.
"""

import re
from functools import partial
from typing import TYPE_CHECKING

from digest.model import Capture, Flag, Launch, Popularity, Reading, Source
from digest.sources.flags import Repository, suspect_reasons
from digest.sources.pages import attribute_of, read_page, rows_of, words_of
from digest.sources.readings import gather, launch_of, ok_empty, suspect
from digest.sources.wire import MAX_COUNT, without_nothing

if TYPE_CHECKING:
    from bs4 import Tag

VERSION = "1"

PAGE = "https://github.com/{}"
_GENERATIONS = (
    ("ol.repo-list > li", "h3 a[href]"),  # to 2019-06
    ("article.Box-row", "h1 a[href]"),  # to 2023-04
    ("article.Box-row", "h2 a[href]"),
)
"""The rows of each known layout, and the one link in a row that names the repository."""
_REPOSITORY = re.compile(r"/([\w.-]{1,100}/[\w.-]{1,100})/?", re.ASCII)
_NO_OWNERS = frozenset({"login", "sponsors", "orgs", "topics", "trending", "apps", "features"})
_GAINED = re.compile(r"([\d,]{1,12}) stars? (today|this week|this month)")
_RECORD = re.compile(r'"record_id":(\d{1,18})\b')
_NOTHING = re.compile(rb"don[^<>\s]{1,8}t have any trending repositories")
_NEEDED = {"name": ["ol", "article"]}


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read all rows of the page; never raises."""
    page = read_page(body, capture, due="the trending page", only=_NEEDED)
    if isinstance(page, Reading):
        return page
    for row, heading in _GENERATIONS:
        rows = rows_of(page, row)
        if any(each.select_one(heading) for each in rows):
            ranked = enumerate(rows, start=1)
            return gather(ranked, partial(_launch, capture, source, heading, len(rows)))
    if _NOTHING.search(body):
        return ok_empty("GitHub says that nothing is trending here")
    return suspect("no row of a layout that is known: layout unknown")


def _launch(
    capture: Capture, source: Source, heading: str, length: int, ranked: "tuple[int, Tag]"
) -> Launch | None:
    rank, row = ranked
    link = row.select_one(heading)
    full_name = _full_name(attribute_of(link, "href"))
    if full_name is None:
        return None
    owner, _, name = full_name.partition("/")
    tagline = words_of(row.find("p"))
    stars = _counted(row, full_name, ("/stargazers",))
    reasons = _reasons(name, tagline)
    return launch_of(
        capture,
        source,
        native_id=full_name.lower(),  # the same repository, however it is written
        title=full_name,
        name=name,
        tagline=tagline,
        url=PAGE.format(full_name),
        site=PAGE.format(full_name),
        popularity=stars,
        popularity_metric=Popularity.STARS,
        author=owner,
        flags=(Flag.SUSPECT,) if reasons else (),
        details=without_nothing(
            {
                "is_trending": True,
                "rank": rank,
                "list_length": length,
                "stars": stars,
                "forks": _counted(row, full_name, ("/forks", "/network/members")),  # once members
                "language": words_of(row.select_one('[itemprop="programmingLanguage"]')),
                "repository_id": _record(link),
                "suspect_reasons": list(reasons),
                **_gained(row),
            }
        ),
    )


def _full_name(path: str) -> str | None:
    """Give ``owner/name``; None for a path that is no repository."""
    found = _REPOSITORY.fullmatch(path)
    if found is None or found[1].partition("/")[0].lower() in _NO_OWNERS:
        return None
    return found[1]


def _counted(row: "Tag", full_name: str, paths: tuple[str, ...]) -> int | None:
    """Give the number on the link to one of a repository's own pages."""
    for link in row.select("a[href]"):
        if attribute_of(link, "href").removeprefix(f"/{full_name}").startswith(paths):
            return _number(words_of(link))
    return None


def _number(text: str) -> int | None:
    digits = text.replace(",", "")
    if not re.fullmatch(r"[0-9]{1,10}", digits):
        return None
    return min(int(digits), MAX_COUNT)


def _gained(row: "Tag") -> dict[str, object]:
    """Give how many stars came in, and since when: "1,573 stars today"."""
    found = _GAINED.search(words_of(row.select_one(".float-sm-right")))
    return {"stars_gained": _number(found[1]), "stars_gained_in": found[2]} if found else {}


def _record(link: "Tag | None") -> str:
    """Give the repository's number, which outlives its name; the page keeps it for statistics."""
    found = _RECORD.search(attribute_of(link, "data-hydro-click"))
    return found[1] if found else ""


def _reasons(name: str, tagline: str) -> tuple[str, ...]:
    """
    Say why a repository looks like bait, as far as a row can tell.

    A row has neither dates nor licence, and on a fork it shows the forks of the origin.
    """
    return suspect_reasons(
        Repository(
            name=name,
            description=tagline,
            topics=(),
            has_licence=True,
            homepage=None,
            stars=0,
            forks=0,
            size_kb=None,
            created_at=None,
            pushed_at=None,
            updated_at=None,
        )
    )
