"""Readers at rest: subscribers, what they consented to and when, and their votes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from digest.model import Choice, Community, ConsentEvent, Subscriber, SubscriberState, Vote
from digest.store.rows import as_noun, as_values, in_chunks, upsert
from digest.store.tables import ConsentEventRow, SubscriberRow, VoteRow

CHANGING = ("state", "confirmed_at", "left_at")
"""Columns of a subscriber that ever change."""


def subscriber_by_address(session: Session, address: str) -> Subscriber | None:
    """
    Give the subscriber with this normalised address, held until the transaction ends.

    Upper and lower case are one person, however they signed up first: else one mailbox could be
    mailed as often as its name can be spelt.
    """
    statement = (
        select(SubscriberRow)
        .where(func.lower(SubscriberRow.address) == address.lower())
        .with_for_update()
    )
    row = session.exec(statement).first()
    return as_noun(Subscriber, row) if row else None


def subscriber_by_public_id(session: Session, public_id: str) -> Subscriber | None:
    """Give the subscriber with this public id, held until the transaction ends."""
    statement = select(SubscriberRow).where(SubscriberRow.public_id == public_id).with_for_update()
    row = session.exec(statement).first()
    return as_noun(Subscriber, row) if row else None


def subscribers_by_public_ids(
    session: Session, public_ids: Collection[str]
) -> dict[str, Subscriber]:
    """Give the subscribers with these public ids, held until the transaction ends, by public id."""
    found: dict[str, Subscriber] = {}
    for chunk in in_chunks(public_ids):
        statement = (
            select(SubscriberRow)
            .where(col(SubscriberRow.public_id).in_(chunk))
            .order_by(col(SubscriberRow.id))  # two at once lock in one order
            .with_for_update()
        )
        found |= {row.public_id: as_noun(Subscriber, row) for row in session.exec(statement)}
    return found


def public_ids_by_address(session: Session, addresses: Collection[str]) -> dict[str, str]:
    """Give the public ids of these addresses, by address in lower case; unknown ones are left out."""
    found: dict[str, str] = {}
    for chunk in in_chunks(address.lower() for address in addresses):
        lowered = func.lower(SubscriberRow.address)
        statement = select(lowered, SubscriberRow.public_id).where(lowered.in_(chunk))
        found |= dict(session.exec(statement).all())
    return found


def all_subscribers(session: Session) -> list[Subscriber]:
    """Give every subscriber in any state, in the order they came."""
    rows = session.exec(select(SubscriberRow).order_by(col(SubscriberRow.id)))
    return [as_noun(Subscriber, row) for row in rows]


def put_subscribers(session: Session, subscribers: Sequence[Subscriber]) -> None:
    """Store subscribers; of one known before only the state and its dates change."""
    values = [as_values(subscriber) for subscriber in subscribers]
    upsert(session, SubscriberRow, values, key=["address"], update=CHANGING)


def put_events(
    session: Session,
    event: ConsentEvent,
    public_ids: Sequence[str],
    *,
    now: datetime,
    detail: str = "",
) -> None:
    """Append what happened to these subscriptions."""
    for public_id in public_ids:
        row = ConsentEventRow(subscriber=public_id, event=event, happened_at=now, detail=detail)
        session.add(row)


def event_times(session: Session, public_id: str, event: ConsentEvent) -> list[datetime]:
    """Give when this happened to a subscription, oldest first."""
    statement = (
        select(ConsentEventRow.happened_at)
        .where(ConsentEventRow.subscriber == public_id, ConsentEventRow.event == event)
        .order_by(col(ConsentEventRow.id))
    )
    return list(session.exec(statement))


def confirmed_count(session: Session) -> int:
    """Give how many subscribers are confirmed."""
    statement = select(func.count()).where(SubscriberRow.state == SubscriberState.CONFIRMED)
    return session.exec(statement).one()


def count_subscribers(session: Session) -> dict[str, int]:
    """Give the number of subscribers by state; states without any are left out."""
    statement = select(SubscriberRow.state, func.count()).group_by(col(SubscriberRow.state))
    return {SubscriberState(state).value: number for state, number in session.exec(statement)}


def put_vote(session: Session, vote: Vote) -> None:
    """Store a vote; a later one of the same subscriber on the same comparison replaces it."""
    upsert(
        session,
        VoteRow,
        [as_values(vote)],
        key=["week", "comparison", "subscriber"],
        update=["choice", "voted_at"],
    )


def vote_of(session: Session, week: str, slug: str, public_id: str) -> Choice | None:
    """Give what a subscriber answered on a comparison; None before the first vote."""
    statement = select(VoteRow.choice).where(
        VoteRow.week == week, VoteRow.comparison == slug, VoteRow.subscriber == public_id
    )
    found = session.exec(statement).first()
    return Choice(found) if found else None


def communities_of(session: Session, week: str) -> dict[str, Community]:
    """Give the votes on each comparison of a week that has any, by slug."""
    statement = (
        select(VoteRow.comparison, VoteRow.choice, func.count())
        .where(VoteRow.week == week)
        .group_by(col(VoteRow.comparison), col(VoteRow.choice))
    )
    counts: dict[str, dict[str, int]] = {}
    for slug, choice, count in session.exec(statement):
        counts.setdefault(slug, {})[choice] = count
    return {slug: Community(**found) for slug, found in counts.items()}


def community_of(session: Session, week: str, slug: str) -> Community:
    """Give the votes on one comparison; all zero where there are none."""
    return communities_of(session, week).get(slug, Community())
