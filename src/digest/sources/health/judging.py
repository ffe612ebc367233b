"""
Judge a reading: turn one that does not tell the truth into a suspect one, and settle what lasts.

Pure: takes a reading, its source and the readings before it; the caller stores the outcome.
"""

from collections.abc import Sequence
from datetime import datetime

from digest.model import FaultKind, Outcome, Reading, Source
from digest.sources.health.counts import Counts, Doubt, Trail, counts_of
from digest.sources.health.fault import Fault
from digest.sources.health.faults import find_fault, promise_of, stall_fault
from digest.sources.health.settling import is_step


def judge(
    reading: Reading, *, source: Source, past: Trail, at: datetime, bodies: Sequence[str] = ()
) -> Reading:
    """
    Turn a reading into a suspect one where its figures say that something is missing.

    Args:
        reading: What the parser made of the response; what is neither ok nor unchanged only gets
            its fault named.
        source: What it declares: floor, dates, cadence.
        past: The readings before it.
        at: When the response was fetched.
        bodies: The hashes of the listing's pages, in their order.

    Returns:
        The reading; as a step (``is_step``, accepted) where a change has proved to last.
    """
    if reading.outcome is Outcome.OK:
        return _judge_launches(reading, source=source, past=past, at=at, bodies=bodies)
    if reading.outcome is Outcome.UNCHANGED:
        return _unchanged(reading, source=source, past=past, at=at)
    if reading.fault is None and (kind := _kind_of(reading)):
        return reading.model_copy(update={"fault": kind})
    return reading


def _kind_of(reading: Reading) -> FaultKind | None:
    """Name the fault that the parser found."""
    if reading.outcome is Outcome.FAILED:
        return FaultKind.UNREADABLE
    if reading.outcome is not Outcome.SUSPECT:
        return None
    has_nothing = not reading.launches and not reading.rows
    return FaultKind.EMPTY if has_nothing else FaultKind.MALFORMED


def _judge_launches(
    reading: Reading, *, source: Source, past: Trail, at: datetime, bodies: Sequence[str]
) -> Reading:
    if not reading.adds_up:
        return _doubted(reading, Fault(FaultKind.ACCOUNTS, _lost_rows(reading)))
    if len(set(bodies)) < len(bodies):
        return _doubted(reading, Fault(FaultKind.REPEATED_PAGE, _repeated(bodies)))
    counts = counts_of(reading)
    fault = find_fault(counts, promise=promise_of(source), past=past, at=at)
    if fault is None:
        return reading
    body = bodies[0] if bodies else ""
    return _settled(reading, fault, counts=counts, past=past, at=at, body=body)


def _settled(
    reading: Reading, fault: Fault, *, counts: Counts, past: Trail, at: datetime, body: str
) -> Reading:
    doubt = Doubt(kind=fault.kind, counts=counts, at=at, body_sha256=body)
    if not is_step(fault, doubt, before=past.doubts):
        return _doubted(reading, fault)
    reason = f"the new normal after three readings alike: {fault.reason}"
    update = {"reason": reason, "fault": fault.kind, "expected": fault.expected, "is_step": True}
    return reading.model_copy(update=update)


def _unchanged(reading: Reading, *, source: Source, past: Trail, at: datetime) -> Reading:
    """A page that stays as it is may stay so for too long."""
    newest_at = past.last.counts.newest_at if past.last else None
    fault = stall_fault(newest_at, promise=promise_of(source), past=past, at=at)
    return _doubted(reading, fault) if fault else reading


def _doubted(reading: Reading, fault: Fault) -> Reading:
    update = {"reason": fault.reason, "fault": fault.kind, "expected": fault.expected}
    return reading.model_copy(update={"outcome": Outcome.SUSPECT, **update})


def _lost_rows(reading: Reading) -> str:
    return (
        f"{reading.rows} rows, but {len(reading.launches)} launches, {reading.rejected} rejected, "
        f"{reading.folded} folded and {reading.passed_over} passed over: please report this"
    )


def _repeated(bodies: Sequence[str]) -> str:
    again = next(number for number, body in enumerate(bodies, 1) if body in bodies[: number - 1])
    return f"page {again} of {len(bodies)} is page {bodies.index(bodies[again - 1]) + 1} once more"
