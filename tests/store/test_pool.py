"""What a build chooses from is found by what is wanted of it, never by going through all tools."""

from datetime import UTC, datetime, timedelta

from digest.model import Tool
from digest.store import decisions as decision_store
from digest.store import pool as subject
from digest.store import tools as tool_store

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


def tool(slug, *, days=1.0, job="tts", product_key=""):
    return Tool(
        slug=slug,
        name=slug,
        job=job,
        product_key=product_key,
        launched_at=NOW - timedelta(days=days),
    )


TOOLS = (
    tool("b-part"),
    tool("fresh"),
    tool("later", days=-1),
    tool("of-another-job", job="ocr", days=30, product_key="ember"),
    tool("old", days=30, product_key="fresh"),
)


def put(session):
    tool_store.put_tools(session, TOOLS)
    decision_store.put_parts(session, {"b-part": "fresh"})


def slugs(tools):
    return [each.slug for each in tools]


def test_tools_are_found_by_their_days_their_job_and_their_names(db):
    """Parts of others, and what was launched later, are left out."""
    with db.write() as session:
        put(session)

    with db.read() as session:
        week = {"since": NOW - WEEK, "until": NOW}
        everything = [each.slug for each in TOOLS]
        assert slugs(subject.tools_launched(session, **week)) == ["fresh"]
        assert slugs(subject.tools_of_job(session, "tts", until=NOW)) == ["fresh", "old"]
        assert slugs(subject.tools_named(session, everything, until=NOW)) == [
            *("fresh", "of-another-job", "old")
        ]
        assert subject.tools_of_job(session, "ocr", until=NOW) == [TOOLS[3]]


def test_a_family_has_all_its_listings_whatever_their_job(db):
    """One without a key is a family of its own slug, as the noun says."""
    with db.write() as session:
        put(session)

    with db.read() as session:
        found = subject.families(session, {"ember", "fresh", "nobody"}, until=NOW)

    assert found == {"ember": ["of-another-job"], "fresh": ["fresh", "old"], "nobody": []}
    assert {each.family for each in TOOLS[3:]} | {"fresh"} == {"ember", "fresh"}


def test_the_database_looks_tools_of_a_job_up_by_the_job(sqlite_db):
    """Not by the column that nearly all tools have empty."""
    asked = []
    with sqlite_db.write() as session:
        put(session)
    with sqlite_db.read() as session:
        driver = session.connection().connection.driver_connection
        driver.set_trace_callback(asked.append)
        subject.tools_of_job(session, "tts", until=NOW)
        driver.set_trace_callback(None)
        (statement,) = (each for each in asked if each.startswith("SELECT"))
        plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")]

    assert plan[0].startswith("SEARCH tool USING INDEX ix_tool_job")
