"""
Read what Amazon SES tells of our mails, in both of its forms.

Pure. Source: SES developer guide, "Notification contents" (``notificationType``, set on an identity)
and "Contents of event data" (``eventType``, published by a configuration set): ``bounce``,
``complaint``, ``delivery`` or ``deliveryDelay`` beside ``mail``, which holds ``messageId`` (SES's
own), ``headers`` (as we wrote them, where the identity or set includes them) and, in events, ``tags``
(a list of values by name).
"""

from collections.abc import Iterator
from datetime import datetime

from digest.delivery.envelope import TOKEN_NAME
from digest.delivery.webhooks.given import Fields, fields, moment, objects, text, words
from digest.delivery.webhooks.judging import judged_bounce
from digest.model import Feedback, FeedbackKind

SOURCE = "ses"


def read(event: Fields, *, now: datetime) -> tuple[Feedback, ...]:
    """Give what one event says, a piece per recipient; nothing for events that do not concern us."""
    match text(event, "eventType") or text(event, "notificationType"):
        case "Bounce":
            found = _bounces(fields(event, "bounce"), now=now)
        case "Complaint":
            found = _complaints(fields(event, "complaint"), now=now)
        case "Delivery":
            found = _deliveries(event, now=now)
        case "DeliveryDelay":
            found = _delays(event, now=now)
        case "Reject":
            found = _rejections(event, now=now)
        case _:
            return ()
    mail = fields(event, "mail")
    ours = {"token": _token(mail), "message_id": _message_id(mail)}
    return tuple(each.model_copy(update=ours) for each in found)


def _bounces(bounce: Fields, *, now: datetime) -> Iterator[Feedback]:
    for place, recipient in enumerate(objects(bounce, "bouncedRecipients")):
        said = words(text(recipient, "diagnosticCode"))
        kind, status = judged_bounce(
            text(bounce, "bounceType"),
            text(bounce, "bounceSubType"),
            status=text(recipient, "status"),
            words=said,
        )
        yield Feedback(
            kind=kind,
            source=SOURCE,
            key=_key(text(bounce, "feedbackId"), place),
            received_at=moment(bounce, "timestamp", now=now),
            recipient=text(recipient, "emailAddress"),
            status=status,
            diagnostic=said,
        )


def _complaints(complaint: Fields, *, now: datetime) -> Iterator[Feedback]:
    taken_back = text(complaint, "complaintFeedbackType") == "not-spam"
    for place, recipient in enumerate(objects(complaint, "complainedRecipients")):
        yield Feedback(
            kind=FeedbackKind.NONE if taken_back else FeedbackKind.COMPLAINT,
            source=SOURCE,
            key=_key(text(complaint, "feedbackId"), place),
            received_at=moment(complaint, "timestamp", now=now),
            recipient=text(recipient, "emailAddress"),
            diagnostic=words(text(complaint, "complaintFeedbackType")),
        )


def _deliveries(event: Fields, *, now: datetime) -> Iterator[Feedback]:
    delivery = fields(event, "delivery")
    recipients = delivery.get("recipients")
    for place, recipient in enumerate(recipients if isinstance(recipients, list) else []):
        yield Feedback(
            kind=FeedbackKind.DELIVERED,
            source=SOURCE,
            key=_key(_named(event, "delivery"), place),
            received_at=moment(delivery, "timestamp", now=now),
            recipient=recipient if isinstance(recipient, str) else None,
            diagnostic=words(text(delivery, "smtpResponse")),
        )


def _delays(event: Fields, *, now: datetime) -> Iterator[Feedback]:
    delay = fields(event, "deliveryDelay")
    for place, recipient in enumerate(objects(delay, "delayedRecipients")):
        yield Feedback(
            kind=FeedbackKind.NONE,
            source=SOURCE,
            key=_key(f"{_named(event, 'delay')}:{text(delay, 'timestamp')}", place),
            received_at=moment(delay, "timestamp", now=now),
            recipient=text(recipient, "emailAddress"),
            status=text(recipient, "status"),
            diagnostic=words(text(recipient, "diagnosticCode")),
        )


def _rejections(event: Fields, *, now: datetime) -> Iterator[Feedback]:
    """A mail that SES took and then threw away, since it found something bad in it: ours to mend."""
    yield Feedback(
        kind=FeedbackKind.POLICY,
        source=SOURCE,
        key=_named(event, "reject"),
        received_at=moment(fields(event, "mail"), "timestamp", now=now),
        diagnostic=words("SES threw it away:", text(fields(event, "reject"), "reason")),
    )


def _named(event: Fields, what: str) -> str:
    return f"{text(fields(event, 'mail'), 'messageId')}:{what}"


def _key(name: str | None, place: int) -> str:
    return f"{name}:{place}" if place else f"{name}"


def _token(mail: Fields) -> str | None:
    values = fields(mail, "tags").get(TOKEN_NAME)
    first = values[0] if isinstance(values, list) and values else None
    return first if isinstance(first, str) else None


def _message_id(mail: Fields) -> str | None:
    """Give our Message-ID, as it was before SES put its own there."""
    named = {
        (text(each, "name") or "").lower(): text(each, "value") for each in objects(mail, "headers")
    }
    return named.get("message-id") or text(fields(mail, "commonHeaders"), "messageId")
