"""May this edition leave the house? All that speaks against it, found without opening a socket."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from bs4 import BeautifulSoup, Tag

from digest.errors import PreflightError
from digest.mail.stationery import is_followable
from digest.mail.view import SUBJECT_LENGTH
from digest.model import Edition

HTML_LIMIT = 95_000
"""Octets from which HTML is refused; Gmail clips a mail at 102 KB."""
SLOTS = frozenset({"@@UNSUBSCRIBE@@", "@@VOTE@@"})

_SLOT = re.compile(r"@@\w*@@")
_TEMPLATE = re.compile(r"\{\{|\{%|\{#|%\}|\}\}|#\}")
_URL = re.compile(r"https?://[^\s<>\"“”]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_RULE_OF_EQUALS = re.compile(r"^=+$", re.MULTILINE)
_LEADING_DOT = re.compile(r"^\.", re.MULTILINE)


def preflight(edition: Edition, *, week: str) -> None:
    """
    Refuse an edition that may not be sent.

    Args:
        edition: As it would be sent, slots open.
        week: The week it is to be sent for.

    Raises:
        PreflightError: With every problem found.
    """
    problems = (
        *_envelope_problems(edition, week),
        *html_problems(edition.html),
        *_text_problems(edition.text),
        *_slot_problems(edition),
        *_disagreements(edition),
    )
    if problems:
        raise PreflightError(week, problems)


def html_problems(html: str) -> tuple[str, ...]:
    """Say what is wrong with rendered HTML, whatever mail it is of; empty when nothing is."""
    soup = BeautifulSoup(html, "html.parser")
    return tuple(_size_and_syntax(html, soup)) + tuple(_markup_problems(soup))


def _size_and_syntax(html: str, soup: BeautifulSoup) -> Iterator[str]:
    size = len(html.encode())
    if size >= HTML_LIMIT:
        yield f"the HTML has {size:,} octets, {HTML_LIMIT:,} is the limit"
    if "<mj-" in html or "</mj-" in html:
        yield "MJML is left in the HTML"
    styles = {str(style.string) for style in soup.find_all("style")}
    without_styles = html
    for style in styles:
        without_styles = without_styles.replace(style, "")
    if left := _TEMPLATE.search(without_styles):
        yield f"template syntax is left in the HTML: {left[0]}"


def _markup_problems(soup: BeautifulSoup) -> Iterator[str]:
    page = soup.find("html")
    if not isinstance(page, Tag) or page.get("lang") in {None, "", "und"}:
        yield "the HTML names no language"
    if soup.title is None or not soup.title.get_text(strip=True):
        yield "the HTML has no title"
    for image in soup.find_all("img"):
        if image.get("alt") is None:
            yield f"an image has no alt: {image.get('src')}"
    addresses = [*hrefs(soup), *(str(image.get("src", "")) for image in soup.find_all("img"))]
    yield from (
        f"not an https link: {url}" for url in dict.fromkeys(addresses) if not is_followable(url)
    )


def hrefs(soup: BeautifulSoup) -> list[str]:
    """Give the addresses of all links, in order, each once."""
    return list(dict.fromkeys(str(link["href"]) for link in soup.find_all("a", href=True)))


def _envelope_problems(edition: Edition, week: str) -> Iterator[str]:
    if edition.week != week:
        yield f"it is the edition of {edition.week}"
    if not 1 <= len(edition.subject) <= SUBJECT_LENGTH:
        yield f"the subject has {len(edition.subject)} characters, 1 to {SUBJECT_LENGTH} are allowed"
    if _CONTROL.search(edition.subject):
        yield "the subject holds a line break or a control character"
    for name, line in (("subject", edition.subject), ("preheader", edition.preheader)):
        if _TEMPLATE.search(line) or _SLOT.search(line):
            yield f"the {name} holds template syntax or a slot"
    if not edition.preheader.strip():
        yield "the preheader is empty"


def _text_problems(text: str) -> Iterator[str]:
    if left := _TEMPLATE.search(text):
        yield f"template syntax is left in the text: {left[0]}"
    if _LEADING_DOT.search(text):
        yield "a line of the text begins with a dot"
    if _RULE_OF_EQUALS.search(text):
        yield 'the text has a rule made of "="'


def _slot_problems(edition: Edition) -> Iterator[str]:
    for part, content in (("HTML", edition.html), ("text", edition.text)):
        found = Counter(_SLOT.findall(content))
        yield from (f"the {part} lacks the slot {slot}" for slot in sorted(SLOTS - set(found)))
        yield from (f"the {part} has an unknown slot {slot}" for slot in sorted(set(found) - SLOTS))


def _disagreements(edition: Edition) -> Iterator[str]:
    soup = BeautifulSoup(edition.html, "html.parser")
    linked = hrefs(soup)
    in_text = _URL.findall(edition.text)
    seen = "\n".join([*linked, soup.get_text(" ")])
    yield from _missing("text", (url for url in linked if url not in edition.text))
    yield from _missing("HTML", (url for url in in_text if url not in seen))


def _missing(part: str, urls: Iterable[str]) -> Iterator[str]:
    yield from (f"the {part} lacks the link {url}" for url in dict.fromkeys(urls))
