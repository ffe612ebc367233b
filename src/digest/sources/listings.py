"""
Put the pages of a listing together to one reading, and notice where pages are missing.

Pure: takes the responses in the order of their pages; the same ones give the same reading on every
day, whatever the source's settings say by then.
"""

from collections.abc import Sequence

from digest.model import FaultKind, Launch, Outcome, Reading, Source
from digest.sources import parsers
from digest.sources.asking import way_of
from digest.sources.paging import Response
from digest.sources.readings import is_later

FOUND = (Outcome.OK, Outcome.OK_EMPTY)


def read_pages(
    source: Source,
    pages: Sequence[Response],
    *,
    trouble: str | None = None,
    is_refused: bool = False,
) -> Reading:
    """
    Read a listing.

    Args:
        source: What it was fetched for.
        pages: One or more.
        trouble: Why the page after the last one did not come, where that is known.
        is_refused: True where its host refused it, or asked to wait with it.

    Returns:
        The first page's reading where there is but one. Of several, the first good ones together,
        each launch once; ``suspect`` and not whole where one could not be read, repeats the page
        before it, or never came.
    """
    rows = pages[1:] if way_of(source).is_index and len(pages) > 1 else pages
    first = pages.index(rows[0]) + 1
    readings: list[Reading] = []
    fault: tuple[FaultKind, str] | None = None
    for number, page in enumerate(rows, start=first):
        reading = parsers.read(page.capture, page.body, source)
        before = [] if way_of(source).is_index else readings  # items may well be alike
        fault = _fault_of(reading, number, before, pages)
        if fault:
            break
        readings.append(reading)
    if not readings:
        return parsers.read(rows[0].capture, rows[0].body, source)
    merged = _merged(readings)
    if fault is None and pages[-1].capture.leads_on:
        why = f" ({trouble})" if trouble else ""
        reason = f"page {len(pages) + 1} of the listing could not be had{why}"
        fault = (FaultKind.REFUSED if is_refused else FaultKind.MALFORMED, reason)
    if fault is None:
        return merged
    kind, reason = fault
    if is_refused and first + len(readings) == len(pages):  # the refusal itself is the last page
        kind = FaultKind.REFUSED
    changes = {"outcome": Outcome.SUSPECT, "fault": kind, "reason": reason, "is_whole": False}
    return merged.model_copy(update=changes)


def _fault_of(
    reading: Reading, number: int, before: Sequence[Reading], pages: Sequence[Response]
) -> tuple[FaultKind, str] | None:
    """Say what is wrong with a page after the first good one; None where nothing is."""
    if reading.outcome not in FOUND:
        reason = f"page {number} of the listing, {reading.outcome}: {reading.reason}"
        return FaultKind.MALFORMED, reason
    if number == 1 or not before:
        return None
    if pages[number - 1].body == pages[number - 2].body or _repeats(reading, before[-1]):
        reason = f"page {number} of the listing repeats the page before it"
        return FaultKind.REPEATED_PAGE, reason
    return None


def _repeats(reading: Reading, before: Reading) -> bool:
    ids = {launch.native_id for launch in reading.launches}
    return bool(ids) and ids == {launch.native_id for launch in before.launches}


def _merged(readings: Sequence[Reading]) -> Reading:
    """Add readings up: a launch that slipped to the next page meanwhile is there once."""
    if len(readings) == 1:
        return readings[0]
    launches: dict[str, Launch] = {}
    for launch in (launch for reading in readings for launch in reading.launches):
        if is_later(launch, launches.get(launch.native_id)):
            launches[launch.native_id] = launch
    folded = sum(len(reading.launches) for reading in readings) - len(launches)
    filled = next((item for item in readings if item.outcome is Outcome.OK), readings[0])
    return filled.model_copy(
        update={
            "launches": tuple(launches.values()),
            "rows": sum(reading.rows for reading in readings),
            "rejected": sum(reading.rejected for reading in readings),
            "folded": folded + sum(reading.folded for reading in readings),
            "passed_over": sum(reading.passed_over for reading in readings),
        }
    )
