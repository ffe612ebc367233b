"""The list of addresses that are not mailed, as an operator sees and changes it."""

from datetime import datetime

from digest.errors import DigestError, NotFoundError
from digest.model import ConsentEvent, Suppression, SuppressionKind
from digest.readers import subscriptions, suppressions
from digest.store import readers as reader_store
from digest.store import suppressions as store
from digest.store.engine import Database

LONGEST_NAME = 120


def listed(db: Database) -> list[Suppression]:
    """Give every entry, the newest first."""
    with db.read() as session:
        return store.all_listed(session)


def lift(
    db: Database, address: str, *, by: str, because: str, secret: bytes, now: datetime
) -> Suppression | None:
    """
    Take an address off the list: it may sign up again, and is mailed only once it confirms.

    Args:
        db: The store.
        address: In any spelling.
        by: Name of the operator, kept with the consent history.
        because: Why, kept as well.
        secret: What marks are made with.
        now: When.

    Returns:
        The entry that was lifted; None where only the subscriber's state said so.

    Raises:
        AddressError: Not an address.
        DigestError: No name, or no reason.
        NotFoundError: The address is not on the list.
    """
    by, because = " ".join(by.split())[:LONGEST_NAME], " ".join(because.split())
    if not by or not because:
        raise DigestError("lifting needs the name of a person and a reason: --by NAME --because …")
    wanted = subscriptions.normalise_address(address)
    mark = suppressions.mark_of(wanted, secret=secret)
    with db.write() as session:
        entry = store.listed(session, [mark]).get(mark)
        before = reader_store.subscriber_by_address(session, wanted)
        after = suppressions.lifted(before) if before else None
        if entry is None and after == before:
            raise NotFoundError("suppression", wanted, "digest suppressions list shows all marks")
        store.take_off(session, mark)
        if after:
            reader_store.put_subscribers(session, [after])
            told = f"{by}: {because}"[: suppressions.REASON_LIMIT]
            reader_store.put_events(
                session, ConsentEvent.LIFTED, [after.public_id], now=now, detail=told
            )
    return entry


def forget(db: Database, address: str, *, secret: bytes, now: datetime) -> None:
    """
    Take a reader's address out of subscribers, deliveries and reports; its mark stays on the list.

    The rows stay, so that issues still add up; nothing but a new sign-up brings the address back.

    Raises:
        AddressError: Not an address.
        NotFoundError: Nobody with this address is stored.
    """
    wanted = subscriptions.normalise_address(address)
    entry = suppressions.suppression(
        wanted, SuppressionKind.FORGOTTEN, reason="asked to be forgotten", secret=secret, now=now
    )
    with db.write() as session:
        known = reader_store.subscriber_by_address(session, wanted)
        if known is None:
            raise NotFoundError("subscriber", wanted)
        standing = store.listed(session, [entry.mark]).get(entry.mark)
        store.put(session, [suppressions.stronger(standing, entry)])
        gone = suppressions.forgotten(known, now=now)
        reader_store.put_subscribers(
            session, [known.model_copy(update={"state": gone.state, "left_at": gone.left_at})]
        )
        reader_store.put_events(session, ConsentEvent.FORGOTTEN, [gone.public_id], now=now)
        session.flush()
        store.wipe_address(session, gone)
