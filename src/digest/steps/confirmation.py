"""The one mail that is no issue: it asks a reader to confirm a sign-up."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from digest.delivery.transports.base import Transport
from digest.errors import TransportError
from digest.mail.dkim.keys import DkimKey
from digest.mail.dkim.verifying import require_verified
from digest.mail.render import Brand, render_confirm
from digest.mail.wire import compile_letter, message_id
from digest.model import SendOutcome


def send_confirmation(
    address: str,
    confirm_url: str,
    *,
    brand: Brand,
    templates_dir: Path,
    transport: Transport,
    secret: bytes,
    now: datetime,
    keys: Sequence[DkimKey] = (),
) -> None:
    """
    Mail a confirm link; sent again, the same link is the same Message-ID.

    Raises:
        TransportError: The server did not take it now; the reader can sign up again. A mail that
            may have been taken is no error: to mail again could be once too often.
        RenderError: A template is missing or wrong.
        AddressError: The address cannot be written to.
        SignatureError: It does not bear the signatures it should.
    """
    letter = render_confirm(confirm_url, brand=brand, templates_dir=templates_dir, now=now)
    name = hashlib.sha256(confirm_url.encode()).hexdigest()[:32]
    message = compile_letter(letter, brand=brand, keys=keys).message(
        subscriber=name,
        recipient=address,
        slots={},
        message_id=message_id(secret, "confirm", name, brand.domain),
        date=now,
        envelope_sender=brand.bounce_address or brand.sender_address,
    )
    require_verified(message.content, keys)
    for result in transport.send([message]):
        if result and result.outcome not in (SendOutcome.ACCEPTED, SendOutcome.UNCERTAIN):
            raise TransportError("for confirmations", result.reply or result.outcome.value)
