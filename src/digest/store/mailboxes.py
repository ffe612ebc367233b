"""How the reading of mailboxes goes: tries at mails that were not finished, and when each was read."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from digest.model import MailboxState
from digest.store.rows import as_noun, in_chunks, insert_of, upsert
from digest.store.tables import MailboxRow, MailTryRow


def begin(session: Session, keys: Collection[str], *, now: datetime) -> dict[str, int]:
    """
    Count a try at each mail before it is looked at.

    Returns:
        The tries at each, this one included: 1 for a mail that no one left unfinished.
    """
    known = _tries(session, keys)
    rows = [{"key": key, "tries": known.get(key, 0) + 1, "last_at": now} for key in keys]
    upsert(session, MailTryRow, rows, key=["key"], update=["tries", "last_at"])
    return {key: known.get(key, 0) + 1 for key in keys}


def _tries(session: Session, keys: Collection[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in in_chunks(keys):
        rows = session.exec(select(MailTryRow).where(col(MailTryRow.key).in_(chunk)))
        found |= {row.key: row.tries for row in rows}
    return found


def note_trouble(session: Session, key: str, trouble: str) -> None:
    """Keep what went wrong with a mail, at most 500 characters of it."""
    row = session.get(MailTryRow, key)
    if row:
        row.trouble = trouble[:500]


def trouble_of(session: Session, key: str) -> str:
    """Give what went wrong with a mail last; empty where nobody lived to tell."""
    row = session.get(MailTryRow, key)
    return row.trouble if row else ""


def end(session: Session, keys: Collection[str]) -> None:
    """Forget the tries at mails that are finished."""
    for chunk in in_chunks(keys):
        session.execute(delete(MailTryRow).where(col(MailTryRow.key).in_(chunk)))


def forget_old_tries(session: Session, *, before: datetime) -> None:
    """Forget tries at mails that nobody has seen again since: somebody else took them away."""
    session.execute(delete(MailTryRow).where(col(MailTryRow.last_at) < before))


def note_reading(session: Session, name: str, *, trouble: str = "", now: datetime) -> None:
    """Note that a mailbox was read to its end, or what kept us from it."""
    session.execute(
        insert_of(session.connection().dialect)(MailboxRow)
        .values(name=name, first_at=now, trouble="")
        .on_conflict_do_nothing()
    )
    row = session.get_one(MailboxRow, name)
    row.trouble = trouble[:500]
    if trouble:
        row.failed_at = now
    else:
        row.read_at = now


def forget_others(session: Session, *, names: Collection[str]) -> None:
    """Forget mailboxes that are read no more, so that nobody waits for them."""
    session.execute(delete(MailboxRow).where(col(MailboxRow.name).not_in(names)))


def states(session: Session) -> list[MailboxState]:
    """Give how the reading of each mailbox goes, by name."""
    rows = session.exec(select(MailboxRow).order_by(col(MailboxRow.name)))
    return [as_noun(MailboxState, row) for row in rows]
