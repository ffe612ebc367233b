"""
Read web pages made for people: the page itself, and words and addresses in it.

Pure: takes the bytes of strangers, gives elements and plain text; bot checks and other content are
told from pages.
"""

from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer

from digest.model import Capture, Reading
from digest.sources.charset import decode
from digest.sources.readings import failed, is_challenge, is_html, unreadable
from digest.sources.text import line

MAX_DEPTH = 200
"""Elements inside each other that are read; honest pages have some dozens, and the time a search
takes grows with the square."""


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
    page = BeautifulSoup(text, "lxml", parse_only=only)
    if _is_too_deep(page):
        return failed(f"elements nested more than {MAX_DEPTH} deep, as on no honest page")
    return page


def rows_of(page: BeautifulSoup, selector: str) -> list[Tag]:
    """Give the elements that a selector fits, in their order; one inside another is part of it."""
    rows: list[Tag] = []
    for found in page.select(selector):
        if not (rows and any(parent is rows[-1] for parent in found.parents)):
            rows.append(found)
    return rows


def _is_too_deep(page: BeautifulSoup) -> bool:
    level: list[Tag] = [page]
    for _ in range(MAX_DEPTH):
        level = [child for tag in level for child in tag.children if isinstance(child, Tag)]
        if not level:
            return False
    return True


def words_of(element: Tag | None) -> str:
    """Give the words of an element as one clean line; empty where there is no element."""
    return line(element.get_text(" ")) if element else ""


def attribute_of(element: Tag | None, name: str) -> str:
    """Give an attribute as one clean line; empty where it or the element is missing."""
    value = element.get(name) if element else None
    return line(value, limit=2_000) if isinstance(value, str) else ""
