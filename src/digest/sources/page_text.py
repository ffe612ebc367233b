"""
Take a web page apart: its lines as plain text, its tables, its links, and what its head declares.

Pure: takes markup of strangers, gives text. Parsed with lxml itself, since thousands of product
pages are read and a tree of Python objects for each costs ten times as much.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from digest.model import PageLink, PageTable, PageText
from digest.sources.crowding import is_crowded
from digest.sources.text import clean
from digest.sources.urls import web_url

MAX_ELEMENTS = 200_000
"""Elements that are walked through; a price page of 2.6 MB has 20,000."""
MAX_LINES = 6_000
MAX_LINE = 2_000
"""Characters of a line; what is longer is cut."""
MAX_LINKS = 3_000
MAX_TABLES = 100
MAX_ROWS = 400
MAX_CELLS = 40
MAX_CELL = 300
MAX_INSIDE = 300
"""Elements inside a cell, a heading or a link that are looked into."""
CONTEXT = 6
"""Lines before a table that are kept with it."""

_UNSEEN = frozenset(
    {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select"}
    | {"textarea", "head", "del", "s", "strike"}
)
"""What no reader reads; a price struck through is no price any more."""
_AROUND = frozenset({"nav", "footer"})
_AROUND_ROLES = frozenset({"navigation", "dialog", "alertdialog", "contentinfo"})
_INSIDE_WORDS = frozenset(
    {"b", "i", "em", "strong", "code", "mark", "sup", "sub", "font", "wbr", "u", "small", "var"}
    | {"kbd", "abbr", "tt"}
)
"""Elements that may stand inside a word: no space is put around them."""
_INLINE = _INSIDE_WORDS | {"span", "a", "button", "label", "time", "img", "input", "cite", "q"}
_COOKIES = re.compile(r"cookie|consent|gdpr", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_GAPS = re.compile(r"\s+")


def parse_markup(text: str) -> Any:
    """
    Give the root element; None where there is none, or a tag is crowded as on no honest page.

    Depth is bounded by the parser (256).
    """
    if is_crowded(text):
        return None
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def page_text(root: Any, *, url: str) -> PageText:
    """
    Read a page.

    Args:
        root: Of :func:`parse_markup`.
        url: Where it was found; relative addresses count from there.
    """
    walk = _Walk()
    walk.through(root)
    base = _first(root, ".//base[@href]", "href")
    return PageText(
        title=plain("".join(_of(root, "title")), limit=MAX_CELL),
        description=_meta(root, "name", "description"),
        language=plain(root.get("lang") or "", limit=20).lower(),
        canonical=_canonical(root, url=url),
        og_url=web_url(_meta(root, "property", "og:url"), base=url) or "",
        lines=tuple(walk.lines),
        tables=tuple(walk.tables),
        links=tuple(_links(root, base=web_url(base, base=url) or url)),
    )


def headings(root: Any) -> list[str]:
    """Give the words of the first headings."""
    return [plain("".join(found), limit=MAX_CELL) for found in _texts(root, "h1", most=3)]


def asks_for_password(root: Any) -> bool:
    """Tell whether the page has a place to type a password in."""
    return bool(root.xpath("boolean(//input[translate(@type, 'PASWORD', 'pasword')='password'])"))


def plain(text: str, *, limit: int = MAX_LINE) -> str:
    """Give text as one line without what cannot be seen, cut at ``limit`` characters."""
    return _GAPS.sub(" ", _INVISIBLE.sub("", clean(text))).strip()[:limit].rstrip()


class _Walk:
    """One way through a page: text gathers until a block begins or ends, then it is a line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.tables: list[PageTable] = []
        self._parts: list[str] = []
        self._table_end = 0
        """Number of lines when the last table was over: what stood before is no word on the next."""

    def through(self, root: Any) -> None:
        """Walk; what no reader reads is passed over with all that is inside it."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for number, (event, element) in enumerate(walk):
            if number > 2 * MAX_ELEMENTS or len(self.lines) >= MAX_LINES:
                break
            if event == "end":
                self._leave(element)
            elif not self._enter(element):
                walk.skip_subtree()
        self._end_line()

    def _enter(self, element: Any) -> bool:
        """Begin an element; False where all inside it is to be passed over."""
        tag = element.tag
        if tag in _UNSEEN or _is_around(element):
            return False
        self._bound(tag)
        if tag == "table" and len(self.tables) < MAX_TABLES and _is_data(element):
            self._take_table(element)
            return False
        if element.text:
            self._parts.append(element.text)
        return True

    def _leave(self, element: Any) -> None:
        self._bound(element.tag)
        if element.tail:
            self._parts.append(element.tail)

    def _bound(self, tag: object) -> None:
        if tag not in _INLINE:
            self._end_line()
        elif tag not in _INSIDE_WORDS:
            self._parts.append(" ")

    def _end_line(self) -> None:
        if self._parts:
            line = plain("".join(self._parts))
            self._parts.clear()
            if line:
                self.lines.append(line)

    def _take_table(self, table: Any) -> None:
        rows = tuple(_grid(table))
        caption = [plain("".join(found), limit=MAX_CELL) for found in _texts(table, "caption")]
        context = (*self.lines[self._table_end :][-CONTEXT:], *filter(None, caption))
        if rows:
            self.tables.append(PageTable(rows=rows, context=context))
        self._table_end = len(self.lines)


def length_of(page: PageText) -> int:
    """Give how many characters a page says, tables included."""
    in_tables = sum(len(cell) for table in page.tables for row in table.rows for cell in row)
    return sum(map(len, page.lines)) + in_tables


def _is_data(table: Any) -> bool:
    """Tell a table of data from one that only lays the page out."""
    return table.find(".//table") is None


def _grid(table: Any) -> Iterator[tuple[str, ...]]:
    """Give rows of cells; one that spans rows or columns is repeated in each of its places."""
    below: dict[int, tuple[int, str]] = {}  # column → rows still to be filled, words
    for row in list(table.iter("tr"))[:MAX_ROWS]:
        cells: list[str] = []
        for cell in row:
            if cell.tag not in {"td", "th"} or len(cells) >= MAX_CELLS:
                continue
            _fill(cells, below)
            words = plain(" ".join(_seen(cell)), limit=MAX_CELL)
            for _ in range(min(_span(cell, "colspan"), MAX_CELLS - len(cells))):
                below[len(cells)] = (_span(cell, "rowspan") - 1, words)
                cells.append(words)
        _fill(cells, below)
        if any(cells):
            yield tuple(cells)


def _fill(cells: list[str], below: dict[int, tuple[int, str]]) -> None:
    """Put in what reaches down from the rows above."""
    while len(cells) < MAX_CELLS and below.get(len(cells), (0, ""))[0] > 0:
        left, words = below[len(cells)]
        below[len(cells)] = (left - 1, words)
        cells.append(words)


def _span(cell: Any, name: str) -> int:
    written = (cell.get(name) or "1").strip()
    is_number = written.isascii() and written.isdigit() and len(written) < 4  # noqa: PLR2004 # no honest span has more digits
    return max(1, min(int(written), MAX_CELLS)) if is_number else 1


def _seen(element: Any) -> Iterator[str]:
    """Give the pieces of text a reader sees in an element, looking into its first elements only."""
    walk = etree.iterwalk(element, events=("start", "end"))
    for number, (event, inner) in enumerate(walk):
        if number > 2 * MAX_INSIDE:
            return
        if event == "end":
            if inner is not element and inner.tail:
                yield inner.tail
        elif inner.tag in _UNSEEN:
            walk.skip_subtree()
        elif inner.text:
            yield inner.text


def _is_around(element: Any) -> bool:
    """Tell whether an element is what stands around content: menus, footers, cookie banners."""
    if element.tag in _AROUND or element.get("role") in _AROUND_ROLES:
        return True
    if element.tag in {"html", "body", "main", "article"}:
        return False
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    return bool(_COOKIES.search(names[:MAX_CELL]))


def _links(root: Any, *, base: str) -> Iterator[PageLink]:
    for number, anchor in enumerate(root.iter("a")):
        if number >= MAX_LINKS:
            return
        url = web_url(anchor.get("href"), base=base)
        if url:
            yield PageLink(url=url, words=plain(" ".join(_seen(anchor)), limit=MAX_CELL))


def _canonical(root: Any, *, url: str) -> str:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return web_url(link.get("href"), base=url) or ""
    return ""


def _meta(root: Any, attribute: str, name: str) -> str:
    for meta in root.iter("meta"):
        if (meta.get(attribute) or "").strip().lower() == name:
            return plain(meta.get("content") or "")
    return ""


def _first(root: Any, path: str, attribute: str) -> str | None:
    found = root.find(path)
    return None if found is None else found.get(attribute)


def _of(root: Any, tag: str) -> list[str]:
    return next(iter(_texts(root, tag, most=1)), [])


def _texts(root: Any, tag: str, *, most: int = 1) -> list[list[str]]:
    found = []
    for element in root.iter(tag):
        found.append(list(_seen(element)))
        if len(found) >= most:
            break
    return found
