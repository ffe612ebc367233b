"""Make each recipient's message of one edition: compiled once, joined per recipient."""

from collections.abc import Callable, Sequence
from datetime import datetime

from digest.errors import ApprovalError
from digest.mail.dkim.keys import DkimKey
from digest.mail.dkim.verifying import require_verified
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
    keys: Sequence[DkimKey] = (),
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
        keys: Each signs every message. The first message that is made is checked as a receiver
            would; SignatureError if it does not bear their signatures.
    """
    template = compile_edition(edition, brand=brand, keys=keys)
    unchecked = list(keys)
    lead = issue.comparisons[0].slug
    domain = brand.domain  # worked out once: IDNA's rules take longer than all other joining

    def compose(delivery: Recipient) -> Message:
        reader = delivery.subscriber
        tokens = {
            "UNSUBSCRIBE": links.unsubscribe_token(reader, secret=secret),
            "VOTE": links.vote_token(reader, edition.week, lead, secret=secret),
        }
        message = template.message(
            subscriber=reader,
            recipient=delivery.address,
            slots={name: tokens[name] for name in template.slots},
            message_id=message_id(secret, edition.week, reader, domain),
            date=clock(),
            envelope_sender=_envelope_sender(brand, edition.week, reader, secret=secret),
        )
        if unchecked:
            require_verified(message.content, unchecked)
            unchecked.clear()
        return message

    return compose


def _envelope_sender(brand: Brand, week: str, reader: str, *, secret: bytes) -> str:
    """Give the address that a bounce of one mail comes back to (VERP), where one is set."""
    if brand.bounce_address is None:
        return brand.sender_address
    local, _, domain = brand.bounce_address.rpartition("@")
    return f"{local}+{links.bounce_token(week, reader, secret=secret)}@{domain}"


def require_intact(edition: Edition) -> None:
    """Refuse content that was changed in the database after it was rendered. Raises ApprovalError."""
    if not edition.is_intact:
        raise ApprovalError(
            edition.week,
            f"the stored edition {edition.sha256[:12]} is not what was rendered: it was changed in "
            f"the database; make a new one: digest build --week {edition.week}",
        )
