"""
Help a send of another process of this machine: the same edition, the same queue.

That process has asked whether the edition may leave the house; here it is only held against the hash
of what was asked about, so that a helper stays light.
"""

from collections.abc import Callable

from digest.delivery.transports.base import Transport
from digest.errors import ApprovalError, IssueError
from digest.steps.composing import require_intact
from digest.steps.gate import deadline
from digest.steps.shift import SendParts, work
from digest.store import issues as issue_store
from digest.store import sending as store


def help_send(
    week: str,
    sha256: str,
    *,
    parts: SendParts,
    transport: Transport,
    stop: Callable[[], bool],
    on_progress: Callable[[int], None],
    on_trouble: Callable[[str], None],
) -> None:
    """
    Drain the queue of an issue whose sending has begun, until nothing is left in it.

    Args:
        week: ISO week of the issue.
        sha256: Of the edition that the other process sends.
        parts: What the send works with.
        transport: The way out; closing it is the caller's.
        stop: Asked between pieces of work; True ends the help tidily.
        on_progress: Told how many more deliveries have a named end.
        on_trouble: As for ``send_issue``.

    Raises:
        ApprovalError: The edition is another one, or was changed in the database.
        IssueError, TransportError, StoreError: As for ``send_issue``.
    """
    with parts.db.read() as session:
        edition = issue_store.edition_of(session, week)
        issue = issue_store.issue_of(session, week)
        sending = store.sending_of(session, week)
    if edition is None or issue is None or edition.sha256 != sha256:
        raise ApprovalError(week, "what is sent was replaced; look at it, and send it again")
    require_intact(edition)
    if sending is None:
        raise IssueError(week, f"its sending has not begun: digest send {week}")
    work(
        edition,
        issue,
        parts=parts,
        deadline=deadline(sending, parts.rules),
        transport=transport,
        stop=stop,
        on_progress=on_progress,
        on_trouble=on_trouble,
    )
