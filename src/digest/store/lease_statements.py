"""
The statements by which leases change, made once for each kind of database.

Rows come as a list of numbers in JSON, which both databases read as a table: one statement for a
hundred rows. See leases.py for what they do.
"""

from typing import Any

import sqlalchemy as sa

from digest.model import DeliveryState, IssueState, SubscriberState
from digest.store.tables import DeliveryRow, IssueRow, SubscriberRow

LEFT = "no longer subscribed when its turn came"

TABLE: sa.Table = DeliveryRow.__table__  # type: ignore[attr-defined] # set by SQLModel's metaclass
_READERS: sa.Table = SubscriberRow.__table__  # type: ignore[attr-defined] # as above
_ISSUES: sa.Table = IssueRow.__table__  # type: ignore[attr-defined] # as above
C = TABLE.c
MOMENT = C.changed_at.type
_IS_OURS = sa.func.coalesce(C.leased_by, "") == sa.bindparam("holder")
"""Written so that no index of holders is used: PostgreSQL would go through all rows that the holder
ever had, since what was noted stays in an index until it is vacuumed. Rows are found by number."""
SUPPRESSED = {"state": DeliveryState.SUPPRESSED, "reply": LEFT, "next_attempt_at": None}


def is_subscribed() -> Any:
    """Give the condition that a delivery's reader is still subscribed."""
    return (
        sa.select(sa.literal(1))
        .where(_READERS.c.public_id == C.subscriber, _READERS.c.state == SubscriberState.CONFIRMED)
        .exists()
    )


def _is_sending() -> Any:
    return (
        sa.select(sa.literal(1))
        .where(_ISSUES.c.week == sa.bindparam("of_week"), _ISSUES.c.state == IssueState.SENDING)
        .exists()
    )


DUE = (
    sa.select(C.id, C.subscriber, C.address, C.domain, C.attempts, C.next_attempt_at)
    .where(
        C.week == sa.bindparam("of_week"),
        C.next_attempt_at <= sa.bindparam("at", type_=MOMENT),
        is_subscribed(),
        _is_sending(),
    )
    .order_by(C.next_attempt_at, C.id)
    .limit(sa.bindparam("so_many"))
    .with_for_update(skip_locked=True, of=TABLE)
)


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
    return sa.update(TABLE).where(
        C.id.in_(_among(kind)),
        C.state == DeliveryState.LEASED,
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
        sa.update(TABLE)
        .where(
            C.id == answer.c.id,
            _IS_OURS,
            C.state.in_([DeliveryState.LEASED, DeliveryState.UNCERTAIN]),
        )
        .values(
            state=sa.bindparam("state", type_=C.state.type),
            attempts=sa.bindparam("attempts"),
            leased_until=None,
            next_attempt_at=sa.bindparam("next_attempt_at", type_=MOMENT),
            reply=answer.c.reply,
            changed_at=sa.bindparam("changed_at", type_=MOMENT),
            **kept,
        )
    )


_KINDS = ("sqlite", "postgresql")
LEASE = {
    kind: sa.update(TABLE)
    .where(C.id.in_(_among(kind)))
    .values(
        state=DeliveryState.LEASED,
        leased_by=sa.bindparam("leased_by"),
        leased_until=sa.bindparam("leased_until", type_=MOMENT),
        next_attempt_at=None,
        changed_at=sa.bindparam("changed_at", type_=MOMENT),
    )
    for kind in _KINDS
}
MARK = {
    kind: _of_holder(kind)
    .where(is_subscribed(), _is_sending())
    .values(
        handed_at=sa.bindparam("handed_at", type_=MOMENT),
        leased_until=sa.bindparam("leased_until", type_=MOMENT),
        changed_at=sa.bindparam("changed_at", type_=MOMENT),
    )
    .returning(C.id)
    for kind in _KINDS
}
SUPPRESS_HELD = {
    kind: _of_holder(kind)
    .where(C.handed_at.is_(None), ~is_subscribed())
    .values(
        **SUPPRESSED,
        leased_by=None,
        leased_until=None,
        changed_at=sa.bindparam("changed_at", type_=MOMENT),
    )
    for kind in _KINDS
}
RENEW = {
    kind: _of_holder(kind).values(leased_until=sa.bindparam("leased_until", type_=MOMENT))
    for kind in _KINDS
}
NOTE = {
    (kind, is_open, is_unknown): _noting(kind, is_open=is_open, is_unknown=is_unknown)
    for kind in _KINDS
    for is_open in (False, True)
    for is_unknown in (False, True)
}
