"""An approved issue with readers, made without a build, for tests of what comes after approval."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.delivery.transports.base import Closing
from digest.mail.render import render_issue
from digest.mail.stationery import Brand
from digest.model import (
    Approval,
    DeliveryCount,
    DeliveryState,
    IssueState,
    Message,
    SendOutcome,
    SendResult,
    SubscriberState,
)
from digest.steps.gate import SendRules
from digest.steps.send import SendParts, send_issue
from digest.store import deliveries
from digest.store import issues as issue_store
from digest.store.engine import Database
from digest.store.tables import SubscriberRow
from tests.web.conftest import NEWS, plan

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = NEWS.week
SECRET = b"a secret of tests"
BRAND = Brand(
    name="Verdicts",
    base_url="https://verdicts.example.com",
    sender_name="Verdicts",
    sender_address="news@verdicts.example.com",
    postal_address="1 Example Street, Berlin",
)


def release(db: Database, readers: int = 6, *, week: str = WEEK, number: int = 2) -> None:
    """Store an issue that Ada has approved at NOW, and readers r0, r1 … who have confirmed."""
    news = NEWS.model_copy(update={"week": week, "number": number})
    templates = Path(__file__).parents[2] / "email_templates"
    edition = render_issue(news, community={}, brand=BRAND, templates_dir=templates, now=NOW)
    with db.write() as session:
        issue_store.put_issue(session, news, plan(week), now=NOW)
        issue_store.put_edition(session, edition, now=NOW)
        approval = Approval(
            week=week, edition_sha256=edition.sha256, by="Ada", approved_at=NOW, audience=readers
        )
        issue_store.put_approval(session, approval)
    add_readers(db, range(readers))


def add_readers(db: Database, numbers: Iterable[int], *, domain: str = "reader.example") -> None:
    """Let readers confirm."""
    with db.write() as session:
        for number in numbers:
            session.merge(
                SubscriberRow(
                    id=number + 1,
                    public_id=f"reader-{number:09}",
                    address=f"r{number}@{domain}",
                    state=SubscriberState.CONFIRMED,
                    created_at=NOW,
                )
            )


@dataclass
class Scripted(Closing):
    """A way out that does as told for each message, and remembers what it was given."""

    script: Callable[[Message], SendOutcome] = lambda _message: SendOutcome.ACCEPTED
    given: list[str] = field(default_factory=list)

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult]:
        """Do as told."""
        for message in messages:
            self.given.append(message.recipient)
            outcome = self.script(message)
            yield SendResult(message.subscriber, outcome, f"said {outcome.value}")


def send(
    db: Database,
    transport: Closing,
    *,
    week: str = WEEK,
    now: datetime = NOW,
    rules: SendRules | None = None,
    **changes,
) -> DeliveryCount:
    """Send as the command does."""
    options = {name: changes.pop(name) for name in ("stop", "on_remark") if name in changes}
    parts = SendParts(
        db=db,
        brand=BRAND,
        secret=SECRET,
        clock=lambda: now,
        lease=timedelta(seconds=60),
        rules=rules or SendRules(),
    )
    return send_issue(week, parts=replace(parts, **changes), transport=transport, **options)


def states(db: Database, week: str = WEEK) -> dict[str, int]:
    """Give how the deliveries stand; they add up."""
    with db.read() as session:
        count = deliveries.count(session, week)
    assert count is not None
    assert count.sums
    return {state.value: number for state, number in count.states.items()}


def state_of(db: Database, week: str = WEEK) -> IssueState | None:
    """Give where the issue stands."""
    with db.read() as session:
        return issue_store.issue_state(session, week)


def replies(db: Database, state: DeliveryState, week: str = WEEK) -> set[str | None]:
    """Give the words kept with deliveries in a state."""
    with db.read() as session:
        return {each.reply for each in deliveries.in_state(session, week, state)}
