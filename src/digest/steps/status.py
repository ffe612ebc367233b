"""How everything stands, counted: the one look an operator takes first."""

from digest.model import INCUMBENTS, DeliveryCount, MailboxState, SourceState, Value
from digest.store import captures as capture_store
from digest.store import deliveries as delivery_store
from digest.store import issues as issue_store
from digest.store import launches as launch_store
from digest.store import mailboxes as mailbox_store
from digest.store import readers as reader_store
from digest.store import sources as source_store
from digest.store import tools as tool_store
from digest.store.engine import Database


class IssueStatus(Value):
    """One issue and its deliveries by state."""

    week: str
    state: str
    audience: int | None
    deliveries: dict[str, int]
    sums: bool
    """True when every recipient of the frozen audience is in exactly one state."""


class Status(Value):
    """Counts per resting place, issues with their deliveries, sources with their last outcome."""

    counts: dict[str, int]
    issues: tuple[IssueStatus, ...]
    deliveries: dict[str, int]
    """All issues together."""
    subscribers: dict[str, int]
    sources: tuple[SourceState, ...]
    mailboxes: tuple[MailboxState, ...]
    """Those that bounces are read from, with when they were read last."""


def status(db: Database) -> Status:
    """Count everything in one consistent view."""
    with db.read() as session:
        states = issue_store.issue_states(session)
        issues = []
        total: dict[str, int] = {}
        for week, state in states.items():
            count = delivery_store.count(session, week) or DeliveryCount(audience=0, states={})
            by_state = {str(key): number for key, number in count.states.items()}
            for key, number in by_state.items():
                total[key] = total.get(key, 0) + number
            issues.append(
                IssueStatus(
                    week=week,
                    state=state,
                    audience=count.audience,
                    deliveries=by_state,
                    sums=count.sums,
                )
            )
        launches = launch_store.count_launches(session)
        established = launches.pop(INCUMBENTS, 0)
        return Status(
            counts={
                "captures": capture_store.count_captures(session),
                "launches": sum(launches.values()),
                "established": established,
                **tool_store.count_tools(session),
                "issues": len(states),
                "deliveries": sum(total.values()),
            },
            issues=tuple(issues),
            deliveries=total,
            subscribers=reader_store.count_subscribers(session),
            sources=tuple(source_store.source_states(session).values()),
            mailboxes=tuple(mailbox_store.states(session)),
        )
