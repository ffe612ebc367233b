"""
What came back (bounces, complaints, wishes to leave) becomes the state of readers.

Whatever way feedback came, it is stored and acted on in one transaction, each piece once: a source
may be read again at any time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from digest.delivery import feedback as rules
from digest.errors import IssueError
from digest.model import (
    DeliveryCount,
    DeliveryState,
    Feedback,
    FeedbackCount,
    FeedbackEffect,
    FeedbackKind,
    FeedbackRecord,
    IssueState,
    OrderKind,
)
from digest.steps.ordering import give_order
from digest.steps.proving import Key, Proven
from digest.steps.reacting import react
from digest.store import deliveries as delivery_store
from digest.store import feedback as store
from digest.store import issues as issue_store
from digest.store import sending as sending_store
from digest.store.engine import Database

BATCH = 200
"""Pieces of feedback in one transaction."""
BY = "feedback"
"""Who pauses an issue that hosts refuse."""
BAD_NEWS = frozenset({FeedbackEffect.ALERTED, FeedbackEffect.COMPLAINED})
LEAVING = timedelta(days=7)
"""How long after an issue those who leave count as having left because of it."""


@dataclass(frozen=True, slots=True)
class TakeReport:
    """What feedback did."""

    effects: Mapping[Key, FeedbackEffect] = field(default_factory=dict)
    """Of every piece given, also of those known before, by (source, key)."""
    new: Counter[FeedbackEffect] = field(default_factory=Counter)
    """Of those that were not known before."""
    warnings: tuple[str, ...] = ()
    """A sentence for each thing an operator should look at, each once."""

    def and_then(self, later: "TakeReport") -> "TakeReport":
        """Give this report with a later one added."""
        return TakeReport(
            {**self.effects, **later.effects},
            self.new + later.new,
            tuple(dict.fromkeys((*self.warnings, *later.warnings))),
        )


def take(db: Database, feedback: Iterable[Feedback], *, secret: bytes, now: datetime) -> TakeReport:
    """
    Store feedback and let it act, each piece once however often it comes.

    Only what proves that it is about a mail of ours acts (``steps.proving``).

    Args:
        db: The store.
        feedback: From any source, in any order.
        secret: What tokens, Message-IDs and marks are made with.
        now: When it is noted.

    Returns:
        What it did; an issue in sending may be paused by it, and a warning says so.

    Raises:
        StoreError: The database is out of use: what is not in the report has not been stored.
    """
    return take_known(db, list(feedback), known={}, secret=secret, now=now)


def take_known(
    db: Database,
    feedback: Sequence[Feedback],
    *,
    known: Mapping[Key, Proven],
    secret: bytes,
    now: datetime,
) -> TakeReport:
    """As :func:`take`, where it is known of some pieces whom they are about."""
    report = TakeReport()
    bad: set[str] = set()
    doubted: set[str] = set()
    given = {(each.source, each.key): rules.tidy(each) for each in feedback}
    pieces = list({(each.source, each.key): each for each in given.values()}.values())
    for start in range(0, len(pieces), BATCH):
        batch = pieces[start : start + BATCH]
        with db.write() as session:
            records = react(session, batch, known=known, secret=secret, now=now)
            effects = store.effects_of(session, [(each.source, each.key) for each in batch])
        effects |= {(each.source, each.key): each.effect for each in records}
        doubted |= {each.week for each in records if each.week and rules.is_doubt(each)}
        bad |= {each.week for each in records if each.week and each.effect in BAD_NEWS}
        report = report.and_then(TakeReport(effects, Counter(each.effect for each in records)))
    done = {key: report.effects[tidy.source, tidy.key] for key, tidy in given.items()}
    warnings = [rules.doubts_of(week) for week in sorted(doubted)]
    warnings += [sentence for week in sorted(bad) for sentence in _looked_at(db, week, now=now)]
    return TakeReport(done, report.new, tuple(warnings))


def look_at_running(db: Database, *, now: datetime) -> list[str]:
    """Give warnings about issues that are being sent: whoever was killed may have told of none."""
    with db.read() as session:
        states = issue_store.issue_states(session)
    sending = [week for week, state in states.items() if state is IssueState.SENDING]
    return [sentence for week in sending for sentence in _looked_at(db, week, now=now)]


def _looked_at(db: Database, week: str, *, now: datetime) -> list[str]:
    """Give warnings about an issue that new feedback is bad news for; pause one that hosts refuse."""
    with db.read() as session:
        kinds = store.readers_by_kind(session, week)
        if not rules.may_be_too_many(kinds):  # counting a million mails takes a while
            return []
        count = _count(session, week, kinds)
        resumed = sending_store.last_order(session, week, OrderKind.RESUME)
        # what a person has seen and resumed in spite of is no reason to pause again
        after = resumed.ordered_at if resumed else None
        new = store.readers_by_kind(session, week, after=after)
    refused = new.get(FeedbackKind.POLICY, 0)
    found = list(rules.warnings_of(count))
    if rules.must_pause(refused=refused, answered=count.accepted + count.rejected):
        found += _paused(db, week, refused=refused, now=now)
    return found


def _paused(db: Database, week: str, *, refused: int, now: datetime) -> list[str]:
    """Pause an issue that is being sent; resuming it is for a person who has seen to the cause."""
    with db.read() as session:
        if issue_store.issue_state(session, week) is not IssueState.SENDING:
            return []
    because = f"hosts of {refused} readers refuse us by their policy"
    with suppress(IssueError):  # it was paused, or ended, just now
        give_order(
            db, week, OrderKind.PAUSE, by=BY, because=because, now=now, real_now=datetime.now(UTC)
        )
    return [f"{week}: paused; see to the cause, then: digest resume {week}"]


def listed(
    db: Database,
    *,
    week: str | None = None,
    kind: FeedbackKind | None = None,
    effect: FeedbackEffect | None = None,
    limit: int,
) -> list[FeedbackRecord]:
    """Give what came back, the newest first, at most ``limit``; all, or of a week, kind, effect."""
    with db.read() as session:
        return store.listed(session, week=week, kind=kind, effect=effect, limit=limit)


def count_of(db: Database, week: str) -> FeedbackCount:
    """Count what came back of an issue. Raises NotFoundError without one."""
    with db.read() as session:
        issue_store.issue_row(session, week)
        return _whole_count(session, week)


def recent_counts(db: Database, *, limit: int) -> list[FeedbackCount]:
    """Count what came back of the newest issues that were sent, the newest first."""
    with db.read() as session:
        weeks = store.recent_weeks(session, limit=limit)
        return [_whole_count(session, week) for week in weeks]


def _whole_count(session: Session, week: str) -> FeedbackCount:
    count = _count(session, week, store.readers_by_kind(session, week))
    sending = sending_store.sending_of(session, week)
    if sending is None:
        return count
    until = sending.began_at + LEAVING
    left = store.left_of(session, week, since=sending.began_at, until=until)
    return count.model_copy(update={"left": left})


def _count(session: Session, week: str, kinds: dict[FeedbackKind, int]) -> FeedbackCount:
    stands = delivery_store.count(session, week) or DeliveryCount(audience=0, states={})
    return FeedbackCount(
        week=week,
        accepted=stands.states.get(DeliveryState.ACCEPTED, 0),
        rejected=stands.states.get(DeliveryState.REJECTED, 0),
        kinds=kinds,
    )
