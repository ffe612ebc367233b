"""
The demo week's own issue, released, in a database with as many confirmed readers as asked for.

The issue is made once by ``digest demo``: about 64 KB of HTML and 8 KB of text. Readers are written
past the rules, thousands at a time: making them is not what is measured.
"""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from digest.model import Edition, Issue, IssueState, Plan, SubscriberState
from digest.steps.weekly import approve_issue
from digest.store import issues as issue_store
from digest.store.engine import Database
from digest.store.migrate import migrate
from digest.store.rows import upsert
from digest.store.tables import SubscriberRow

WEEK = "2026-W47"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
AT_ONCE = 20_000
"""Readers written in one transaction."""
DOMAINS = 40
"""Mail domains that readers are spread over."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is sent."""

    issue: Issue
    plan: Plan
    edition: Edition


def make_material(folder: Path) -> Material:
    """Run the demo in a folder, unless it has been there, and give its issue."""
    if not (folder / "digest.db").exists():
        digest = Path(sys.executable).with_name("digest")
        subprocess.run([digest, "demo", "--dir", folder], check=True, capture_output=True)
    db = Database(f"sqlite:///{folder / 'digest.db'}")
    with db.read() as session:
        issue = issue_store.issue_of(session, WEEK)
        edition = issue_store.edition_of(session, WEEK)
        plan = issue_store.plan_of(session, WEEK)
    db.close()
    if issue is None or edition is None:
        raise SystemExit(f"the demo in {folder} made no issue; remove that folder and try again")
    return Material(issue, plan, edition)


def furnish(url: str, material: Material, *, readers: int) -> None:
    """Make a database with the released issue and so many confirmed readers; the old one goes."""
    db = Database(url)
    _empty(db)
    migrate(db)
    with db.write() as session:
        issue_store.put_issue(session, material.issue, material.plan, now=NOW)
        issue_store.put_edition(session, material.edition, now=NOW)
        issue_store.set_state(session, WEEK, IssueState.IN_REVIEW, now=NOW)
    approve_issue(db, WEEK, by="the benchmark", now=NOW)
    rows = _readers(readers)
    while part := list(islice(rows, AT_ONCE)):
        with db.write() as session:
            upsert(session, SubscriberRow, part, key=["public_id"])
    db.close()


def size_mb(url: str) -> float:
    """Give the size of a database in MB (10^6 octets), what is only in SQLite's log included."""
    db = Database(url)
    if db.dialect == "sqlite":
        path = Path(str(db.url.database))
        octets = sum(p.stat().st_size for p in path.parent.glob(f"{path.name}*"))
    else:
        with db.read() as session:
            octets = session.connection().scalar(
                sa.text("SELECT pg_database_size(current_database())")
            )
    db.close()
    return round(octets / 1e6, 1)


def _empty(db: Database) -> None:
    if db.dialect == "sqlite":
        path = Path(str(db.url.database))
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
        return
    with db.write() as session:
        session.connection().execute(sa.text("DROP SCHEMA public CASCADE"))
        session.connection().execute(sa.text("CREATE SCHEMA public"))


def _readers(number: int) -> Iterator[dict[str, Any]]:
    for each in range(number):
        yield {
            "public_id": f"{each:016d}",
            "address": f"reader{each}@mail{each % DOMAINS}.example.net",
            "state": SubscriberState.CONFIRMED,
            "created_at": NOW,
            "confirmed_at": NOW,
            "left_at": None,
        }
