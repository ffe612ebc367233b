"""Make each recipient's message of one edition: compiled once, joined per recipient."""

from collections.abc import Callable
from datetime import datetime

from digest.errors import ApprovalError
from digest.mail.stationery import Brand
from digest.mail.wire import compile_edition, message_id
from digest.model import Edition, Issue, Message, Recipient
from digest.readers import links

Compose = Callable[[Recipient], Message]


def composer(
    edition: Edition,
    issue: Issue,
    *,
    brand: Brand,
    secret: bytes,
    clock: Callable[[], datetime],
) -> Compose:
    """
    Give what makes the message of a delivery.

    The same delivery has the same Message-ID at each attempt, so that a receiver who has it
    already may drop the second.

    Args:
        edition: What was released; its slots are filled per recipient.
        issue: Its lead comparison is what the vote links are for.
        brand: Names and addresses.
        secret: Signs links and makes the Message-ID.
        clock: Gives the Date of each message.
    """
    template = compile_edition(edition, brand=brand)
    lead = issue.comparisons[0].slug

    def compose(delivery: Recipient) -> Message:
        reader = delivery.subscriber
        tokens = {
            "UNSUBSCRIBE": links.unsubscribe_token(reader, secret=secret),
            "VOTE": links.vote_token(reader, edition.week, lead, secret=secret),
        }
        return template.message(
            subscriber=reader,
            recipient=delivery.address,
            slots={name: tokens[name] for name in template.slots},
            message_id=message_id(secret, edition.week, reader, brand.domain),
            date=clock(),
            envelope_sender=brand.sender_address,
        )

    return compose


def require_intact(edition: Edition) -> None:
    """Refuse content that was changed in the database after it was rendered. Raises ApprovalError."""
    if not edition.is_intact:
        raise ApprovalError(
            edition.week,
            f"the stored edition {edition.sha256[:12]} is not what was rendered: it was changed in "
            f"the database; make a new one: digest build --week {edition.week}",
        )
