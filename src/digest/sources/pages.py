"""
Read web pages made for people: the page itself, and words and addresses in it.

Pure: takes the bytes of strangers, gives elements and plain text; bot checks and other content are
told from pages.
"""

from bs4 import BeautifulSoup, Tag
from bs4.filter import SoupStrainer

from digest.model import Capture, Reading
from digest.sources.charset import decode
from digest.sources.readings import is_challenge, is_html, unreadable
from digest.sources.text import line


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
    return BeautifulSoup(text, "lxml", parse_only=only)


def words_of(element: Tag | None) -> str:
    """Give the words of an element as one clean line; empty where there is no element."""
    return line(element.get_text(" ")) if element else ""


def attribute_of(element: Tag | None, name: str) -> str:
    """Give an attribute as one clean line; empty where it or the element is missing."""
    value = element.get(name) if element else None
    return line(value, limit=2_000) if isinstance(value, str) else ""
