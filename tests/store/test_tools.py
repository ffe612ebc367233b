"""Tools at rest, on both databases: who stands beside whom."""

from datetime import timedelta

import pytest

from digest.model import Tool
from digest.store import tools as subject
from digest.store.engine import Database
from tests.conftest import NOW


def tool(
    slug: str, family: str = "", *, days: int = 1, job: str = "small-llm", sure: float = 0.6
) -> Tool:
    return Tool(
        slug=slug,
        name=slug.title(),
        product_key=family,
        job=job,
        job_confidence=sure,
        launched_at=NOW - timedelta(days=days),
    )


WRENLET = tool("wrenlet-3b", "wrenlet", days=3)
PEBBLE = tool("pebble-4b", "pebble", days=6)


@pytest.fixture
def catalogue(db: Database) -> Database:
    """Two families of two listings each, two tools without a family, one of another job."""
    with db.write() as session:
        subject.put_tools(
            session,
            [
                *(WRENLET, tool("wrenlet", "wrenlet", days=2)),
                *(PEBBLE, tool("pebble", "pebble", days=5)),
                *(tool("ant", days=1), tool("bee", days=9)),
                tool("reader", "wrenlet", job="ocr"),
                tool("guess", sure=0.59),
            ],
        )
    return db


def test_rivals_are_other_products_each_once_by_its_newest_listing(catalogue: Database):
    with catalogue.read() as session:
        rivals = subject.rivals_of(session, WRENLET)

    assert [rival.slug for rival in rivals] == ["ant", "pebble", "bee"]


def test_a_family_that_stands_beside_it_already_is_no_other_rival(catalogue: Database):
    with catalogue.read() as session:
        rivals = subject.rivals_of(session, WRENLET, PEBBLE)

    assert [rival.slug for rival in rivals] == ["ant", "bee"]


def test_the_limit_counts_families(catalogue: Database):
    with catalogue.read() as session:
        rivals = subject.rivals_of(session, tool("bee", days=9), limit=2)

    assert [rival.slug for rival in rivals] == ["ant", "wrenlet"]


def test_a_tool_without_a_sure_job_has_no_rivals(catalogue: Database):
    with catalogue.read() as session:
        assert subject.rivals_of(session, tool("odd", job="unsorted")) == []
        assert subject.rivals_of(session, tool("odd", sure=0.59)) == []


def test_kin_are_the_other_listings_of_the_family_whatever_their_job(catalogue: Database):
    with catalogue.read() as session:
        assert subject.kin_of(session, WRENLET) == ["reader", "wrenlet"]
        assert subject.kin_of(session, tool("ant")) == []
