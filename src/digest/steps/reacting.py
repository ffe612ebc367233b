"""
Let one batch of feedback act, in a transaction of the caller's: load, decide, store.

The state of a subscriber is what decides who is mailed; the list of marks follows it, so that an
import or a sign-up cannot bring the address back unasked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlmodel import Session

from digest.delivery import feedback as rules
from digest.delivery import ledger
from digest.delivery.audience import domain_of
from digest.model import (
    ConsentEvent,
    Delivery,
    DeliveryState,
    Feedback,
    FeedbackEffect,
    FeedbackKind,
    FeedbackRecord,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.readers import subscriptions, suppressions
from digest.steps.proving import Key, Proven, prove
from digest.store import deliveries as delivery_store
from digest.store import feedback as store
from digest.store import readers as reader_store
from digest.store import suppressions as suppression_store

WEEKS_BACK = 12
"""Issues that a Message-ID is looked for in; more than the soft bounces of a reader count of."""
HARD_MEMORY = timedelta(days=60)
"""How long a hard report counts that ended nothing."""
EVENTS: Mapping[SubscriberState, ConsentEvent] = MappingProxyType(
    {
        SubscriberState.BOUNCED: ConsentEvent.BOUNCED,
        SubscriberState.COMPLAINED: ConsentEvent.COMPLAINED,
        SubscriberState.UNSUBSCRIBED: ConsentEvent.UNSUBSCRIBED,
    }
)
MAILED = (DeliveryState.ACCEPTED, DeliveryState.REJECTED, DeliveryState.UNCERTAIN)
LONGEST_DETAIL = 200


def react(
    session: Session,
    feedback: Sequence[Feedback],
    *,
    known: Mapping[Key, Proven],
    secret: bytes,
    now: datetime,
) -> list[FeedbackRecord]:
    """
    Let feedback act and store it, but none that is stored already.

    Args:
        session: A writing one.
        feedback: Tidy, no two with the same source and key.
        known: Whom some of it is about, where that needs no proof.
        secret: What tokens, Message-IDs and marks are made with.
        now: When it is noted.

    Returns:
        What each new piece did, the oldest first. Of a mere "delivered" nothing is stored unless
        it settled something: there may be one for each mail.
    """
    stored = store.effects_of(session, [(each.source, each.key) for each in feedback])
    fresh = sorted(
        (each for each in feedback if (each.source, each.key) not in stored),
        key=lambda each: (each.received_at, each.source, each.key),
    )
    if not fresh:
        return []
    weeks = store.recent_weeks(session, limit=WEEKS_BACK)
    unknown = [each for each in fresh if (each.source, each.key) not in known]
    proofs = {**known, **prove(session, unknown, weeks=weeks, secret=secret)}
    batch = _Batch.load(session, proofs, weeks=weeks, secret=secret, now=now)
    hard = [proofs.get((e.source, e.key)) for e in fresh if e.kind is FeedbackKind.HARD]
    batch.ask_of_hosts(session, [proof for proof in hard if proof])
    records = [batch.take(each, proofs.get((each.source, each.key))) for each in fresh]
    batch.store(session)
    noted = (FeedbackKind.DELIVERED, FeedbackEffect.NOTED)
    store.put(session, [each for each in records if (each.kind, each.effect) != noted])
    return records


@dataclass(slots=True)
class _Batch:
    """What is known of the readers of one batch, and what is to be stored of them."""

    readers: dict[str, Subscriber]
    mails: dict[str, list[Delivery]]
    """By reader, the newest week first."""
    soft_weeks: dict[str, set[str]]
    hard_at: dict[str, list[datetime]]
    secret: bytes
    now: datetime
    believed: dict[tuple[str, str], int] = field(default_factory=dict)
    """Readers whom hard bounces may still end, by week and domain, where that is close to none."""
    changed: dict[str, Subscriber] = field(default_factory=dict)
    events: list[tuple[ConsentEvent, str, str]] = field(default_factory=list)
    listed: list[Suppression] = field(default_factory=list)
    settled: list[tuple[Delivery, Delivery]] = field(default_factory=list)

    @classmethod
    def load(
        cls,
        session: Session,
        proofs: Mapping[Key, Proven],
        *,
        weeks: Sequence[str],
        secret: bytes,
        now: datetime,
    ) -> "_Batch":
        names = {proof.subscriber for proof in proofs.values()}
        named = {*weeks, *(proof.week for proof in proofs.values() if proof.week)}
        return cls(
            readers=reader_store.subscribers_by_public_ids(session, names),
            mails=store.deliveries_of(session, names, named),
            soft_weeks=store.soft_weeks(session, names, named),
            hard_at=store.counted_hard(session, names, since=now - HARD_MEMORY),
            secret=secret,
            now=now,
        )

    def ask_of_hosts(self, session: Session, hard: Sequence[Proven]) -> None:
        """Find out how many more hard bounces of a host are believed, for these readers' hosts."""
        mails = [mail for mail in (self._mail(proof) for proof in hard) if mail]
        for week in {mail.week for mail in mails}:
            coming = Counter(domain_of(mail.address) for mail in mails if mail.week == week)
            ended = store.ended_of_domains(session, week, coming)
            close = [
                domain
                for domain, number in coming.items()
                if number + ended.get(domain, 0) > rules.HOST_LEAST
            ]
            for domain, mailed in store.mailed_of_domains(session, week, close).items():
                left = rules.most_believed(mailed) - ended.get(domain, 0)
                self.believed[week, domain] = left

    def _mail(self, proof: Proven) -> Delivery | None:
        mails = self.mails.get(proof.subscriber, [])
        return next((mail for mail in mails if mail.week == proof.week), None)

    def take(self, feedback: Feedback, proof: Proven | None) -> FeedbackRecord:
        """Give what one piece does, and remember what is to be stored for it."""
        reader = self.readers.get(proof.subscriber) if proof else None
        if proof is None or reader is None:
            return self._record(feedback, rules.effect_of_unproven(feedback))
        past = self._past(reader, proof)
        effect = rules.effect_of(feedback, past)
        if past.delivery and rules.proves_accepted(feedback, past.delivery):
            self._settle(past.delivery, feedback)
            if effect is FeedbackEffect.NOTED:
                effect = FeedbackEffect.SETTLED
        self._end(reader, feedback, effect)
        self._count(feedback, effect, past)
        return self._record(feedback, effect, proof)

    def _past(self, reader: Subscriber, proof: Proven) -> rules.Past:
        mails = self.mails.get(reader.public_id, [])
        mail = self._mail(proof)
        return rules.Past(
            subscriber=reader,
            delivery=mail,
            mailed=tuple(mail for mail in mails if mail.state in MAILED),
            soft_weeks=frozenset(self.soft_weeks.get(reader.public_id, ())),
            hard_at=tuple(self.hard_at.get(reader.public_id, ())),
            is_host_doubted=mail is not None and self.believed.get(_host(mail), 1) <= 0,
        )

    def _settle(self, delivery: Delivery, feedback: Feedback) -> None:
        by = f"feedback from {feedback.source}"
        after = ledger.decide(delivery, state=DeliveryState.ACCEPTED, by=by, now=self.now)
        self.settled.append((delivery, after))
        mails = self.mails[delivery.subscriber]
        mails[mails.index(delivery)] = after

    def _end(self, reader: Subscriber, feedback: Feedback, effect: FeedbackEffect) -> None:
        state = rules.ENDS.get(effect)
        if state is None:
            return
        told = " ".join(filter(None, (f"{feedback.kind} by {feedback.source}", feedback.status)))
        after = subscriptions.leave(reader, state, now=self.now)
        if after != reader:
            self.readers[reader.public_id] = self.changed[reader.public_id] = after
            self.events.append((EVENTS[state], reader.public_id, told[:LONGEST_DETAIL]))
        kind = rules.suppression_kind(feedback, effect)
        if kind:
            self.listed.append(
                suppressions.suppression(
                    reader.address, kind, reason=told, secret=self.secret, now=self.now
                )
            )

    def _count(self, feedback: Feedback, effect: FeedbackEffect, past: rules.Past) -> None:
        """Let what comes later in this batch see this piece."""
        if effect not in {FeedbackEffect.COUNTED, FeedbackEffect.BOUNCED}:
            return
        reader, mail = past.subscriber, past.delivery
        if feedback.kind is FeedbackKind.SOFT and mail:
            self.soft_weeks.setdefault(reader.public_id, set()).add(mail.week)
        if feedback.kind is FeedbackKind.HARD and effect is FeedbackEffect.COUNTED:
            self.hard_at.setdefault(reader.public_id, []).append(feedback.received_at)
        is_ended = effect is FeedbackEffect.BOUNCED and reader.state is SubscriberState.CONFIRMED
        if is_ended and mail and _host(mail) in self.believed:
            self.believed[_host(mail)] -= 1

    def _record(
        self, feedback: Feedback, effect: FeedbackEffect, proof: Proven | None = None
    ) -> FeedbackRecord:
        is_ours = proof is not None and proof.subscriber in self.readers
        return FeedbackRecord(
            source=feedback.source,
            key=feedback.key,
            kind=feedback.kind,
            effect=effect,
            received_at=feedback.received_at,
            noted_at=self.now,
            week=proof.week if proof and is_ours else None,
            subscriber=proof.subscriber if proof and is_ours else None,
            recipient=None if is_ours else feedback.recipient,
            status=feedback.status,
            diagnostic=feedback.diagnostic,
        )

    def store(self, session: Session) -> None:
        """Store what the batch changed."""
        reader_store.put_subscribers(session, list(self.changed.values()))
        for event, public_id, detail in self.events:
            reader_store.put_events(session, event, [public_id], now=self.now, detail=detail)
        delivery_store.note(session, self.settled)
        standing = suppression_store.listed(session, [entry.mark for entry in self.listed])
        for entry in self.listed:
            standing[entry.mark] = suppressions.stronger(standing.get(entry.mark), entry)
        suppression_store.put(session, list(standing.values()))


def _host(mail: Delivery) -> tuple[str, str]:
    return mail.week, domain_of(mail.address)
