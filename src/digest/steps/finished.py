"""One finished message of a week's issue for a person to look at: the octets that would be sent."""

from digest.errors import IssueError, NotFoundError
from digest.model import Delivery, Message, SubscriberState
from digest.readers.subscriptions import normalise_address
from digest.steps.composing import require_intact
from digest.steps.send import TESTER
from digest.steps.shift import SendParts
from digest.store import deliveries as delivery_store
from digest.store import issues as issue_store
from digest.store import readers as reader_store


def finished_message(week: str, address: str, *, parts: SendParts, as_test: bool) -> Message:
    """
    Make the message that a reader gets, or would get; nothing is sent and nothing is stored.

    The same moment gives the same octets as a send: only Date, and with it the signatures, differ.

    Args:
        week: ISO week of an issue that has an edition, released or not.
        address: Of somebody in its audience, or whose subscription is confirmed.
        parts: What a send works with.
        as_test: For anybody: the copy that testers get, whose links lead to no subscription.

    Raises:
        NotFoundError: There is no such issue, or nobody would get it at that address.
        IssueError: It has no edition yet.
        ApprovalError: The edition was changed in the database.
        AddressError: It is no address.
    """
    with parts.db.read() as session:
        issue_store.issue_row(session, week)
        edition = issue_store.edition_of(session, week)
        issue = issue_store.issue_of(session, week)
    if edition is None or issue is None:
        raise IssueError(week, f"it has no edition yet: digest build --week {week}")
    require_intact(edition)
    if as_test:
        now = parts.clock()
        delivery = Delivery(week=week, subscriber=TESTER, address=address, changed_at=now)
    else:
        delivery = _delivery_to(parts, week, address)
    return parts.composer(edition, issue)(delivery)


def _delivery_to(parts: SendParts, week: str, address: str) -> Delivery:
    """Give the delivery in the frozen audience, else the one a confirmed reader would have."""
    with parts.db.read() as session:
        reader = reader_store.subscriber_by_address(session, normalise_address(address))
        if reader is not None:
            frozen = delivery_store.delivery_of(session, week, reader.public_id)
            if frozen is not None:
                return frozen
            if reader.state is SubscriberState.CONFIRMED:
                return Delivery(
                    week=week,
                    subscriber=reader.public_id,
                    address=reader.address,
                    changed_at=parts.clock(),
                )
    raise NotFoundError(
        "recipient",
        address,
        f"not in the audience of {week}, nor a confirmed subscriber: --test makes a copy for "
        "anybody, with links that lead nowhere",
    )
