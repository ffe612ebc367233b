"""
What a claim asks before it takes anything: is the issue still to be sent, how many now, to whom not.

It is asked inside the claim's own transaction, so that a lease never ages while a token is waited
for, and so that what is counted for one sender is counted before the next one looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from sqlmodel import Session

from digest.delivery import throttle
from digest.delivery.throttle import Addressed
from digest.model import (
    Bucket,
    DeliveryState,
    IssueState,
    Sending,
    SendOutcome,
)
from digest.model.wording import span
from digest.steps.first_ones import first_ones
from digest.store import issues as issue_store
from digest.store import sending as store
from digest.store import throttles

Mail = TypeVar("Mail", bound=Addressed)


@dataclass(frozen=True, slots=True)
class SendRules:
    """What an operator set of a send as a whole."""

    limits: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Messages a second by recipient domain; by the empty name, of all mail."""
    stop_after: timedelta = timedelta(hours=24)
    """Time after the first start at which what still waits is rejected."""
    canary: int = 0
    canary_wait: timedelta = timedelta(minutes=15)
    approval_holds: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Opening:
    """What one claim may take."""

    limit: int
    """At most so many; 0 is none just now."""
    not_to: frozenset[str] = frozenset()
    """Domains that get nothing just now."""
    again_at: datetime | None = None
    """When there will be more, where a limit or the canary holds mail up; None where nothing does."""
    buckets: Mapping[str, Bucket] = field(default_factory=lambda: MappingProxyType({}))

    def chosen(self, picked: Sequence[Mail]) -> list[Mail]:
        """Leave out what its domain has no token for; the others are to be claimed, all of them."""
        return throttle.within(self.buckets, picked)[0]


SHUT = Opening(0)
"""The issue is paused, cancelled, or out of time."""


@dataclass(slots=True)
class Gate:
    """Asked by every claim of one run, and told of every answer."""

    week: str
    rules: SendRules
    is_started: bool = False
    """Whether the issue was started by ``send_issue``; else it has no deadline, canary or limits."""
    is_slowing: bool = False
    """Whether some domain was slow at the last claim."""

    def open(self, session: Session, *, wanted: int, now: datetime) -> Opening:
        """
        Say what may be claimed.

        Args:
            session: The claim's own, a writing one.
            wanted: What it would take if nothing held it up, 1 or more.
            now: The real time.
        """
        if issue_store.issue_state(session, self.week) is not IssueState.SENDING:
            return SHUT
        sending = store.sending_of(session, self.week)
        self.is_started = sending is not None
        if sending is None:
            return Opening(wanted)
        if now >= deadline(sending, self.rules):
            self._end(session, sending, now=now)
            return SHUT
        if sending.canary and sending.canary_passed_at is None:
            room = first_ones(
                session, self.week, wanted=wanted, wait=self.rules.canary_wait, now=now
            )
            if not room.limit:
                return Opening(0, again_at=room.again_at)
            wanted = room.limit
        return self._throttled(session, wanted=wanted, now=now)

    def close(self, session: Session, opening: Opening, claimed: Sequence[Addressed]) -> None:
        """Take the tokens of what was claimed; in the transaction of ``open``."""
        if opening.buckets and claimed:
            throttles.put_buckets(session, throttle.spent(opening.buckets, claimed).values())

    def listens(self, outcome: SendOutcome) -> bool:
        """Say whether an answer is to be told: one that is well only while some domain is slow."""
        if outcome is SendOutcome.DEFERRED:
            return self.is_started
        return self.is_slowing and outcome is SendOutcome.ACCEPTED

    def heard(
        self, session: Session, answers: Sequence[tuple[str, bool, str]], *, now: datetime
    ) -> None:
        """
        Let answers make domains slower and faster; in the transaction that stores them.

        Args:
            session: A writing one.
            answers: In their order: the domain, whether it was a 4xx, and the words.
            now: The real time.
        """
        if not answers:
            return
        # first what a canary's claim locks first: it may follow in here, and two that wait for each
        # other are undone by the database
        issue_store.issue_state(session, self.week, holds=True)
        known = throttles.buckets(session, holds=True)
        changed = throttle.answered(known, answers, now=now)
        throttles.put_buckets(session, [each for each in changed.values() if each])
        throttles.drop_buckets(session, [name for name, each in changed.items() if not each])
        self.is_slowing = self.is_slowing or bool(changed)

    def _throttled(self, session: Session, *, wanted: int, now: datetime) -> Opening:
        stored = throttles.buckets(session, holds=True)
        limits = self.rules.limits
        if missing := set(limits) - set(stored):
            fresh = [throttle.opened(name, limit=limits[name], now=now) for name in missing]
            throttles.add_buckets(session, fresh)
            stored = throttles.buckets(session, holds=True)
        buckets = throttle.limited(stored, limits, now=now)
        throttles.drop_buckets(session, set(stored) - set(buckets))
        self.is_slowing = any(each.is_slowed for each in buckets.values())
        allowed = throttle.allowance(buckets, wanted=wanted)
        return Opening(allowed.limit, allowed.without, allowed.again_at, buckets=buckets)

    def _end(self, session: Session, sending: Sending, *, now: datetime) -> None:
        passed = span(now - sending.began_at)
        reply = f"not sent: {passed} after its sending began (DIGEST_SEND_STOP_AFTER_HOURS)"
        store.end_waiting(session, self.week, state=DeliveryState.REJECTED, reply=reply, now=now)


def deadline(sending: Sending, rules: SendRules) -> datetime:
    """Give when what still waits of an issue is rejected."""
    return sending.began_at + rules.stop_after
