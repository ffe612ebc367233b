"""Number what a page stands on: each source once, with its words and the day it was looked at."""

from dataclasses import dataclass
from datetime import datetime

from digest.panel.takes import OUR_RECORDS
from digest.web.prose import host, web_url


@dataclass(frozen=True, slots=True)
class Note:
    """One source in the page's list, under the number that the marks show."""

    number: int
    name: str
    url: str | None
    quote: str
    is_quoted: bool
    """False for what our own records say: that is no quotation."""
    observed_at: datetime | None


class Sources:
    """Number what a page stands on, from 1 in the order of the page; the same words once."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Note] = {}

    def mark(self, label: str, url: str | None, quote: str, observed_at: datetime | None) -> int:
        """Give the number of a source, the next one if it is new."""
        key = (url or label, " ".join(quote.split()))
        if key not in self._notes:
            self._notes[key] = Note(
                number=len(self._notes) + 1,
                name=host(url) or label,
                url=web_url(url),
                quote=quote,
                is_quoted=label != OUR_RECORDS,
                observed_at=observed_at,
            )
        return self._notes[key].number

    @property
    def notes(self) -> list[Note]:
        """All sources, by number."""
        return list(self._notes.values())
