"""
A database as a house of that size has it: the known tools put there at once, the new ones waiting.

The rows of known tools are written past the rules, thousands at a time: making them is not what is
measured. New launches are stored as ingestion stores them, and not yet researched.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from material import KNOWN_AGAIN, NOW, SOURCES, Made, facts, key_of, launch, tools
from sqlmodel import Session

from digest.catalogue.identity import RULE_VERSION
from digest.catalogue.jobs import load_jobs
from digest.catalogue.keys import safe_keys
from digest.catalogue.names import slug_of
from digest.model import Launch, MergeTier, Outcome, SourceState
from digest.steps.placing import note_marks
from digest.store import launches as launch_store
from digest.store import sources as source_store
from digest.store.engine import Database
from digest.store.migrate import migrate
from digest.store.rows import upsert
from digest.store.tables import (
    CountRow,
    FactRow,
    LaunchRow,
    PlacementRow,
    ReadingRow,
    ToolKeyRow,
    ToolRow,
)

AT_ONCE = 2_000
"""Tools written in one transaction."""
HOURS = (1, 5, 9, 20, 28, 70, 80)
"""Ages at which a launch's count was seen."""
CAPTURE = "benchmark-20261120T080000"


def url_of(folder: Path) -> str:
    """Give the address of the database in a folder."""
    return f"sqlite:///{folder / 'digest.db'}"


def furnish(folder: Path, size: int) -> None:
    """Make the database: ``size`` known tools, and a hundredth as many new launches."""
    db = Database(url_of(folder))
    migrate(db)
    made = tools(load_jobs(), size=size)
    waiting = Random(size)
    again: list[Made] = []
    for _ in range(0, size, AT_ONCE):
        part = list(islice(made, min(AT_ONCE, size)))
        known = [each for each in part if each.number < size]
        again += [each for each in known if each.site and waiting.random() < 0.05]  # noqa: PLR2004
        with db.write() as session:
            _put_known(session, known)
        _put_new(db, [each for each in part if each.number >= size], again)
    _put_new(db, list(made), again)
    _finish(db)
    db.close()


def _put_known(session: Session, known: Sequence[Made]) -> None:
    told = [(each, launch(each, capture=CAPTURE)) for each in known]
    upsert(session, ToolRow, [_tool(each, told_of) for each, told_of in told], key=["slug"])
    rows = [_launch(each, told_of) for each, told_of in told]
    upsert(session, LaunchRow, rows, key=["source", "native_id"])
    key = ["source", "native_id"]
    upsert(session, PlacementRow, [_placement(each, found) for each, found in told], key=key)
    keys = [{"key": key, "tool": each.slug} for each, told_of in told for key in safe_keys(told_of)]
    upsert(session, ToolKeyRow, keys, key=["key"])
    claims = [row for each in known for row in _facts(each)]
    upsert(session, FactRow, claims, key=["tool", "source", "kind", "value"])
    counts = [row for each in known for row in _counts(each)]
    upsert(session, CountRow, counts, key=["source", "native_id", "metric", "first_at"])


def _tool(made: Made, told: Launch) -> dict[str, Any]:
    chance = Random(made.number + 1)
    return {
        "slug": made.slug,
        "name": made.name,
        "tagline": made.tagline,
        "description": made.description,
        "url": made.url,
        "site": made.site,
        "vendor": made.vendor,
        "product_key": key_of(made),
        "vendor_key": slug_of(made.vendor or ""),
        "job": made.job.key if made.job else "unsorted",
        "job_confidence": round(chance.uniform(0.4, 1.0), 3) if made.job else 0.0,
        "job_by": "text" if made.job else "none",
        "job_runner_up": None,
        "launched_at": made.launched_at,
        "launch_dated": True,
        "popularity": told.popularity,
        "popularity_metric": told.popularity_metric,
        "licence": told.licence,
        "sources": (made.source,),
        "tags": tuple(chance.sample(("ai", "developer-tools", "productivity", "llm"), k=2)),
        "flags": (),
    }


def _launch(made: Made, told: Launch) -> dict[str, Any]:
    own = {"tool": made.slug, "seen_at": NOW - timedelta(hours=1), "researched_key": CAPTURE}
    return {**vars(told), **own}


def _placement(made: Made, told: Launch) -> dict[str, Any]:
    return {
        "source": made.source,
        "native_id": made.native_id,
        "tool": made.slug,
        "tier": MergeTier.DISTINCT,
        "keys": safe_keys(told),
        "vetoes": (),
        "rule_version": RULE_VERSION,
        "decided_at": made.launched_at,
    }


def _facts(made: Made) -> Iterator[dict[str, Any]]:
    for kind, value, span in facts(made):
        yield {
            "tool": made.slug,
            "kind": kind,
            "value": value,
            "observed_at": made.launched_at + timedelta(hours=1),
            "capture_key": CAPTURE,
            "source": made.source,
            "page": None,
            "url": made.url,
            "span": span,
        }


def _counts(made: Made) -> Iterator[dict[str, Any]]:
    if made.points is None:
        return
    metric = "stars" if made.source == "github" else "points"
    for hours in HOURS:
        seen = made.launched_at + timedelta(hours=hours)
        if seen < NOW:
            yield {
                "source": made.source,
                "native_id": made.native_id,
                "metric": metric,
                "first_at": seen,
                "last_at": seen,
                "value": round(made.points * hours / HOURS[-1]),
                "list_length": None,
            }


def _put_new(db: Database, new: Sequence[Made], again: Sequence[Made]) -> None:
    """Store new launches and what they counted; some announce a tool that is known."""
    launches = [
        launch(each, of=again[each.number % len(again)], capture=CAPTURE)
        if again and each.number % KNOWN_AGAIN == 0
        else launch(each, capture=CAPTURE)
        for each in new
    ]
    with db.write() as session:
        launch_store.put_launches(session, launches, now=NOW)
        counts = [row for each in new for row in _counts(each)]
        upsert(session, CountRow, counts, key=["source", "native_id", "metric", "first_at"])


def _finish(db: Database) -> None:
    states = [
        SourceState(
            source=name, kind="rss", url=f"https://{name}.example", outcome="ok", good_at=NOW
        )
        for name in SOURCES
    ]
    reading = {
        "source": SOURCES[0],
        "outcome": Outcome.OK,
        "read_at": NOW - timedelta(days=720),
        "items": 1,
    }
    with db.write() as session:
        note_marks(session)  # as research did when it made the tools
        source_store.put_source_states(session, states)
        session.add(ReadingRow(**reading))


if __name__ == "__main__":
    furnish(Path(sys.argv[1]), int(sys.argv[2]))
