"""
Build the tree of a page that people read, as far as it is nested like an honest one.

Pure. Loaded with the first page: beautifulsoup4 takes longer to import than a feed to read.
"""

from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder  # its typed name; bs4.builder gives it by a loop
from bs4.filter import SoupStrainer

MAX_DEPTH = 200
"""Elements inside each other that are read; honest pages have some dozens, and the time a search
takes grows with the square."""


class TooDeepError(Exception):
    """A page is nested deeper than ``MAX_DEPTH``."""


class _ShallowBuilder(LXMLTreeBuilder):
    """Builds the page until it is nested too deep: to go on would take the square of the depth."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, *tag: Any) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooDeepError
        super().start(*tag)

    def end(self, name: str | bytes) -> None:
        self._depth -= 1
        super().end(name)


def soup(text: str, *, only: Mapping[str, Any] | None) -> BeautifulSoup:
    """
    Build a page.

    Args:
        text: Its HTML.
        only: The elements that are kept, as beautifulsoup4's strainer takes them; None for all.

    Raises:
        TooDeepError: It is nested more than ``MAX_DEPTH`` deep.
    """
    strainer = SoupStrainer(**only) if only else None
    return BeautifulSoup(text, builder=_ShallowBuilder(), parse_only=strainer)
