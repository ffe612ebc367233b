"""The command that looks at tools' own pages."""

from datetime import UTC, datetime

import pytest

from digest.model import Tool
from digest.store import tools as store
from digest.store.engine import Database

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_where_nothing_is_due_nothing_is_asked_for(digest):
    found = digest("research", "--json").json

    assert found == {"tools": 0, "facts": 0, "outcomes": {}, "pages": []}


def test_a_tool_is_named_by_its_slug_and_must_have_pages_of_its_own(digest):
    digest("migrate")
    database = Database(f"sqlite:///{digest.folder / 'var' / 'digest.db'}")
    listed = Tool(slug="listed", name="Listed", url="https://x.com/listed", launched_at=NOW)
    with database.write() as session:
        store.put_tools(session, [listed])
    database.close()

    assert digest("research", "--tool", "nobody").sentence.startswith("no tool 'nobody'")
    assert "has no page of its own" in digest("research", "--tool", "listed").sentence


@pytest.mark.parametrize("limit", ["0", "1001", "many"])
def test_a_limit_that_is_none_is_wrong_usage(digest, limit: str):
    assert digest("research", "--limit", limit).code == 2


@pytest.mark.enable_socket
def test_a_page_that_cannot_be_had_is_said_and_stops_nothing(digest):
    """Names under .invalid lead nowhere, by design."""
    digest("migrate")
    database = Database(f"sqlite:///{digest.folder / 'var' / 'digest.db'}")
    site = "https://ember.invalid"
    tool = Tool(slug="ember", name="Ember", site=site, url=site, launched_at=NOW)
    with database.write() as session:
        store.put_tools(session, [tool])
    database.close()

    ran = digest("research")

    assert ran.code == 0
    assert "1 page looked at, 0 read, 0 facts" in ran.out
    assert ran.err.startswith("digest: ember, home, failed: ")
    assert digest("research", "--json").json["pages"] == []  # tomorrow again
