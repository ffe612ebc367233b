"""
Decide whether the many may follow the few that went first.

Pure: takes how the first recipients of an issue stand, gives what to do. Who they are is nobody's
choice: the first that are claimed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from digest.delivery.feedback import nameless
from digest.model import DeliveryState, Sending
from digest.model.wording import counted

TOO_MANY_REFUSED = 0.05
"""Share of refusals and hard bounces, of two or more, that stops an issue."""
FEWEST_REFUSED = 2
TOO_MANY_COMPLAINTS = 0.003
"""Share of complaints from which large mailbox hosts turn a sender away."""
FEWEST_ACCEPTED = 0.5
"""Share that has to be accepted by then."""
NOBODYS = frozenset({DeliveryState.QUEUED, DeliveryState.SUPPRESSED})
"""States of recipients who are not among the first, or not any more."""

BY = "the canary"
"""Signs the pause."""


class Step(StrEnum):
    """What is to be done with the others."""

    GIVE = "give"
    """Claim what the first few still lack."""
    ANSWERS = "answers"
    """Wait until each of the first has an answer."""
    WAIT = "wait"
    """Wait for what comes back."""
    GO_ON = "go on"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, how many more may be claimed, until when to wait, or why not to go on."""

    step: Step
    room: int = 0
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FirstOnes:
    """How the first recipients stand."""

    states: Mapping[DeliveryState, int]
    """Of the whole issue: whoever is neither queued nor suppressed is one of the first."""
    bounced: int = 0
    """Of those accepted, how many came back for good, or for what we are (5.7.x)."""
    complaints: int = 0
    newest_refusal: str = field(default="")

    @property
    def given(self) -> int:
        """How many were claimed and are not given back."""
        return sum(number for state, number in self.states.items() if state not in NOBODYS)

    @property
    def is_answered(self) -> bool:
        """True when none of them is with a sender."""
        return not self.states.get(DeliveryState.LEASED, 0)


def decide(sending: Sending, first: FirstOnes, *, wait: timedelta, now: datetime) -> Decision:
    """
    Say what to do next with an issue whose canary is not over.

    Args:
        sending: Its ``canary`` is 1 or more, and ``canary_passed_at`` is None.
        first: How the first recipients stand.
        wait: Time between the last answer and the look at what came back.
        now: The time.
    """
    room = sending.canary - first.given
    if room > 0:
        return Decision(Step.GIVE, room=room)
    if not first.is_answered:
        return Decision(Step.ANSWERS)
    if sending.canary_answered_at is None:
        return Decision(Step.WAIT, until=now + wait)
    until = sending.canary_answered_at + wait
    if now < until:
        return Decision(Step.WAIT, until=until)
    reason = objection(first)
    return Decision(Step.PAUSE, reason=reason) if reason else Decision(Step.GO_ON)


def objection(first: FirstOnes) -> str:
    """Give why the others must not follow; empty where nothing speaks against it."""
    given = first.given
    rejected = first.states.get(DeliveryState.REJECTED, 0)
    accepted = first.states.get(DeliveryState.ACCEPTED, 0)
    bad = rejected + first.bounced
    of = f"of the first {counted(given, 'mail')}"
    last = nameless(first.newest_refusal) if rejected else ""
    words = f", the last with {last!r}" if last else ""
    if bad >= FEWEST_REFUSED and bad > TOO_MANY_REFUSED * given:
        return f"{bad} {of} were refused or came back{words}"
    if first.complaints > TOO_MANY_COMPLAINTS * given:
        return f"{first.complaints} {of} were called spam by their readers"
    if accepted < FEWEST_ACCEPTED * given:
        return f"only {accepted} {of} were accepted so far{words}"
    return ""
