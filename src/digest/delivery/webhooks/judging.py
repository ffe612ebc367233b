"""
Turn a service's own class of a bounce into ours, with the receiving server's words beside it. Pure.

A service knows whether it will try again; whether a refusal is for what we are (5.7.x) is told by
the status and the words alone, and then nobody is suppressed for it.
"""

from digest.delivery.bounces.status import judged
from digest.model import FeedbackKind

SUPPRESSED = frozenset({"suppressed", "onaccountsuppressionlist"})
"""Subtypes of a bounce from the service's own list of addresses that bounced before."""
OUR_CONTENT = frozenset({"contentrejected", "attachmentrejected"})


def judged_bounce(
    kind: str | None, subtype: str | None, *, status: str | None, words: str | None
) -> tuple[FeedbackKind, str | None]:
    """
    Judge a bounce as Amazon SES names it (Resend does the same).

    Args:
        kind: ``Permanent``, ``Transient`` or ``Undetermined``, in any case.
        subtype: Such as ``General``, ``NoEmail``, ``MailboxFull`` or ``ContentRejected``.
        status: Enhanced status code, where one is given.
        words: The receiving server's.

    Returns:
        HARD, SOFT or POLICY, and the status code.
    """
    found, code = judged(status, words or "")
    detail = (subtype or "").lower()
    if detail in SUPPRESSED:
        return FeedbackKind.HARD, code
    if detail in OUR_CONTENT or found is FeedbackKind.POLICY:
        return FeedbackKind.POLICY, code
    match (kind or "").lower():
        case "permanent":
            return FeedbackKind.HARD, code
        case "transient":
            return FeedbackKind.SOFT, code
        case _:
            return found, code
