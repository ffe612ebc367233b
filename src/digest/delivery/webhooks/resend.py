"""
Read what Resend posts of our mails.

Pure. Source: Resend's documentation, "Webhooks, event types": ``type``, ``created_at`` and ``data``
with ``email_id``, ``to`` (a list), ``tags`` (an object; a list of name and value in older messages),
``headers`` where there are any, and for a bounce ``bounce.type``, ``bounce.subType`` and
``bounce.message``, for a failure ``failed.reason``. Our token is the tag that our transport set.
"""

from datetime import datetime

from digest.delivery.envelope import TOKEN_NAME
from digest.delivery.webhooks.given import Fields, fields, moment, objects, text, words
from digest.delivery.webhooks.judging import judged_bounce
from digest.model import Feedback, FeedbackKind

SOURCE = "resend"
_KINDS = {
    "email.bounced": FeedbackKind.SOFT,  # judged by its type
    "email.complained": FeedbackKind.COMPLAINT,
    "email.delivered": FeedbackKind.DELIVERED,
    "email.delivery_delayed": FeedbackKind.NONE,
    "email.failed": FeedbackKind.POLICY,  # our domain, key or quota; no reader's fault
    "email.suppressed": FeedbackKind.HARD,  # on the service's own list, as a bounce of that subtype
}


def read(event: Fields, *, key: str, now: datetime) -> tuple[Feedback, ...]:
    """
    Give what one event says, a piece per recipient; nothing for events that do not concern us.

    Args:
        event: As it was posted.
        key: The message's ``svix-id``, which repetitions share.
        now: When it came.
    """
    data = fields(event, "data")
    kind = _KINDS.get(text(event, "type") or "")
    if kind is None:
        return ()
    bounce = fields(data, "bounce")
    said = words(text(bounce, "message"), *_strings(bounce.get("diagnosticCode")))
    if reason := text(fields(data, "failed"), "reason"):
        said = words("Resend did not send it:", reason)
    status = None
    if text(event, "type") == "email.bounced":
        kind, status = judged_bounce(
            text(bounce, "type"), text(bounce, "subType"), status=None, words=said
        )
    return tuple(
        Feedback(
            kind=kind,
            source=SOURCE,
            key=f"{key}:{place}" if place else key,
            received_at=moment(event, "created_at", now=now),
            recipient=recipient,
            status=status,
            diagnostic=said,
            token=_token(data),
            message_id=_message_id(data),
        )
        for place, recipient in enumerate(_strings(data.get("to")))
    )


def _strings(value: object) -> list[str]:
    given = value if isinstance(value, list) else [value]
    return [each for each in given if isinstance(each, str) and each]


def _token(data: Fields) -> str | None:
    listed = [
        text(each, "value") for each in objects(data, "tags") if each.get("name") == TOKEN_NAME
    ]
    return text(fields(data, "tags"), TOKEN_NAME) or (listed[0] if listed else None)


def _message_id(data: Fields) -> str | None:
    """Give the Message-ID we wrote: the reference beside it survives where the carrier's does not."""
    named = {
        (text(each, "name") or "").lower(): text(each, "value") for each in objects(data, "headers")
    }
    return named.get("x-entity-ref-id") or named.get("message-id") or text(data, "message_id")
