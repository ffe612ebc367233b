"""
The tables: a row is its noun with an id and what storage needs, field for field.

Documents (issue, comparison, review, plan) are kept as JSON text beside the columns they are
looked up by: they are written whole, read whole, and never changed in part.

A table is made when it is first asked for, since making one takes longer than a source to read;
``metadata`` makes them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.store.tables.base import metadata
    from digest.store.tables.catalogue import (
        EmbeddingRow,
        FactRow,
        JudgementRow,
        ProductPageRow,
        ReviewRow,
        ToolKeyRow,
        ToolMarkRow,
        ToolRow,
    )
    from digest.store.tables.decisions import DecisionRow, LookalikeRow, PlacementRow
    from digest.store.tables.delivery import DeliveryRow
    from digest.store.tables.feedback import (
        FeedbackRow,
        MailboxRow,
        MailTryRow,
        RefusalReadingRow,
        SuppressionRow,
    )
    from digest.store.tables.issues import (
        ApprovalRow,
        ComparisonRow,
        EditionRow,
        IssueRow,
        PlanRow,
        RevisionRow,
        WishRow,
        WithdrawalRow,
    )
    from digest.store.tables.popularity import CountRow
    from digest.store.tables.readers import ConsentEventRow, SubscriberRow, VoteRow
    from digest.store.tables.sending import BucketRow, EpochRow, OrderRow, SendingRow
    from digest.store.tables.sources import (
        CaptureRow,
        HostRow,
        IncidentRow,
        LaunchRow,
        ReadingRow,
        RobotsRow,
        SourceRow,
    )

__all__ = [
    "ApprovalRow",
    "BucketRow",
    "CaptureRow",
    "ComparisonRow",
    "ConsentEventRow",
    "CountRow",
    "DecisionRow",
    "DeliveryRow",
    "EditionRow",
    "EmbeddingRow",
    "EpochRow",
    "FactRow",
    "FeedbackRow",
    "HostRow",
    "IncidentRow",
    "IssueRow",
    "JudgementRow",
    "LaunchRow",
    "LookalikeRow",
    "MailTryRow",
    "MailboxRow",
    "OrderRow",
    "PlacementRow",
    "PlanRow",
    "ProductPageRow",
    "ReadingRow",
    "RefusalReadingRow",
    "ReviewRow",
    "RevisionRow",
    "RobotsRow",
    "SendingRow",
    "SourceRow",
    "SubscriberRow",
    "SuppressionRow",
    "ToolKeyRow",
    "ToolMarkRow",
    "ToolRow",
    "VoteRow",
    "WishRow",
    "WithdrawalRow",
    "metadata",
]

_HOMES = {
    "FactRow": "catalogue",
    "EmbeddingRow": "catalogue",
    "JudgementRow": "catalogue",
    "ProductPageRow": "catalogue",
    "ReviewRow": "catalogue",
    "ToolKeyRow": "catalogue",
    "ToolMarkRow": "catalogue",
    "ToolRow": "catalogue",
    "DecisionRow": "decisions",
    "LookalikeRow": "decisions",
    "PlacementRow": "decisions",
    "DeliveryRow": "delivery",
    "FeedbackRow": "feedback",
    "MailTryRow": "feedback",
    "MailboxRow": "feedback",
    "RefusalReadingRow": "feedback",
    "SuppressionRow": "feedback",
    "ApprovalRow": "issues",
    "ComparisonRow": "issues",
    "EditionRow": "issues",
    "IssueRow": "issues",
    "PlanRow": "issues",
    "WishRow": "issues",
    "RevisionRow": "issues",
    "WithdrawalRow": "issues",
    "CountRow": "popularity",
    "ConsentEventRow": "readers",
    "SubscriberRow": "readers",
    "VoteRow": "readers",
    "BucketRow": "sending",
    "EpochRow": "sending",
    "OrderRow": "sending",
    "SendingRow": "sending",
    "CaptureRow": "sources",
    "HostRow": "sources",
    "IncidentRow": "sources",
    "LaunchRow": "sources",
    "ReadingRow": "sources",
    "RobotsRow": "sources",
    "SourceRow": "sources",
}


def __getattr__(name: str) -> Any:
    if name == "metadata":
        for home in sorted(set(_HOMES.values())):
            import_module(f"{__name__}.{home}")
        return import_module(f"{__name__}.base").metadata
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
