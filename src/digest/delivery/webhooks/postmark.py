"""
Check and read what Postmark posts of our mails.

Pure. Source: Postmark's developer documentation, the pages of the bounce, spam complaint, delivery
and subscription change webhooks: ``RecordType``; ``ID``, ``Type``, ``Email``, ``Details`` and
``Description`` of a bounce or complaint; ``Recipient`` of the others; ``Metadata`` as our transport
set it. Postmark does not sign: it shows a password (HTTP Basic) or a header that was given to it.
"""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime

from digest.delivery.bounces.status import judged
from digest.delivery.envelope import ID_NAME, TOKEN_NAME
from digest.delivery.webhooks.given import Fields, fields, moment, text, words
from digest.errors import HookError
from digest.model import Feedback, FeedbackKind

SOURCE = "postmark"
SECRET_HEADER = "x-webhook-secret"  # noqa: S105 # a name

_HARD, _SOFT, _POLICY = FeedbackKind.HARD, FeedbackKind.SOFT, FeedbackKind.POLICY
_BOUNCES = {
    "HardBounce": _HARD,
    "BadEmailAddress": _HARD,
    "Transient": _SOFT,
    "SoftBounce": _SOFT,
    "DnsError": _SOFT,
    "Unknown": _SOFT,
    "SpamNotification": _POLICY,  # refused as spam by a filter: no reader said so
    "Blocked": _POLICY,
    "DMARCPolicy": _POLICY,
    "VirusNotification": _POLICY,
    "SpamComplaint": FeedbackKind.COMPLAINT,
    "Unsubscribe": FeedbackKind.UNSUBSCRIBE,
    "AutoResponder": FeedbackKind.AUTO_REPLY,
    "ChallengeVerification": FeedbackKind.AUTO_REPLY,
}
"""By Type; the others (address changes, our own test mails, …) say nothing of a delivery."""
_SUPPRESSED = {
    ("HardBounce", "Recipient"): _HARD,
    ("SpamComplaint", "Recipient"): FeedbackKind.COMPLAINT,
    ("ManualSuppression", "Recipient"): FeedbackKind.UNSUBSCRIBE,
}
"""By SuppressionReason and Origin; what our own people do there is theirs."""


def check(headers: Mapping[str, str], *, secret: str) -> None:
    """Let in who shows our secret, as HTTP Basic password of any name or as header. Raises HookError."""
    shown = [headers.get(SECRET_HEADER, ""), _password(headers.get("authorization", ""))]
    if not any(hmac.compare_digest(each.encode(), secret.encode()) for each in shown):
        raise HookError(SOURCE, "it does not show our secret")


def _password(authorization: str) -> str:
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(coded, validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, no ASCII, no text
        return ""


def read(event: Fields, *, now: datetime) -> tuple[Feedback, ...]:
    """Give what one event says; nothing for events that do not concern us."""
    match text(event, "RecordType"):
        case "Bounce" | "SpamComplaint" as record:
            return _bounce(event, record, now=now)
        case "Delivery":
            key = f"Delivery:{text(event, 'MessageID')}:{text(event, 'Recipient')}"
            return (_feedback(event, FeedbackKind.DELIVERED, key, "DeliveredAt", now=now),)
        case "SubscriptionChange":
            return _change(event, now=now)
        case _:
            return ()


def _bounce(event: Fields, record: str, *, now: datetime) -> tuple[Feedback, ...]:
    named = "SpamComplaint" if record == "SpamComplaint" else text(event, "Type") or ""
    kind = _BOUNCES.get(named, FeedbackKind.NONE)
    said = words(text(event, "Details"), text(event, "Description"))
    found, status = judged(None, text(event, "Details") or "")
    if kind in {_HARD, _SOFT} and found is _POLICY:
        kind = _POLICY
    # one number for a bounce, whichever of the two records tells of it
    key = f"Bounce:{text(event, 'ID') or text(event, 'MessageID')}"
    piece = _feedback(event, kind, key, "BouncedAt", now=now)
    return (piece.model_copy(update={"status": status, "diagnostic": said}),)


def _change(event: Fields, *, now: datetime) -> tuple[Feedback, ...]:
    if event.get("SuppressSending") is not True:
        return ()  # let in again at Postmark: a confirmation by the reader is another thing
    reason = text(event, "SuppressionReason") or ""
    kind = _SUPPRESSED.get((reason, text(event, "Origin") or ""))
    if kind is None:
        return ()
    parts = (text(event, name) for name in ("MessageStream", "Recipient", "ChangedAt"))
    key = f"SubscriptionChange:{':'.join(part or '' for part in parts)}"
    return (_feedback(event, kind, key, "ChangedAt", now=now),)


def _feedback(event: Fields, kind: FeedbackKind, key: str, at: str, *, now: datetime) -> Feedback:
    told = fields(event, "Metadata")
    ours = text(told, ID_NAME)
    return Feedback(
        kind=kind,
        source=SOURCE,
        key=key,
        received_at=moment(event, at, now=now),
        recipient=text(event, "Email") or text(event, "Recipient"),
        token=text(told, TOKEN_NAME),
        message_id=f"<{ours}>" if ours else None,
    )
