"""One process's share of a send: drain the issue's queue with the messages of its edition."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from digest.delivery import workers
from digest.delivery.marker import MarkerFile
from digest.delivery.pace import STEADY, Pace
from digest.delivery.transports.base import Transport
from digest.mail.dkim.keys import DkimKey
from digest.mail.stationery import Brand
from digest.model import DeliveryCount, Edition, Issue
from digest.steps.composing import Compose, composer
from digest.steps.drain import drain
from digest.steps.gate import Gate, SendRules
from digest.store.engine import Database


@dataclass(frozen=True, slots=True)
class SendParts:
    """What a send works with."""

    db: Database
    brand: Brand
    secret: bytes
    clock: Callable[[], datetime]
    """Dates the messages; leases and tries go by the real time, which never stands still."""
    lease: timedelta
    rules: SendRules = SendRules()  # noqa: RUF009 # a frozen value
    marker: MarkerFile | None = None
    """Tells a restored backup; None: nothing does, as in a rehearsal."""
    workers: int | None = None
    """Processes that send together; None: as many as make sense."""
    keys: tuple[DkimKey, ...] = ()
    """They sign every mail; without any it leaves unsigned."""
    helper: tuple[str, ...] = ()
    """Command of a process that helps, without week and edition; empty: none can."""
    pace: Pace = STEADY
    """How much at a time, and how long anything is waited for; its lease is the one above."""

    def composer(self, edition: Edition, issue: Issue) -> Compose:
        """Give what makes, and signs, the message of each delivery of an edition."""
        return composer(
            edition,
            issue,
            brand=self.brand,
            secret=self.secret,
            clock=self.clock,
            keys=self.keys,
        )


def work(
    edition: Edition,
    issue: Issue,
    *,
    parts: SendParts,
    deadline: datetime,
    transport: Transport,
    stop: Callable[[], bool],
    on_progress: Callable[[int], None],
    on_trouble: Callable[[str], None],
) -> DeliveryCount:
    """Send what waits of an issue; the arguments, what it gives and raises are those of drain."""
    return drain(
        parts.db,
        edition.week,
        transport=transport,
        compose=parts.composer(edition, issue),
        clock=real_time,
        worker=workers.this_worker(),
        deadline=deadline,
        pace=replace(parts.pace, lease=parts.lease),
        gate=Gate(edition.week, parts.rules),
        stop=stop,
        on_progress=on_progress,
        on_trouble=on_trouble,
    )


def real_time() -> datetime:
    """Give the real time: that of leases and tries."""
    return datetime.now(UTC)
