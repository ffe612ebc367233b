"""
Read what readers complained of: feedback reports, and Microsoft's notes that are none.

Pure. RFC 5965, with not-spam of RFC 6430. A type nobody registered counts as ``other``, as the RFC
says; reports on DMARC failures (RFC 6591) come in the same wrapping and are no complaints.
"""

from digest.delivery.bounces.findings import MAX_RECIPIENTS, Finding, address_in, worst_of_each
from digest.delivery.bounces.mime import Fields, Part, read_fields
from digest.model import FeedbackKind

KIND = "message/feedback-report"
_NO_COMPLAINTS = frozenset({"not-spam", "auth-failure", "dmarc", "dkim", "spf"})
_OPT_OUTS = frozenset({"opt-out", "opt-out-list"})
_RECIPIENT = ("original-rcpt-to", "removal-recipient", "x-original-recipient")
_MICROSOFT = "x-hmxmroriginalrecipient"


def feedback_fields(letter: Part) -> Fields | None:
    """Give the fields of a mail's feedback report, or None where it is no such report."""
    for part in letter.leaves():
        if part.kind == KIND:
            return read_fields(part.content.decode("utf-8", "replace").replace("\0", ""))
    return None


def read_complaints(report: Fields, *, original: Fields) -> tuple[Finding, ...]:
    """
    Read a feedback report.

    Args:
        report: What :func:`feedback_fields` gave.
        original: Header fields of the mail complained of, as far as they came along.

    Returns:
        One finding for each recipient named, or one without: many providers blot it out, and then
        the token or the Message-ID must say who it was.
    """
    kind = report.first("feedback-type").lower().partition(";")[0].strip()
    found = FeedbackKind.COMPLAINT
    if kind in _NO_COMPLAINTS:
        found = FeedbackKind.NONE
    elif kind in _OPT_OUTS:
        found = FeedbackKind.UNSUBSCRIBE
    named = map(address_in, report.all(*_RECIPIENT)[:MAX_RECIPIENTS])
    recipients: list[str | None] = [address for address in named if address]
    recipients = recipients or [address_in(original.first("to"))]
    words = report.first("user-agent")
    return worst_of_each(Finding(found, recipient, None, words) for recipient in recipients)


def microsoft_complaint(original: Fields) -> Finding | None:
    """Read a note of Microsoft's junk mail programme: the mail attached, with one field more."""
    recipient = address_in(original.first(_MICROSOFT))
    return Finding(FeedbackKind.COMPLAINT, recipient) if recipient else None
