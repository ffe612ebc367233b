"""
Read dev.to's list of articles (dev.to/api/articles): JSON, one object per article.

Most of what is posted there is advertising that nobody reads: ask for the best of a week, and set
the fewest reactions an article must have (option ``min_reactions``).
"""

import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from digest.model import Capture, Flag, Launch, LaunchDateSource, Popularity, Reading, Source
from digest.sources.flags import Article, spam_reasons
from digest.sources.names import announced
from digest.sources.options import Option, count_fault
from digest.sources.readings import gather, launch_of, ok_empty, suspect
from digest.sources.text import prose_of_html, prose_of_markdown
from digest.sources.urls import web_url
from digest.sources.wire import (
    JsonObject,
    count_at,
    id_at,
    iso_at,
    object_at,
    raw_at,
    read_json_list,
    text_at,
    texts_at,
    without_nothing,
)

VERSION = "1"

OPTIONS = {"min_reactions": Option(count_fault)}
_ERROR_PAGE = re.compile(
    r"page (?:you (?:were|are) looking for|you requested|does not exist)|page not found"
    r"|\b404\b.{0,20}\bnot found\b|\bnot found\b.{0,20}\b404\b",
    re.IGNORECASE | re.DOTALL,
)
SHORT = 600  # characters below which a text that speaks of a missing page is nothing but that


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read one page of articles; never raises."""
    rows = read_json_list(body, capture)
    if isinstance(rows, Reading):
        return rows
    if not rows:
        return suspect("no articles, and no word that this is right")
    floor = int(source.options.get("min_reactions", 0))
    liked = [row for row in rows if not _is_below(row, floor)]
    if not liked:
        reading = ok_empty(f"none of {len(rows)} articles has {floor} reactions or more")
        return reading.model_copy(update={"rows": len(rows), "passed_over": len(rows)})
    listed = [_article(row) for row in rows if isinstance(row, dict)]
    reading = gather(liked, partial(_launch, capture, source, listed))
    passed_over = len(rows) - len(liked)
    return reading.model_copy(update={"rows": len(rows), "passed_over": passed_over})


def _is_below(row: object, floor: int) -> bool:
    """Tell whether an article has too few reactions; what is no article is not left out quietly."""
    if not isinstance(row, dict):
        return False
    reactions = count_at(row, "public_reactions_count")
    return reactions is not None and reactions < floor


def _article(row: JsonObject) -> Article:
    return Article(
        title=text_at(row, "title"),
        author=text_at(object_at(row, "user"), "username"),
        reactions=count_at(row, "public_reactions_count"),
    )


def _launch(
    capture: Capture, source: Source, listed: Sequence[Article], row: object
) -> Launch | None:
    if not isinstance(row, dict):
        return None
    title = text_at(row, "title")
    page = web_url(raw_at(row, "url"))
    url = _origin(row) or page
    said = announced(title, url=url)
    launched_at = iso_at(row, "published_at")
    reasons = spam_reasons(_article(row), listed)
    content = _content(row)
    return launch_of(
        capture,
        source,
        native_id=id_at(row, "id"),
        title=title,
        name=said.name,
        tagline=said.tagline or text_at(row, "description"),
        description=content or "",
        url=url,
        discussion_url=page if url != page else None,
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.API if launched_at else None,
        published_raw=text_at(row, "published_at") or None,
        popularity=count_at(row, "public_reactions_count"),
        popularity_metric=Popularity.REACTIONS,
        author=text_at(object_at(row, "user"), "name") or None,
        tags=texts_at(row, "tag_list") or texts_at(row, "tags"),
        flags=(Flag.SPAM,) if reasons else (),
        details=without_nothing(
            {
                "comments": count_at(row, "comments_count"),
                "reading_minutes": count_at(row, "reading_time_minutes"),
                "organization": text_at(object_at(row, "organization"), "name"),
                "spam_reasons": list(reasons),
                "content_rejected": "an error page" if content is None else "",
            }
        ),
    )


def _origin(row: JsonObject) -> str | None:
    """Give where the article was first published; a site's front page is no article."""
    url = web_url(raw_at(row, "canonical_url"))
    return url if url and urlsplit(url).path.strip("/") else None


def _content(row: JsonObject) -> str | None:
    """Give the article's text; None where it is that of an error page, empty where there is none."""
    if markup := raw_at(row, "body_html"):
        text = prose_of_html(markup)
    else:
        text = prose_of_markdown(raw_at(row, "body_markdown") or raw_at(row, "content"))
    return None if len(text) < SHORT and _ERROR_PAGE.search(text) else text
