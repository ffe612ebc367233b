"""
The tables: a row is its noun with an id and what storage needs, field for field.

Documents (issue, comparison, review, plan) are kept as JSON text beside the columns they are
looked up by: they are written whole, read whole, and never changed in part.
"""

from digest.store.tables.base import metadata
from digest.store.tables.catalogue import (
    FactRow,
    ProductPageRow,
    ReviewRow,
    ToolKeyRow,
    ToolRow,
)
from digest.store.tables.decisions import DecisionRow, LookalikeRow, PlacementRow
from digest.store.tables.delivery import DeliveryRow
from digest.store.tables.issues import ApprovalRow, ComparisonRow, EditionRow, IssueRow
from digest.store.tables.popularity import CountRow
from digest.store.tables.readers import ConsentEventRow, SubscriberRow, VoteRow
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
    "CaptureRow",
    "ComparisonRow",
    "ConsentEventRow",
    "CountRow",
    "DecisionRow",
    "DeliveryRow",
    "EditionRow",
    "FactRow",
    "HostRow",
    "IncidentRow",
    "IssueRow",
    "LaunchRow",
    "LookalikeRow",
    "PlacementRow",
    "ProductPageRow",
    "ReadingRow",
    "ReviewRow",
    "RobotsRow",
    "SourceRow",
    "SubscriberRow",
    "ToolKeyRow",
    "ToolRow",
    "VoteRow",
    "metadata",
]
