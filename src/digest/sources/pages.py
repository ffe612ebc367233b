"""
Read web pages made for people: the page itself, and words and addresses in it.

Pure: takes the bytes of strangers, gives elements and plain text; bot checks and other content are
told from pages.
"""

from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.builder._lxml import LXMLTreeBuilder  # its typed name; bs4.builder gives it by a loop
from bs4.filter import SoupStrainer

from digest.model import Capture, Reading
from digest.sources.charset import decode
from digest.sources.readings import failed, is_challenge, is_html, unreadable
from digest.sources.text import line

MAX_DEPTH = 200
"""Elements inside each other that are read; honest pages have some dozens, and the time a search
takes grows with the square."""


class _TooDeep(Exception):  # noqa: N818 # nobody sees it
    """A page is nested deeper than ``MAX_DEPTH``."""


class _ShallowBuilder(LXMLTreeBuilder):
    """Builds the page until it is nested too deep: to go on would take the square of the depth."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, *tag: Any) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _TooDeep
        super().start(*tag)

    def end(self, name: str | bytes) -> None:
        self._depth -= 1
        super().end(name)


def read_page(
    body: bytes, capture: Capture, *, due: str, only: SoupStrainer | None = None
) -> BeautifulSoup | Reading:
    """
    Give the page of a response, or the reading that says why there is none.

    Args:
        body: The octets of the response.
        capture: Its description.
        due: What was expected, such as "the library page".
        only: The elements that are needed; others are not kept, which saves most of the time.
    """
    text = decode(body, capture.content_type).text
    if not is_html(text) or is_challenge(text):
        return unreadable(text, due=due)
    try:
        return BeautifulSoup(text, builder=_ShallowBuilder(), parse_only=only)
    except _TooDeep:
        return failed(f"elements nested more than {MAX_DEPTH} deep, as on no honest page")


def rows_of(page: BeautifulSoup, selector: str) -> list[Tag]:
    """Give the elements that a selector fits, in their order; one inside another is part of it."""
    rows: list[Tag] = []
    for found in page.select(selector):
        if not (rows and any(parent is rows[-1] for parent in found.parents)):
            rows.append(found)
    return rows


def words_of(element: Tag | None) -> str:
    """Give the words of an element as one clean line; empty where there is no element."""
    return line(element.get_text(" ")) if element else ""


def attribute_of(element: Tag | None, name: str) -> str:
    """Give an attribute as one clean line; empty where it or the element is missing."""
    value = element.get(name) if element else None
    return line(value, limit=2_000) if isinstance(value, str) else ""
