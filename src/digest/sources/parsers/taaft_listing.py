"""
Read There's An AI For That's listing (theresanaiforthat.com): HTML, one list item per tool.

The site lets no programs in, so pages are the operator's own; and its places are for sale. A row
without any sign of payment is therefore not known to be unpaid.
"""

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from digest.model import Capture, Flag, Launch, LaunchDateSource, Reading, Source
from digest.sources.dates import read_age
from digest.sources.flags import AFFILIATES, is_on, word_flags
from digest.sources.pages import attribute_of, read_page, rows_of, words_of
from digest.sources.readings import gather, launch_of, suspect
from digest.sources.urls import host_of, web_url
from digest.sources.wire import count_at, without_nothing

if TYPE_CHECKING:
    from bs4 import Tag

VERSION = "1"

SITE = "https://theresanaiforthat.com"
_ROW = "li.li[data-id]"
_NEEDED = {"name": "li", "attrs": {"data-id": True}}
_PRICE = re.compile(
    r"(?P<free>Free \+ )?from (?P<sign>[$€£¥])(?P<amount>[\d,]{1,9}(?:\.\d{1,4})?)(?:/(?P<unit>mo|yr|wk))?",
    re.IGNORECASE,
)
_TREND = re.compile(r"#(\d{1,5}) in Trending", re.IGNORECASE)
_UNITS = {"mo": "month", "yr": "year", "wk": "week"}
_VERSION = re.compile(r"^v[\w.-]{1,20}", re.IGNORECASE)


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read all rows of the page; never raises."""
    page = read_page(body, capture, due="the listing", only=_NEEDED)
    if isinstance(page, Reading):
        return page
    rows = rows_of(page, _ROW)
    if not rows:
        return suspect("no tool on the page, and no word that this is right: layout unknown")
    return gather(rows, partial(_launch, capture, source))


def _launch(capture: Capture, source: Source, row: "Tag") -> Launch | None:
    link = row.select_one('a.ai_link[href^="/ai/"]')
    target = web_url(attribute_of(row, "data-url"))
    released = words_of(row.select_one(".released"))
    launched_at, precision = read_age(released, now=capture.fetched_at)
    version = _VERSION.search(attribute_of(row, "data-release"))
    dated_by = LaunchDateSource.UPDATED if version else LaunchDateSource.TEXT
    paid = Flag.SPONSORED in word_flags(words=(), url=target)
    task = attribute_of(row, "data-task")
    return launch_of(
        capture,
        source,
        native_id=attribute_of(row, "data-id"),
        title=attribute_of(row, "data-name"),
        tagline=words_of(row.select_one(".short_desc")),
        url=web_url(attribute_of(link, "href"), base=SITE),
        site=None if is_on(host_of(target), AFFILIATES) else target,
        launched_at=launched_at,
        launched_at_source=dated_by if launched_at else None,
        published_raw=released or None,
        tags=(task,) if task else (),
        flags=(Flag.SPONSORED,) if paid else (),
        details=without_nothing(
            {
                "sponsored": "yes" if paid else "unknown",
                "is_claimed": "verified" in row.get_attribute_list("class"),
                "version": version[0] if version else "",
                "released_within": precision,
                "discount": _discount(row),
                "views": _count(row, ".stats_views"),
                "saves": _count(row, ".saves"),
                **_offer(words_of(row.select_one("a.ai_launch_date"))),
            }
        ),
    )


def _offer(text: str) -> dict[str, Any]:
    """
    Give what the row says of the price; the place of a price may hold a rank instead.

    ``kind`` is free, freemium, paid or unknown; amount and currency stand as they are written, and
    the unit is missing where the row names none.
    """
    if trend := _TREND.fullmatch(text):
        return {"price": {"kind": "unknown"}, "trending_rank": int(trend[1])}
    if text == "100% Free":
        return {"price": {"kind": "free"}, "price_text": text}
    if found := _PRICE.fullmatch(text):
        price = {
            "kind": "freemium" if found["free"] else "paid",
            "amount": found["amount"].replace(",", ""),
            "currency": found["sign"],
            "unit": _UNITS.get((found["unit"] or "").lower(), ""),
        }
        return {"price": without_nothing(price), "price_text": text}
    return {"price": {"kind": "unknown"}, "price_text": text}


def _discount(row: "Tag") -> str:
    """Give the words of a discount without the sign before them; they stand in ``data-rank``."""
    words = attribute_of(row, "data-rank").split(maxsplit=1)
    return " ".join(words if words and words[0].isalnum() else words[1:])


def _count(row: "Tag", selector: str) -> int | None:
    digits = words_of(row.select_one(selector)).replace(",", "")
    number = int(digits) if re.fullmatch(r"[0-9]{1,12}", digits) else None
    return count_at({"number": number}, "number")
