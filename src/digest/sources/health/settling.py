"""
Tell a lasting change from a passing fault: three stable suspect readings in a row are the new normal.

Pure. Permanent steps exist (a vendor cuts its page from 58 entries to 17); a source must not stay
suspect for ever because of one.
"""

from collections.abc import Sequence
from datetime import timedelta

from digest.model import FaultKind
from digest.sources.health.counts import Doubt
from digest.sources.health.fault import Fault

IN_A_ROW = 3
NEXT_LOOK = timedelta(minutes=30)
"""A reading sooner than that is the same look once more: a run that tries again, a person's hand."""
SAME_BODY_COUNTS_AFTER = timedelta(days=1)
"""The very same response again is no new evidence before that: an hour's fault is often cached."""
WOBBLE = 0.2
"""Difference between stable counts, as a share of the largest …"""
WOBBLE_ITEMS = 2
"""… or in items, whichever is more."""
DATED_WOBBLE = 0.1


def is_step(fault: Fault, doubt: Doubt, *, before: Sequence[Doubt]) -> bool:
    """
    Tell whether a suspect reading makes a lasting change the new normal.

    Args:
        fault: What is wrong with it.
        doubt: The reading.
        before: The suspect readings before it since the last accepted one, newest first.

    Returns:
        True where it is the third stable one in a row of its kind; False where it is not, or where
        only an operator may say so.
    """
    if not fault.may_settle:
        return False
    row = _evidence([*reversed(before), doubt])[-IN_A_ROW:]
    return len(row) == IN_A_ROW and row[-1] is doubt and _is_stable(row, fault.kind)


def _evidence(doubts: Sequence[Doubt]) -> list[Doubt]:
    """Leave out what is the same look, or the very same response, once more; oldest first."""
    kept: list[Doubt] = []
    for doubt in doubts:
        last = kept[-1] if kept else None
        if last is None or not _is_repeat(doubt, last):
            kept.append(doubt)
    return kept


def _is_repeat(doubt: Doubt, last: Doubt) -> bool:
    is_same = bool(doubt.body_sha256) and doubt.body_sha256 == last.body_sha256
    patience = SAME_BODY_COUNTS_AFTER if is_same else NEXT_LOOK
    return timedelta(0) <= doubt.at - last.at < patience


def _is_stable(row: Sequence[Doubt], kind: FaultKind) -> bool:
    items = [doubt.counts.items for doubt in row]
    dated = [doubt.counts.dated_share for doubt in row]
    return (
        all(doubt.kind is kind for doubt in row)
        and max(items) - min(items) <= max(WOBBLE_ITEMS, WOBBLE * max(items))
        and max(dated) - min(dated) <= DATED_WOBBLE
    )
