"""PostgreSQL ends every connection in mid-send, as it does when it is restarted."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from digest.delivery.pace import Pace
from digest.delivery.transports.base import Closing
from digest.model import DeliveryState, Held, Message, SendOutcome, SendResult
from digest.steps.drain import drain
from digest.store.engine import Database

WEEK = "2026-W47"

pytestmark = pytest.mark.postgres


@pytest.fixture
def db_kind() -> str:
    """What is cut off has a server."""
    return "postgresql"


class CuttingOff(Closing):
    """Accepts everything, and cuts all connections of a database while some messages are with it."""

    def __init__(self, db: Database, *, at: tuple[int, ...]) -> None:
        self.given: list[str] = []
        self._db = db
        self._at = at

    def send(self, messages: Iterable[Message]) -> Iterator[SendResult]:
        """Take each; answer each only when the next one is there, as a pipeline does."""
        with_us: list[Message] = []
        for message in messages:
            self.given.append(message.recipient)
            with_us.append(message)
            if len(self.given) in self._at:
                _cut_off(self._db)
            if len(with_us) > 1:
                yield _accepted(with_us.pop(0))
        yield from map(_accepted, with_us)


def _accepted(message: Message) -> SendResult:
    return SendResult(message.subscriber, SendOutcome.ACCEPTED, "250 ok")


def _cut_off(db: Database) -> None:
    """End every session with the database, from outside of it."""
    engine = sa.create_engine(db.url.set(database="postgres"))
    with engine.connect() as connection:
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": db.url.database},
        )
    engine.dispose()


def _message(held: Held) -> Message:
    return Message(held.subscriber, "news@verdicts.example", held.address, "<a@b>", b"hello\r\n")


def test_no_answer_is_lost_and_nobody_gets_it_twice(db: Database, add_audience):
    add_audience(db, 60)
    transport = CuttingOff(db, at=(7, 20, 21, 55))

    count = drain(
        db,
        WEEK,
        transport=transport,
        compose=_message,
        clock=lambda: datetime.now(UTC),
        worker="me",
        deadline=datetime.now(UTC) + timedelta(days=1),
        pace=Pace(batch=20, chunk=10, note_waits_s=(0.01, 0.05, 0.1, 0.1)),
        sleep=lambda _seconds: None,
    )

    assert count.states == {DeliveryState.ACCEPTED: 60}
    assert sorted(transport.given) == sorted(f"r{number}@reader.example" for number in range(60))
