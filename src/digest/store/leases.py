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

from digest.model import DeliveryState, Held, IssueState, Settled, SubscriberState
from digest.store.tables import DeliveryRow, IssueRow, SubscriberRow

LEFT = "no longer subscribed when its turn came"

Place = tuple[datetime, int]
"""Where in the queue a claim ended: since when the last one waited, and its row."""

_TABLE: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
_READERS: sa.Table = SubscriberRow.__table__  # type: ignore[attr-defined] # as above
_ISSUES: sa.Table = IssueRow.__table__  # type: ignore[attr-defined] # as above
_C = _TABLE.c
_MOMENT = _C.changed_at.type
_IS_OURS = sa.func.coalesce(_C.leased_by, "") == sa.bindparam("holder")
"""Written so that no index of holders is used: PostgreSQL would go through all rows that the holder
ever had, since what was noted stays in an index until it is vacuumed. Rows are found by number."""
_SUPPRESSED = {"state": DeliveryState.SUPPRESSED, "reply": LEFT, "next_attempt_at": None}


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
        session.execute(_LEASE[session.connection().dialect.name], lease)
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
    ours = set(session.execute(_MARK[kind], given | marks).scalars())
    if len(ours) < len(held):  # who leaves between these two statements has been marked
        del given["of_week"]
        session.execute(_SUPPRESS_HELD[kind], given)
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
    session.execute(_NOTE[kind, is_open, is_unknown], given)


def renew(session: Session, ids: Iterable[int], *, worker: str, until: datetime) -> None:
    """Hold what is still leased to the worker for longer."""
    given = {"ids": _listed(ids), "holder": worker, "leased_until": until}
    session.execute(_RENEW[session.connection().dialect.name], given)


def put_back(session: Session, week: str, *, worker: str, now: datetime) -> int:
    """
    Queue all that is leased to a worker, marked or not, due at once; give how many.

    For the worker itself, when it knows that nothing of them is with any server.
    """
    statement = (
        sa.update(_TABLE)
        .where(_C.week == week, _C.leased_by == worker, _C.state == DeliveryState.LEASED)
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
    statement = _DUE
    given = {"of_week": week, "at": now, "so_many": limit}
    if after is not None:
        place = sa.tuple_(sa.bindparam("since", type_=_MOMENT), sa.bindparam("behind"))
        statement = statement.where(sa.tuple_(_C.next_attempt_at, _C.id) > place)
        given |= {"since": after[0], "behind": after[1]}
    if not_to:
        statement = statement.where(_C.domain.not_in(sorted(not_to)))
    return [Held._make(row) for row in session.execute(statement, given)]


def _is_subscribed() -> Any:
    return (
        sa.select(sa.literal(1))
        .where(_READERS.c.public_id == _C.subscriber, _READERS.c.state == SubscriberState.CONFIRMED)
        .exists()
    )


def _is_sending() -> Any:
    return (
        sa.select(sa.literal(1))
        .where(_ISSUES.c.week == sa.bindparam("of_week"), _ISSUES.c.state == IssueState.SENDING)
        .exists()
    )


def _suppress(session: Session, week: str, *, now: datetime) -> None:
    """Suppress what waits for readers who are no longer subscribed, due or not."""
    gone = (
        sa.select(_C.id)
        .where(_C.week == week, _C.next_attempt_at.is_not(None), ~_is_subscribed())
        .with_for_update(skip_locked=True, of=_TABLE)
        .cte("gone")
    )
    statement = (
        sa.update(_TABLE)
        .where(_C.id.in_(sa.select(gone.c.id)))
        .values(**_SUPPRESSED, changed_at=now)
    )
    session.execute(statement)


_DUE = (
    sa.select(_C.id, _C.subscriber, _C.address, _C.domain, _C.attempts, _C.next_attempt_at)
    .where(
        _C.week == sa.bindparam("of_week"),
        _C.next_attempt_at <= sa.bindparam("at", type_=_MOMENT),
        _is_subscribed(),
        _is_sending(),
    )
    .order_by(_C.next_attempt_at, _C.id)
    .limit(sa.bindparam("so_many"))
    .with_for_update(skip_locked=True, of=_TABLE)
)


def _listed(ids: Iterable[int]) -> str:
    return json.dumps(list(ids))


def _among(kind: str) -> Any:
    """Give the numbers of a JSON list as a subquery."""
    words = {
        "sqlite": "SELECT value AS id FROM json_each(:ids)",
        "postgresql": "SELECT CAST(value AS integer) AS id"
        " FROM json_array_elements_text(CAST(:ids AS json))",
    }[kind]
    return sa.text(words).columns(id=sa.Integer)


def _of_holder(kind: str) -> Any:
    """Give the start of an update of numbered rows that the holder still has."""
    return sa.update(_TABLE).where(
        _C.id.in_(_among(kind)),
        _C.state == DeliveryState.LEASED,
        _IS_OURS,
    )


def _answers(kind: str) -> Any:
    """Give the rows of a JSON list of [number, words] as a subquery."""
    words = {
        "sqlite": "SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS reply"
        " FROM json_each(:answers)",
        "postgresql": "SELECT CAST(value ->> 0 AS integer) AS id, value ->> 1 AS reply"
        " FROM json_array_elements(CAST(:answers AS json))",
    }[kind]
    return sa.text(words).columns(id=sa.Integer, reply=sa.String).subquery("answer")


def _noting(kind: str, *, is_open: bool, is_unknown: bool) -> Any:
    answer = _answers(kind)
    kept: dict[str, Any] = {} if is_unknown else {"leased_by": None}
    if is_open:  # there is no mark while it waits: the next sender's death would make it doubtful
        kept["handed_at"] = None
    return (
        sa.update(_TABLE)
        .where(
            _C.id == answer.c.id,
            _IS_OURS,
            _C.state.in_([DeliveryState.LEASED, DeliveryState.UNCERTAIN]),
        )
        .values(
            state=sa.bindparam("state", type_=_C.state.type),
            attempts=sa.bindparam("attempts"),
            leased_until=None,
            next_attempt_at=sa.bindparam("next_attempt_at", type_=_MOMENT),
            reply=answer.c.reply,
            changed_at=sa.bindparam("changed_at", type_=_MOMENT),
            **kept,
        )
    )


_KINDS = ("sqlite", "postgresql")
_LEASE = {
    kind: sa.update(_TABLE)
    .where(_C.id.in_(_among(kind)))
    .values(
        state=DeliveryState.LEASED,
        leased_by=sa.bindparam("leased_by"),
        leased_until=sa.bindparam("leased_until", type_=_MOMENT),
        next_attempt_at=None,
        changed_at=sa.bindparam("changed_at", type_=_MOMENT),
    )
    for kind in _KINDS
}
_MARK = {
    kind: _of_holder(kind)
    .where(_is_subscribed(), _is_sending())
    .values(
        handed_at=sa.bindparam("handed_at", type_=_MOMENT),
        leased_until=sa.bindparam("leased_until", type_=_MOMENT),
        changed_at=sa.bindparam("changed_at", type_=_MOMENT),
    )
    .returning(_C.id)
    for kind in _KINDS
}
_SUPPRESS_HELD = {
    kind: _of_holder(kind)
    .where(_C.handed_at.is_(None), ~_is_subscribed())
    .values(
        **_SUPPRESSED,
        leased_by=None,
        leased_until=None,
        changed_at=sa.bindparam("changed_at", type_=_MOMENT),
    )
    for kind in _KINDS
}
_RENEW = {
    kind: _of_holder(kind).values(leased_until=sa.bindparam("leased_until", type_=_MOMENT))
    for kind in _KINDS
}
_NOTE = {
    (kind, is_open, is_unknown): _noting(kind, is_open=is_open, is_unknown=is_unknown)
    for kind in _KINDS
    for is_open in (False, True)
    for is_unknown in (False, True)
}
