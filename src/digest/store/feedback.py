"""Resting place ⑤, what came back: reports with what they did, and what is asked to judge the next."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from digest.model import (
    ConsentEvent,
    Delivery,
    DeliveryState,
    FeedbackEffect,
    FeedbackKind,
    FeedbackRecord,
    IssueState,
)
from digest.store.rows import as_noun, as_nouns, as_values, columns_of, in_chunks, upsert
from digest.store.tables import (
    ConsentEventRow,
    DeliveryRow,
    FeedbackRow,
    IssueRow,
    RefusalReadingRow,
)

SMTP = "smtp"
"""Source of what a server said while a mail was sent."""
SETTLED_AFTER = timedelta(hours=1)
"""Time after the end of a send at which no sender has an answer left to note."""


def effects_of(
    session: Session, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], FeedbackEffect]:
    """Give what feedback that is stored already did, by (source, key)."""
    by_source: dict[str, set[str]] = defaultdict(set)
    for source, key in keys:
        by_source[source].add(key)
    found: dict[tuple[str, str], FeedbackEffect] = {}
    for source, wanted in by_source.items():
        for chunk in in_chunks(wanted):
            statement = select(FeedbackRow.key, FeedbackRow.effect).where(
                FeedbackRow.source == source, col(FeedbackRow.key).in_(chunk)
            )
            rows = session.exec(statement)
            found |= {(source, key): FeedbackEffect(effect) for key, effect in rows}
    return found


def put(session: Session, records: Sequence[FeedbackRecord]) -> None:
    """Store feedback; what is stored already stays as it was."""
    upsert(session, FeedbackRow, [as_values(each) for each in records], key=("source", "key"))


def recent_weeks(session: Session, *, limit: int) -> list[str]:
    """Give the weeks of the last issues with a frozen audience, the newest first."""
    statement = (
        select(IssueRow.week)
        .where(col(IssueRow.audience).is_not(None))
        .order_by(col(IssueRow.week).desc())
        .limit(limit)
    )
    return list(session.exec(statement))


def deliveries_of(
    session: Session, subscribers: Collection[str], weeks: Collection[str]
) -> dict[str, list[Delivery]]:
    """Give what these subscribers were sent in these weeks, by subscriber, the newest week first."""
    found: dict[str, list[Delivery]] = defaultdict(list)
    for chunk in in_chunks(subscribers):
        statement = (
            select(*columns_of(Delivery, DeliveryRow))
            .where(col(DeliveryRow.week).in_(weeks), col(DeliveryRow.subscriber).in_(chunk))
            .order_by(col(DeliveryRow.week).desc())
        )
        for delivery in as_nouns(Delivery, session.exec(statement)):
            found[delivery.subscriber].append(delivery)
    return found


def soft_weeks(
    session: Session, subscribers: Collection[str], weeks: Collection[str]
) -> dict[str, set[str]]:
    """Give in which of these weeks a soft bounce of these subscribers counted, by subscriber."""
    found: dict[str, set[str]] = defaultdict(set)
    for chunk in in_chunks(subscribers):
        statement = select(FeedbackRow.subscriber, FeedbackRow.week).where(
            col(FeedbackRow.subscriber).in_(chunk),
            col(FeedbackRow.week).in_(weeks),
            FeedbackRow.kind == FeedbackKind.SOFT,
            col(FeedbackRow.effect).in_((FeedbackEffect.COUNTED, FeedbackEffect.BOUNCED)),
        )
        for subscriber, week in session.exec(statement):
            if subscriber and week:
                found[subscriber].add(week)
    return found


def counted_hard(
    session: Session, subscribers: Collection[str], *, since: datetime
) -> dict[str, list[datetime]]:
    """Give when hard reports came that were only counted, by subscriber, from ``since`` on."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for chunk in in_chunks(subscribers):
        statement = select(FeedbackRow.subscriber, FeedbackRow.received_at).where(
            col(FeedbackRow.subscriber).in_(chunk),
            FeedbackRow.kind == FeedbackKind.HARD,
            FeedbackRow.effect == FeedbackEffect.COUNTED,
            FeedbackRow.received_at >= since,
        )
        for subscriber, received_at in session.exec(statement):
            found[subscriber or ""].append(received_at)
    return found


def ended_of_domains(session: Session, week: str, domains: Collection[str]) -> dict[str, int]:
    """Give how many readers of these domains hard bounces of an issue ended, by domain."""
    found: dict[str, int] = {}
    readers: Any = func.count(sa.distinct(col(FeedbackRow.subscriber)))
    same_mail = sa.and_(
        col(DeliveryRow.week) == col(FeedbackRow.week),
        col(DeliveryRow.subscriber) == col(FeedbackRow.subscriber),
    )
    for chunk in in_chunks(domains):
        statement = (
            select(DeliveryRow.domain, readers)
            .join(FeedbackRow, same_mail)
            .where(
                FeedbackRow.week == week,
                FeedbackRow.kind == FeedbackKind.HARD,
                FeedbackRow.effect == FeedbackEffect.BOUNCED,
                col(DeliveryRow.domain).in_(chunk),
            )
            .group_by(col(DeliveryRow.domain))
        )
        found |= dict(session.exec(statement).all())
    return found


def mailed_of_domains(session: Session, week: str, domains: Collection[str]) -> dict[str, int]:
    """
    Give how many mails of an issue are for these domains, by domain.

    It goes through all deliveries of the issue, since no index holds their domain.
    """
    found: dict[str, int] = {}
    for chunk in in_chunks(domains):
        statement = (
            select(DeliveryRow.domain, func.count())
            .where(DeliveryRow.week == week, col(DeliveryRow.domain).in_(chunk))
            .group_by(col(DeliveryRow.domain))
        )
        found |= dict(session.exec(statement).all())
    return found


def unread_refusals(session: Session, week: str, *, size: int) -> Iterator[list[Delivery]]:
    """
    Give rejected deliveries whose reply nobody has judged yet, ``size`` at a time.

    It goes through all deliveries of the issue once, since no index holds their state.
    """
    key = DeliveryRow.week + "/" + DeliveryRow.subscriber
    is_read = (
        sa.select(sa.literal(1))
        .where(col(FeedbackRow.source) == SMTP, col(FeedbackRow.key) == key)
        .exists()
    )
    statement = select(*columns_of(Delivery, DeliveryRow)).where(
        DeliveryRow.week == week, DeliveryRow.state == DeliveryState.REJECTED, ~is_read
    )
    rows = session.exec(statement.execution_options(yield_per=size))
    for some in rows.partitions():
        yield list(as_nouns(Delivery, some))


def refusals_due(session: Session, *, limit: int) -> list[str]:
    """
    Give the newest issues, at most ``limit``, whose refusals may not have been read to the end.

    One that is on its way has new ones at any time; once it stands still for an hour and was read
    after that, it has none.
    """
    statement = (
        select(IssueRow.week, IssueRow.state, IssueRow.changed_at, RefusalReadingRow.read_at)
        .outerjoin(RefusalReadingRow, col(RefusalReadingRow.week) == col(IssueRow.week))
        .where(col(IssueRow.audience).is_not(None))
        .order_by(col(IssueRow.week).desc())
        .limit(limit)
    )
    return [
        week
        for week, state, changed_at, read_at in session.exec(statement)
        if state == IssueState.SENDING or not _is_settled(changed_at, read_at)
    ]


def _is_settled(changed_at: datetime, read_at: datetime | None) -> bool:
    return read_at is not None and read_at >= changed_at + SETTLED_AFTER


def note_refusals_read(session: Session, week: str, *, now: datetime) -> None:
    """Note that an issue's refusals were read to the end, from ``now`` on back."""
    values = [{"week": week, "read_at": now}]
    upsert(session, RefusalReadingRow, values, key=["week"], update=["read_at"])


def readers_by_kind(
    session: Session, week: str, *, after: datetime | None = None
) -> dict[FeedbackKind, int]:
    """
    Give how many readers an issue's feedback is about, by kind, each reader once a kind.

    Only what was noted after a moment, where one is given.
    """
    readers: Any = func.count(sa.distinct(col(FeedbackRow.subscriber)))
    statement = (
        select(FeedbackRow.kind, readers)
        .where(FeedbackRow.week == week)
        .group_by(col(FeedbackRow.kind))
    )
    if after is not None:
        statement = statement.where(FeedbackRow.noted_at > after)
    return {FeedbackKind(kind): number for kind, number in session.exec(statement)}


def left_of(session: Session, week: str, *, since: datetime, until: datetime) -> int:
    """Give how many readers of an issue left by link or mail from a time on, before another."""
    is_reader = (
        sa.select(sa.literal(1))
        .where(
            col(DeliveryRow.week) == week,
            col(DeliveryRow.subscriber) == col(ConsentEventRow.subscriber),
        )
        .exists()
    )
    statement = select(func.count(sa.distinct(col(ConsentEventRow.subscriber)))).where(
        ConsentEventRow.event == ConsentEvent.UNSUBSCRIBED,
        ConsentEventRow.happened_at >= since,
        ConsentEventRow.happened_at < until,
        is_reader,
    )
    return session.exec(statement).one()


def listed(
    session: Session,
    *,
    week: str | None = None,
    kind: FeedbackKind | None = None,
    effect: FeedbackEffect | None = None,
    limit: int = 100,
) -> list[FeedbackRecord]:
    """Give the newest feedback, the newest first; all of a week, a kind or an effect if asked for."""
    statement = select(FeedbackRow).order_by(
        col(FeedbackRow.received_at).desc(), col(FeedbackRow.id).desc()
    )
    if week is not None:
        statement = statement.where(FeedbackRow.week == week)
    if kind is not None:
        statement = statement.where(FeedbackRow.kind == kind)
    if effect is not None:
        statement = statement.where(FeedbackRow.effect == effect)
    return [as_noun(FeedbackRecord, row) for row in session.exec(statement.limit(limit))]
