"""Research beside others who write to the catalogue at the same moment."""

import time
from concurrent.futures import ThreadPoolExecutor

from digest.catalogue.tools import refreshed
from digest.model import EntryPrice, Fact, FactKind, PageRole
from digest.steps.research import research
from digest.store import launches as launch_store
from digest.store import pages as page_store
from digest.store import tools as tool_store
from tests.steps.test_decide import EMBER, NOW, launch

PRICE = Fact(
    tool="ember",
    kind=FactKind.ENTRY_PRICE,
    value="freemium",
    observed_at=NOW,
    capture_key="page",
    source="pricing page of ember.example",
    page=PageRole.PRICING,
    url=f"{EMBER}/pricing",
    span="Free",
)


def test_what_a_tools_own_page_says_meanwhile_is_not_lost(db, classifier):
    """A visit stores a fact and the tool it changes; research must not write the tool of before."""
    put(db, launch("1", site=EMBER))
    research(db, classifier=classifier)
    put(db, launch("1", site=EMBER, capture_key="read-again"))

    def visit() -> None:
        with db.write() as session:
            tool = tool_store.tool_by_slug(session, "ember", holds=True)
            page_store.replace_page_facts(session, "ember", PageRole.PRICING, [PRICE])
            time.sleep(0.5)  # research begins meanwhile
            tool_store.put_tools(session, [refreshed(tool, [PRICE])])

    def rework() -> None:
        time.sleep(0.2)
        research(db, classifier=classifier)

    with ThreadPoolExecutor() as workers:
        for each in (workers.submit(visit), workers.submit(rework)):
            each.result()

    with db.read() as session:
        assert tool_store.tool_by_slug(session, "ember").entry_price is EntryPrice.FREEMIUM


def put(db, *launches):
    with db.write() as session:
        launch_store.put_launches(session, launches, now=NOW)
