"""Read the Ollama library (ollama.com/library): an HTML page with one list item per model."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING

from digest.model import Capture, Launch, LaunchDateSource, Popularity, Reading, Source
from digest.sources.pages import read_page, rows_of
from digest.sources.readings import gather, launch_of, ok_empty, suspect
from digest.sources.text import line
from digest.sources.wire import MAX_COUNT, plausible, without_nothing

if TYPE_CHECKING:
    from bs4 import Tag

VERSION = "1"

PAGE = "https://ollama.com/library/{}"
_PATH = "/library/"
_UPDATED = "%b %d, %Y %I:%M %p %Z"  # "Aug 1, 2025 4:40 AM UTC"
_UNITS = {"K": 10**3, "M": 10**6, "B": 10**9}


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole library; never raises."""
    needed = {"attrs": {"x-test-repos": True}}
    listing = read_page(body, capture, due="the library page", only=needed)
    if isinstance(listing, Reading):
        return listing
    rows = rows_of(listing, "[x-test-model]")
    if rows:
        return gather(rows, partial(_launch, capture, source))
    if listing.select_one("[x-test-repos]") is None:
        return suspect("no list of models on the page: layout unknown")
    if "no models" in listing.get_text(" ").lower():
        return ok_empty('the library says "No models"')
    return suspect("no model in the list, and no word that this is right")


def _launch(capture: Capture, source: Source, row: "Tag") -> Launch | None:
    slug = _slug(row)
    updated = row.select_one("[x-test-updated]")
    launched_at = _updated_at(updated)
    return launch_of(
        capture,
        source,
        native_id=slug,
        title=slug,
        tagline=_tagline(row),
        url=PAGE.format(slug),
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.UPDATED if launched_at else None,
        published_raw=_raw_date(updated) or None,
        popularity=_number(_marked(row, "pull-count")),
        popularity_metric=Popularity.PULLS,
        tags=_all_marked(row, "capability"),
        details=without_nothing(
            {
                "sizes": list(_all_marked(row, "size")),
                "capabilities": list(_all_marked(row, "capability")),
                "pulls": _marked(row, "pull-count"),
                "tag_count": _number(_marked(row, "tag-count")),
                "updated_at": launched_at.isoformat() if launched_at else "",
            }
        ),
    )


def _slug(row: "Tag") -> str:
    for anchor in row.find_all("a", href=True):
        href = str(anchor["href"])
        if href.startswith(_PATH):
            return line(href.removeprefix(_PATH)).strip("/")
    return ""


def _tagline(row: "Tag") -> str:
    heading = row.select_one("[x-test-model-title]")
    return _text(heading.find("p")) if heading else ""


def _text(element: object) -> str:
    tag = _tag(element)
    return line(tag.get_text(" ")) if tag else ""


def _tag(found: object) -> "Tag | None":
    from bs4 import Tag  # noqa: PLC0415 # with a page in hand it is loaded

    return found if isinstance(found, Tag) else None


def _marked(row: "Tag", name: str) -> str:
    return _text(row.select_one(f"[x-test-{name}]"))


def _all_marked(row: "Tag", name: str) -> tuple[str, ...]:
    found = (_text(element) for element in row.select(f"[x-test-{name}]"))
    return tuple(dict.fromkeys(text for text in found if text))


def _raw_date(updated: object) -> str:
    """Give the absolute time in the enclosing element's title, else the relative words."""
    tag = _tag(updated)
    if tag is None:
        return ""
    titled = tag.find_parent("span", title=True)
    return line(str(titled["title"])) if titled else _text(updated)


def _updated_at(updated: object) -> datetime | None:
    """Read the absolute time; relative words stay words, for they are a day or a year wide."""
    try:
        moment = datetime.strptime(_raw_date(updated), _UPDATED).replace(tzinfo=UTC)
    except ValueError:
        return None
    return plausible(moment)


def _number(text: str) -> int | None:
    """Read ``18.9K`` as 18,900."""
    digits = text.replace(",", "").upper()
    unit = _UNITS.get(digits[-1:], 1)
    try:
        value = Decimal(digits.rstrip("KMB")) * unit
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and 0 <= value <= MAX_COUNT else None
