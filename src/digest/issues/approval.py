"""Bind a named editor to exactly one edition, and refuse to send any other."""

from datetime import UTC, datetime, timedelta

from digest.errors import ApprovalError
from digest.model import Approval, Edition

LONGEST_NAME = 120
SHORT = 12
"""Digits of a hash that a person compares."""
FEWEST_DIGITS = 8
"""Digits below which a beginning could be another edition's."""


def approve(
    edition: Edition,
    *,
    by: str,
    now: datetime,
    looked_at: str | None = None,
    audience: int | None = None,
) -> Approval:
    """
    Release an edition.

    Args:
        edition: What stands for the week.
        by: The editor's name, 1 to 120 characters besides spaces around it.
        now: The moment of release; aware.
        looked_at: Beginning of the hash of the edition the editor has looked at; None where the
            editor says nothing of it.
        audience: How many have confirmed by now; kept with it.

    Raises:
        ApprovalError: The name is empty or too long, or another edition stands by now.
    """
    if looked_at is not None and not _begins(edition.sha256, looked_at):
        raise ApprovalError(
            edition.week,
            f"edition {looked_at} was looked at, but {edition.sha256[:SHORT]} stands now; "
            f"look at that one: digest export {edition.week} --dir look",
        )
    name = " ".join(by.split())
    if not name:
        raise ApprovalError(edition.week, "an approval needs the name of a person: --by NAME")
    if len(name) > LONGEST_NAME:
        raise ApprovalError(edition.week, f"the name has more than {LONGEST_NAME} characters")
    return Approval(
        week=edition.week,
        edition_sha256=edition.sha256,
        by=name,
        approved_at=now,
        audience=audience,
    )


def _begins(sha256: str, start: str) -> bool:
    """Return True where a beginning of eight digits or more is the hash's own."""
    return len(start) >= FEWEST_DIGITS and sha256.startswith(start.lower())


def require_fresh(approval: Approval, *, holds: timedelta, now: datetime) -> None:
    """
    Let an issue begin to be sent only while its approval is young: news grow old.

    Raises:
        ApprovalError: It was given longer ago than approvals hold.
    """
    if now - approval.approved_at <= holds:
        return
    when = approval.approved_at.astimezone(UTC)
    raise ApprovalError(
        approval.week,
        f"{approval.by} approved it on {when:%Y-%m-%d at %H:%M} UTC, more than "
        f"{holds / timedelta(days=1):g} days ago; if it should still go out: "
        f"digest approve {approval.week} --by NAME",
    )


def check(approval: Approval | None, edition: Edition) -> Approval:
    """
    Let an edition pass only if it is the very one that was released; give its release.

    Raises:
        ApprovalError: Nobody released anything, or something else was released.
    """
    mend = f"digest approve {edition.week} --by NAME"
    current = edition.sha256[:SHORT]
    if approval is None:
        raise ApprovalError(
            edition.week, f"nobody has approved edition {current}; look at it, then: {mend}"
        )
    if (approval.week, approval.edition_sha256) != (edition.week, edition.sha256):
        when = approval.approved_at.astimezone(UTC)
        raise ApprovalError(
            edition.week,
            f"{approval.by} approved edition {approval.edition_sha256[:SHORT]} of {approval.week} "
            f"on {when:%Y-%m-%d at %H:%M} UTC, but edition {current} would be sent; "
            f"look at that one, then: {mend}",
        )
    return approval
