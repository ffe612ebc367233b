"""
Replay a recorded series of one source's readings through the rules of ingestion.

Pure: the text of a series in, episodes out. Each run of bad readings with one trouble is one episode.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from digest.errors import SeriesError
from digest.model import FaultKind
from digest.sources.health.counts import Counts, Doubt, PastReading, Trail
from digest.sources.health.fault import is_same_trouble
from digest.sources.health.faults import Promise, find_fault
from digest.sources.health.settling import is_step

COLUMNS = ("commit_time", "commit", "bytes", "items", "distinct_pub_days", "max_items_same_day")
FIGURES = COLUMNS[2:]


@dataclass(frozen=True, slots=True)
class Episode:
    """One run of bad readings, at its first."""

    time: datetime
    """UTC."""
    kind: FaultKind
    items: int
    expected: float | None
    """Items that are usual; None where no reading before it was believed."""
    reason: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a series."""

    at: datetime
    counts: Counts


def read_series(text: str, *, name: str) -> list[Row]:
    """
    Read a series: tab-separated, with a header that names the columns.

    Args:
        text: The file.
        name: What to call it in an error.

    Raises:
        SeriesError: It is none; the text says which line, why, and what is wanted.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise SeriesError(name, "it is empty; wanted are the columns " + " ".join(COLUMNS))
    header = [cell.strip() for cell in lines[0][1].lstrip("\ufeff").split("\t")]
    _require_columns(header, name=name)
    places = {column: header.index(column) for column in COLUMNS}
    return [_row(line, places, where=f"{name}, line {number}") for number, line in lines[1:]]


def _require_columns(header: list[str], *, name: str) -> None:
    if len(header) == 1 and "," in header[0]:
        raise SeriesError(name, "its columns are parted by commas; save it with tabs (TSV)")
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise SeriesError(
            name,
            f"line 1 lacks the column {missing[0]!r}; wanted, with tabs between: "
            + " ".join(COLUMNS),
        )


def _row(line: str, places: dict[str, int], *, where: str) -> Row:
    cells = line.split("\t")
    if len(cells) <= max(places.values()):
        raise SeriesError(where, f"{len(cells)} columns, where the header names more")
    try:
        at = datetime.fromisoformat(cells[places["commit_time"]].strip())
    except ValueError as error:
        raise SeriesError(
            where, f"{cells[places['commit_time']]!r} is no ISO time, such as 2026-11-20T09:00:00Z"
        ) from error
    figures = {column: _figure(cells[places[column]], column, where) for column in FIGURES}
    counts = Counts(
        items=figures["items"],
        days=figures["distinct_pub_days"],
        same_day=figures["max_items_same_day"],
    )
    return Row(at=at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC), counts=counts)


def _figure(cell: str, column: str, where: str) -> int:
    text = cell.strip()
    if not (text.isascii() and text.isdigit()):
        raise SeriesError(where, f"{column} is {cell!r}; wanted is a whole number of 0 or more")
    return int(text)


def replay(rows: list[Row], *, floor: int | None = None) -> Iterator[Episode]:
    """
    Judge a series row by row, in its order, and give each episode at its first bad row.

    Args:
        rows: The series.
        floor: Fewest items of a healthy reading; None where nobody has declared any.

    Whether the source has dates at all is seen from the rows so far.
    """
    past = Trail()
    is_dated = False
    for row in rows:
        is_dated = is_dated or row.counts.days > 0
        promise = Promise(floor=floor, dated=is_dated)
        fault = find_fault(row.counts, promise=promise, past=past)
        if fault is None:
            past = _accepted(past, row)
            continue
        if not past.doubts or not is_same_trouble(past.doubts[0].kind, fault.kind):
            yield Episode(row.at, fault.kind, row.counts.items, past.usual_items, fault.reason)
        doubt = Doubt(kind=fault.kind, counts=row.counts, at=row.at)
        if is_step(fault, doubt, before=past.doubts):
            past = Trail(accepted=(PastReading(row.counts, row.at, is_baseline=True),))
        else:
            past = Trail(accepted=past.accepted, doubts=(doubt, *past.doubts))


def _accepted(past: Trail, row: Row) -> Trail:
    return Trail(accepted=(PastReading(row.counts, row.at), *past.accepted)[:7])
