"""
Resting place ⑤ while it is being sent: claim, mark, note and give back, many rows a statement.

Claims skip rows that another sender has locked, and every change names its holder: whoever lost a
lease changes nothing. Rows are picked out by their number, and come as light tuples.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from digest.model import DeliveryState, Held, Settled
from digest.store.lease_statements import (
    DUE,
    LEASE,
    MARK,
    MOMENT,
    NOTE,
    RENEW,
    SUPPRESS_HELD,
    SUPPRESSED,
    TABLE,
    C,
    is_subscribed,
)

Place = tuple[datetime, int]
"""Where in the queue a claim ended: since when the last one waited, and its row."""


def claim(
    session: Session,
    week: str,
    *,
    limit: int,
    worker: str,
    now: datetime,
    until: datetime,
    after: Place | None = None,
    not_to: Collection[str] = (),
    chosen: Callable[[Sequence[Held]], Sequence[Held]] = list,
) -> list[Held]:
    """
    Take deliveries whose turn has come, of readers who are still subscribed.

    Args:
        session: A writing one; the claim stands when it commits.
        week: Of this issue; nothing is claimed unless it is being sent.
        limit: At most so many.
        worker: Who takes them.
        now: What waits for a moment at or before this one is due.
        until: When the lease ends unless it is renewed.
        after: Look behind this place of the queue first, such as where the last claim ended: what
            has been taken is not looked through again.
        not_to: Domains (lower case, A-labels) that get nothing just now.
        chosen: Gives those that are to be taken, in their order, of those that could be.

    Returns:
        What is now leased to ``worker``, who waits longest first. Fewer than ``limit``
        that could be: nothing else is due; waiting deliveries of readers who have left are suppressed then.
    """
    picked = _pick(session, week, limit=limit, now=now, after=after, not_to=not_to)
    if after is not None and len(picked) < limit:  # what lies before it may have come back
        known = {each.id for each in picked}
        more = _pick(session, week, limit=limit, now=now, after=None, not_to=not_to)
        picked += [each for each in more if each.id not in known][: limit - len(picked)]
    taken = list(chosen(picked))
    if taken:
        lease = {
            "ids": _listed(each.id for each in taken),
            "leased_by": worker,
            "leased_until": until,
            "changed_at": now,
        }
        session.execute(LEASE[session.connection().dialect.name], lease)
    if len(picked) < limit and not not_to:
        _suppress(session, week, now=now)
    return taken


def mark(
    session: Session,
    week: str,
    held: Sequence[Held],
    *,
    worker: str,
    now: datetime,
    until: datetime,
) -> list[Held]:
    """
    Note that the content of these deliveries is about to leave, and renew their leases.

    Returns:
        Those still leased to ``worker``, in the given order, none if the issue is not being sent
        any more: nothing of the others may leave. Those of readers who left since the claim are
        suppressed.
    """
    if not held:
        return []
    kind = session.connection().dialect.name
    given = {
        "ids": _listed(each.id for each in held),
        "holder": worker,
        "of_week": week,
        "changed_at": now,
    }
    marks = {"handed_at": now, "leased_until": until}
    ours = set(session.execute(MARK[kind], given | marks).scalars())
    if len(ours) < len(held):  # who leaves between these two statements has been marked
        del given["of_week"]
        session.execute(SUPPRESS_HELD[kind], given)
    return [each for each in held if each.id in ours]


def note(
    session: Session,
    settled: Settled,
    answers: Iterable[tuple[int, str]],
    *,
    worker: str,
    now: datetime,
) -> None:
    """
    Store what became of held deliveries that all ended alike.

    Args:
        session: A writing one.
        settled: How they stand now.
        answers: The row of each and the words to keep, printable.
        worker: Who held them. Where it has lost one to another sender or to a person's decision,
            the row stays as it is; where it only turned ``uncertain`` meanwhile, the late answer is
            stored. Noting twice changes nothing.
        now: When.
    """
    is_open = settled.next_attempt_at is not None
    is_unknown = settled.state is DeliveryState.UNCERTAIN
    given = {
        "answers": json.dumps(list(answers), ensure_ascii=False),
        "holder": worker,
        "state": settled.state,
        "attempts": settled.attempts,
        "next_attempt_at": settled.next_attempt_at,
        "changed_at": now,
    }
    kind = session.connection().dialect.name
    session.execute(NOTE[kind, is_open, is_unknown], given)


def renew(session: Session, ids: Iterable[int], *, worker: str, until: datetime) -> None:
    """Hold what is still leased to the worker for longer."""
    given = {"ids": _listed(ids), "holder": worker, "leased_until": until}
    session.execute(RENEW[session.connection().dialect.name], given)


def put_back(session: Session, week: str, *, worker: str, now: datetime) -> int:
    """
    Queue all that is leased to a worker, marked or not, due at once; give how many.

    For the worker itself, when it knows that nothing of them is with any server.
    """
    statement = (
        sa.update(TABLE)
        .where(C.week == week, C.leased_by == worker, C.state == DeliveryState.LEASED)
        .values(
            state=DeliveryState.QUEUED,
            leased_by=None,
            leased_until=None,
            handed_at=None,
            next_attempt_at=now,
            changed_at=now,
        )
    )
    result: Any = session.execute(statement)
    return int(result.rowcount)


def _pick(
    session: Session,
    week: str,
    *,
    limit: int,
    now: datetime,
    after: Place | None,
    not_to: Collection[str],
) -> list[Held]:
    """Choose what is due and that nobody else has locked, and lock it."""
    statement = DUE
    given = {"of_week": week, "at": now, "so_many": limit}
    if after is not None:
        place = sa.tuple_(sa.bindparam("since", type_=MOMENT), sa.bindparam("behind"))
        statement = statement.where(sa.tuple_(C.next_attempt_at, C.id) > place)
        given |= {"since": after[0], "behind": after[1]}
    if not_to:
        statement = statement.where(C.domain.not_in(sorted(not_to)))
    return [Held._make(row) for row in session.execute(statement, given)]


def _suppress(session: Session, week: str, *, now: datetime) -> None:
    """Suppress what waits for readers who are no longer subscribed, due or not."""
    gone = (
        sa.select(C.id)
        .where(C.week == week, C.next_attempt_at.is_not(None), ~is_subscribed())
        .with_for_update(skip_locked=True, of=TABLE)
        .cte("gone")
    )
    statement = (
        sa.update(TABLE).where(C.id.in_(sa.select(gone.c.id))).values(**SUPPRESSED, changed_at=now)
    )
    session.execute(statement)


def _listed(ids: Iterable[int]) -> str:
    return json.dumps(list(ids))
