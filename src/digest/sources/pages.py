"""
Read web pages made for people: the page itself, and words and addresses in it.

Pure: takes the bytes of strangers, gives elements and plain text; bot checks and other content are
told from pages.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from digest.model import Capture, Reading
from digest.sources.charset import decode
from digest.sources.crowding import MAX_WORDS, is_crowded
from digest.sources.readings import failed, is_challenge, is_html, unreadable
from digest.sources.text import line

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag


def read_page(
    body: bytes, capture: Capture, *, due: str, only: Mapping[str, Any] | None = None
) -> "BeautifulSoup | Reading":
    """
    Give the page of a response, or the reading that says why there is none.

    Args:
        body: The octets of the response.
        capture: Its description.
        due: What was expected, such as "the library page".
        only: The elements that are needed, by ``name`` and ``attrs``; others are not kept, which
            saves most of the time.
    """
    from digest.sources.soup import MAX_DEPTH, TooDeepError, soup  # noqa: PLC0415 # slow to load

    text = decode(body, capture.content_type).text
    if not is_html(text) or is_challenge(text):
        return unreadable(text, due=due)
    if is_crowded(text):
        return failed(f"a tag with more than {MAX_WORDS:,} attributes, as on no honest page")
    try:
        return soup(text, only=only)
    except TooDeepError:
        return failed(f"elements nested more than {MAX_DEPTH} deep, as on no honest page")


def rows_of(page: "BeautifulSoup", selector: str) -> "list[Tag]":
    """Give the elements that a selector fits, in their order; one inside another is part of it."""
    rows: list[Tag] = []
    for found in page.select(selector):
        if not (rows and any(parent is rows[-1] for parent in found.parents)):
            rows.append(found)
    return rows


def words_of(element: "Tag | None") -> str:
    """Give the words of an element as one clean line; empty where there is no element."""
    return line(element.get_text(" ")) if element else ""


def attribute_of(element: "Tag | None", name: str) -> str:
    """Give an attribute as one clean line; empty where it or the element is missing."""
    value = element.get(name) if element else None
    return line(value, limit=2_000) if isinstance(value, str) else ""
