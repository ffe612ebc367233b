"""
Send one issue from several machines: open it for all, join those that send it, see it to its end.

Every sender is a whole one on the one ledger and takes what is next whenever it is free; nothing is
divided up beforehand. So a slow machine holds nobody up, and a dead one's share goes to the others.
"""

from collections.abc import Callable
from dataclasses import dataclass

from digest.delivery.transports.base import Transport
from digest.errors import IssueError, SettingsError
from digest.model import DeliveryCount, IssueState
from digest.steps.drain import log_trouble
from digest.steps.send import begin_send, deliveries_of, send_issue
from digest.steps.shift import SendParts
from digest.store import deliveries as store
from digest.store import issues as issue_store
from digest.store.engine import Database

OVER = {
    IssueState.SENT: "it is sent",
    IssueState.PAUSED: "it is paused",
    IssueState.CANCELLED: "it was cancelled",
}
"""States of an issue in which one of several senders has nothing more to do, and that is well."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one of several senders did."""

    ended: int
    """Recipients whose mail got its named end here, since this sender was started last."""
    count: DeliveryCount
    """How all deliveries of the issue stand."""
    over: str = ""
    """Why there is nothing more to do, in words; empty where that is not known."""


def open_send(week: str, *, parts: SendParts, shards: int) -> bool:
    """
    Let an issue pass the gate, so that others can join in sending it.

    Returns:
        Whether it is to be sent; False for one that is sent already.

    Raises:
        SettingsError: Several machines cannot share this database.
        DigestError: As for ``send_issue``.
    """
    require_shareable(parts.db, shards=shards)
    if _state(parts.db, week) is IssueState.SENT:
        return False
    begin_send(week, parts=parts)
    return True


def require_shareable(db: Database, *, shards: int) -> None:
    """Raise SettingsError where more than one shall send and the database is a file."""
    if shards > 1 and db.dialect == "sqlite":
        raise SettingsError(
            "DIGEST_DATABASE_URL",
            f"{shards} shards cannot send from a SQLite file, which other machines do not see; "
            "move to PostgreSQL, or send with one shard, which uses all cores of its machine",
        )


def lead_send(
    week: str, *, parts: SendParts, transport: Transport, stop: Callable[[], bool]
) -> Share:
    """
    Send an issue and see it to its end: while other senders hold some of it, they are waited for.

    Args:
        week: ISO week of the issue.
        parts: What the send works with.
        transport: The way out; closing it is the caller's.
        stop: Asked between pieces of work; True ends the run tidily.

    Raises:
        DigestError: As for ``send_issue``.
    """
    own = _Own()
    count = own.send(week, parts=parts, transport=transport, stop=stop)
    # each turn waits for the lease of one that died, or for one that lives, and then sends on
    while not count.is_finished and not stop() and _is_held(parts.db, week):
        count = own.send(week, parts=parts, transport=transport, stop=stop)
    return Share(own.ended, count)


def join_send(
    week: str, *, parts: SendParts, transport: Transport, stop: Callable[[], bool]
) -> Share:
    """
    Send some of an issue whose sending has begun, until nothing is left to be taken.

    One that is sent, paused or cancelled, now or meanwhile, ends well: ``over`` says so.

    Args:
        week: ISO week of the issue.
        parts: What the send works with.
        transport: The way out; closing it is the caller's.
        stop: Asked between pieces of work; True ends the run tidily.

    Raises:
        IssueError: Its sending has not begun.
        DigestError: As for ``send_issue``.
    """
    require_shareable(parts.db, shards=2)
    own = _Own()
    state = _state(parts.db, week)
    if state in OVER:
        return _share(own, parts.db, week)
    if state is not IssueState.SENDING:
        raise IssueError(
            week, f"its sending has not begun, so there is nothing to join: it is {state}"
        )
    try:
        own.send(week, parts=parts, transport=transport, stop=stop)
    except IssueError:
        if _state(parts.db, week) not in OVER:
            raise
    return _share(own, parts.db, week)


@dataclass(slots=True)
class _Own:
    """What this sender has done, over several turns."""

    before: int = 0
    in_turn: int = 0

    @property
    def ended(self) -> int:
        return self.before + self.in_turn

    def send(
        self, week: str, *, parts: SendParts, transport: Transport, stop: Callable[[], bool]
    ) -> DeliveryCount:
        """Send one turn; a further one adds to what was done."""
        self.before, self.in_turn = self.ended, 0
        try:
            return send_issue(
                week,
                parts=parts,
                transport=transport,
                stop=stop,
                on_trouble=log_trouble,
                on_share=self.hear,
            )
        except IssueError:  # others may have finished it just as this turn began
            if _state(parts.db, week) is not IssueState.SENT:
                raise
        return deliveries_of(parts.db, week, state=None)[0]

    def hear(self, ended: int) -> None:
        self.in_turn = ended


def _share(own: _Own, db: Database, week: str) -> Share:
    count, _ = deliveries_of(db, week, state=None)
    state = _state(db, week)
    return Share(own.ended, count, OVER.get(state, "") if state else "")


def _state(db: Database, week: str) -> IssueState:
    """Give where an issue stands. Raises NotFoundError."""
    with db.read() as session:
        return IssueState(issue_store.issue_row(session, week).state)


def _is_held(db: Database, week: str) -> bool:
    with db.read() as session:
        return bool(store.holders(session, week))
