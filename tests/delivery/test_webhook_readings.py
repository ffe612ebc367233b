"""What services say of our mails: each event as one kind of feedback, with what proves whose it is."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.delivery.webhooks import postmark, resend, ses
from digest.delivery.webhooks.given import opened
from digest.errors import HookError
from digest.model import Feedback, FeedbackKind
from tests.conftest import NOW

HARD, SOFT, POLICY = FeedbackKind.HARD, FeedbackKind.SOFT, FeedbackKind.POLICY
COMPLAINT, DELIVERED = FeedbackKind.COMPLAINT, FeedbackKind.DELIVERED
UNSUBSCRIBE, AUTO_REPLY, NONE = (
    FeedbackKind.UNSUBSCRIBE,
    FeedbackKind.AUTO_REPLY,
    FeedbackKind.NONE,
)
AT = datetime(2026, 11, 20, 8, 30, 15, 250_000, tzinfo=UTC)
STAMP = "2026-11-20T08:30:15.250Z"
NOBODY = "smtp; 550 5.1.1 <ann@reader.example>: no such user here"

MAIL = {
    "messageId": "0107-ses-number",
    "timestamp": STAMP,
    "headers": [
        {"name": "Subject", "value": "Quill vs Scribe"},
        {"name": "Message-ID", "value": "<ann@verdicts.example>"},
    ],
    "commonHeaders": {"messageId": "0107-ses-number"},
    "tags": {"ses:configuration-set": ["weekly"], "digest-token": ["tok_ann"]},
}


def _ses(name: str, form: str = "eventType", mail=MAIL, **content) -> tuple[Feedback, ...]:
    return ses.read({form: name, "mail": mail} | content, now=NOW)


def _bounced(kind: str, subtype: str = "General", *, form: str = "eventType", **recipient):
    person = {"emailAddress": "ann@reader.example"} | recipient
    bounce = {
        "bounceType": kind,
        "bounceSubType": subtype,
        "bouncedRecipients": [person],
        "timestamp": STAMP,
        "feedbackId": "0107-feedback",
    }
    return _ses("Bounce", form, bounce=bounce)


@pytest.mark.parametrize("form", ["eventType", "notificationType"])
def test_a_bounce_in_both_forms_of_ses_is_the_same_feedback(form):
    """Both may be switched on: the one adds nothing to the other."""
    assert _bounced("Permanent", form=form, status="5.1.1", diagnosticCode=NOBODY) == (
        Feedback(
            kind=HARD,
            source="ses",
            key="0107-feedback",
            received_at=AT,
            recipient="ann@reader.example",
            status="5.1.1",
            diagnostic=NOBODY,
            token="tok_ann",
            message_id="<ann@verdicts.example>",
        ),
    )


@pytest.mark.parametrize(
    ("kind", "subtype", "said", "expected"),
    [
        ("Permanent", "General", {}, HARD),
        ("Permanent", "NoEmail", {"status": "5.1.1"}, HARD),
        ("Permanent", "Suppressed", {"diagnosticCode": "blocked by our policy"}, HARD),
        ("Permanent", "OnAccountSuppressionList", {"status": "5.1.1"}, HARD),
        ("Permanent", "General", {"status": "5.7.1", "diagnosticCode": "550 5.7.1 spam"}, POLICY),
        ("Permanent", "General", {"diagnosticCode": "smtp; 550 5.7.26 no DMARC"}, POLICY),
        ("Transient", "General", {"status": "4.4.7"}, SOFT),
        ("Transient", "MailboxFull", {"status": "5.2.2"}, SOFT),
        ("Transient", "MessageTooLarge", {"status": "5.3.4"}, SOFT),
        ("Transient", "ContentRejected", {}, POLICY),
        ("Transient", "AttachmentRejected", {}, POLICY),
        ("Undetermined", "Undetermined", {}, SOFT),
        ("Undetermined", "Undetermined", {"diagnosticCode": NOBODY}, HARD),
        ("Something new", "", {}, SOFT),
    ],
)
def test_bounces_of_ses_are_sorted(kind, subtype, said, expected):
    assert [each.kind for each in _bounced(kind, subtype, **said)] == [expected]


def test_the_other_events_of_ses_are_read():
    complaint = {"complainedRecipients": [{"emailAddress": "a@b.example"}], "feedbackId": "f"}
    delay = {"delayedRecipients": [{"emailAddress": "a@b.example", "status": "4.4.1"}]}
    events = [
        _ses("Complaint", complaint=complaint | {"complaintFeedbackType": "abuse"}),
        _ses("Complaint", complaint=complaint | {"complaintFeedbackType": "not-spam"}),
        _ses("Complaint", "notificationType", complaint=complaint),
        _ses("Delivery", delivery={"recipients": ["a@b.example"], "timestamp": STAMP}),
        _ses("DeliveryDelay", deliveryDelay=delay),
        _ses("Reject", reject={"reason": "Bad content"}),
    ]

    assert [each.kind for (each,) in events] == [
        COMPLAINT, NONE, COMPLAINT, DELIVERED, NONE, POLICY,
    ]  # fmt: skip
    assert [each.key for (each,) in events[2:4]] == ["f", "0107-ses-number:delivery"]
    assert {each.token for (each,) in events} == {"tok_ann"}


@pytest.mark.parametrize("name", ["Send", "Open", "Click", "Rendering Failure", "Subscription", ""])
def test_what_concerns_no_reader_is_no_feedback(name):
    assert _ses(name) == ()


def test_several_recipients_of_one_report_are_several_pieces():
    people = [{"emailAddress": f"{name}@b.example"} for name in ("ann", "bob")]
    found = _ses("Bounce", bounce={"bouncedRecipients": people, "feedbackId": "f"})

    assert [(each.key, each.recipient) for each in found] == [
        ("f", "ann@b.example"), ("f:1", "bob@b.example"),
    ]  # fmt: skip


def test_without_headers_and_tags_a_bounce_of_ses_proves_nothing():
    (found,) = _ses("Bounce", mail={}, bounce={"bouncedRecipients": [{}], "feedbackId": "f"})

    assert (found.token, found.message_id, found.recipient, found.received_at) == (
        None, None, None, NOW,
    )  # fmt: skip


POSTMARK = {
    "RecordType": "Bounce",
    "ID": 4242,
    "Type": "HardBounce",
    "MessageID": "0000-postmark",
    "Details": NOBODY,
    "Description": "The server could not deliver (unknown user).",
    "Email": "ann@reader.example",
    "BouncedAt": "2026-11-20T09:30:15.2500000+01:00",
    "Metadata": {"digest-token": "tok_ann", "digest-id": "ann@verdicts.example"},
}


def _postmark(**changes) -> list[Feedback]:
    return list(postmark.read(POSTMARK | changes, now=NOW))


def test_a_bounce_of_postmark_is_read_whole():
    assert _postmark() == [
        Feedback(
            kind=HARD,
            source="postmark",
            key="Bounce:4242",
            received_at=AT,
            recipient="ann@reader.example",
            status="5.1.1",
            diagnostic=f"{NOBODY} The server could not deliver (unknown user).",
            token="tok_ann",
            message_id="<ann@verdicts.example>",
        )
    ]


@pytest.mark.parametrize(
    ("name", "details", "expected"),
    [
        ("HardBounce", "", HARD),
        ("HardBounce", "smtp;550 5.7.1 we refuse you", POLICY),
        ("BadEmailAddress", "", HARD),
        ("SoftBounce", "", SOFT),
        ("SoftBounce", "smtp;552 5.2.2 full", SOFT),
        ("Transient", "", SOFT),
        ("DnsError", "", SOFT),
        ("Unknown", "", SOFT),
        ("Blocked", "", POLICY),
        ("SpamNotification", "", POLICY),
        ("DMARCPolicy", "", POLICY),
        ("VirusNotification", "", POLICY),
        ("SpamComplaint", "", COMPLAINT),
        ("Unsubscribe", "", UNSUBSCRIBE),
        ("AutoResponder", "", AUTO_REPLY),
        ("ChallengeVerification", "", AUTO_REPLY),
        ("AddressChange", "", NONE),
        ("OpenRelayTest", "", NONE),
        ("SomethingNew", "", NONE),
    ],
)
def test_bounces_of_postmark_are_sorted(name, details, expected):
    assert [each.kind for each in _postmark(Type=name, Details=details)] == [expected]


def test_a_complaint_told_twice_by_postmark_is_one():
    (first,) = _postmark(RecordType="SpamComplaint", Type="SpamComplaint")
    (second,) = _postmark(Type="SpamComplaint")

    assert (first.kind, first.key) == (COMPLAINT, "Bounce:4242") == (second.kind, second.key)


def test_a_delivery_of_postmark_is_read():
    (found,) = _postmark(
        RecordType="Delivery", Email=None, Recipient="ann@reader.example", DeliveredAt=STAMP
    )

    assert (found.kind, found.recipient, found.received_at) == (DELIVERED, "ann@reader.example", AT)


@pytest.mark.parametrize(
    ("suppresses", "reason", "origin", "expected"),
    [
        (True, "HardBounce", "Recipient", [HARD]),
        (True, "SpamComplaint", "Recipient", [COMPLAINT]),
        (True, "ManualSuppression", "Recipient", [UNSUBSCRIBE]),
        (True, "ManualSuppression", "Customer", []),
        (True, "ManualSuppression", "Admin", []),
        (False, None, "Recipient", []),
        ("true", "HardBounce", "Recipient", []),
    ],
)
def test_changes_of_postmarks_list_count_where_the_reader_made_them(
    suppresses, reason, origin, expected
):
    found = _postmark(
        RecordType="SubscriptionChange",
        Email=None,
        Recipient="ann@reader.example",
        SuppressSending=suppresses,
        SuppressionReason=reason,
        Origin=origin,
        ChangedAt=STAMP,
    )

    assert [each.kind for each in found] == expected


@pytest.mark.parametrize("record", ["Open", "Click", "Inbound", None, 7, []])
def test_other_records_of_postmark_are_no_feedback(record):
    assert _postmark(RecordType=record) == []


def _resend(name: str, **data) -> list[Feedback]:
    given = {
        "email_id": "re-number",
        "to": ["ann@reader.example"],
        "tags": {"digest-token": "tok_ann"},
        "headers": [{"name": "X-Entity-Ref-ID", "value": "<ann@verdicts.example>"}],
    }
    event = {"type": name, "created_at": STAMP, "data": given | data}
    return list(resend.read(event, key="msg_1", now=NOW))


def test_a_bounce_of_resend_is_read_whole():
    bounce = {"type": "Permanent", "subType": "General", "message": NOBODY}

    assert _resend("email.bounced", bounce=bounce) == [
        Feedback(
            kind=HARD,
            source="resend",
            key="msg_1",
            received_at=AT,
            recipient="ann@reader.example",
            status="5.1.1",
            diagnostic=NOBODY,
            token="tok_ann",
            message_id="<ann@verdicts.example>",
        )
    ]


@pytest.mark.parametrize(
    ("name", "bounce", "expected"),
    [
        ("email.bounced", {"type": "Permanent", "subType": "Suppressed"}, [HARD]),
        ("email.bounced", {"type": "Transient", "subType": "MailboxFull"}, [SOFT]),
        ("email.bounced", {"type": "Transient", "subType": "ContentRejected"}, [POLICY]),
        ("email.bounced", {"type": "Undetermined"}, [SOFT]),
        ("email.bounced", None, [SOFT]),
        ("email.bounced", {"type": "Permanent", "diagnosticCode": ["550 5.7.1 spam"]}, [POLICY]),
        ("email.complained", None, [COMPLAINT]),
        ("email.delivered", None, [DELIVERED]),
        ("email.delivery_delayed", None, [NONE]),
        ("email.failed", None, [POLICY]),
        ("email.suppressed", None, [HARD]),
        ("email.sent", None, []),
        ("email.opened", None, []),
        ("contact.updated", None, []),
    ],
)
def test_events_of_resend_are_sorted(name, bounce, expected):
    assert [each.kind for each in _resend(name, bounce=bounce)] == expected


def test_why_resend_sent_nothing_is_kept():
    (found,) = _resend("email.failed", failed={"reason": "reached_daily_quota"})

    assert found.diagnostic == "Resend did not send it: reached_daily_quota"


@pytest.mark.parametrize(
    "tags", [{"digest-token": "tok_ann"}, [{"name": "digest-token", "value": "tok_ann"}]]
)
def test_tags_of_resend_are_read_as_object_and_as_list(tags):
    assert [each.token for each in _resend("email.delivered", tags=tags)] == ["tok_ann"]


@pytest.mark.parametrize(
    "junk", [None, 7, True, "words", [], {}, [None, 7, "x"], {"a": {"b": [1]}}]
)
def test_a_field_of_another_kind_than_was_promised_breaks_nothing(junk):
    for name in ("mail", "bounce", "complaint", "delivery", "deliveryDelay", "reject"):
        for event in ("Bounce", "Complaint", "Delivery", "DeliveryDelay", "Reject"):
            ses.read({"eventType": event, name: junk}, now=NOW)
    for name in POSTMARK:
        postmark.read(POSTMARK | {name: junk}, now=NOW)
    for name in ("to", "tags", "headers", "bounce", "message_id"):
        _resend("email.bounced", **{name: junk})
    resend.read({"type": "email.bounced", "data": junk, "created_at": junk}, key="k", now=NOW)


@pytest.mark.parametrize(
    "later", [(NOW + timedelta(days=400)).isoformat(), "0001-01-01T00:00:00+14:00"]
)
def test_what_is_said_to_happen_later_or_never_happens_now(later):
    (found,) = _postmark(BouncedAt=later)

    assert found.received_at == NOW


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'"x"', b"[" * 100_000])
def test_what_cannot_be_read_is_said_to_be_proven_all_the_same(body):
    with pytest.raises(HookError) as caught:
        opened(body, hook="postmark")

    assert caught.value.is_proven
