"""From tools to facts of their own pages, over real HTTP on loopback, into real databases."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digest.demo.site import DemoSite, Page
from digest.errors import DigestError, NotFoundError
from digest.model import EntryPrice, Fact, FactKind, Flag, PageOutcome, PageRole, Tool, Visit
from digest.sources.captures import CaptureStore
from digest.sources.fetch import Fetcher
from digest.steps.enrich import EnrichParts, PageReport, enrich
from digest.steps.visits import due_visits
from digest.store import captures as capture_store
from digest.store import pages as store
from digest.store import sources as source_store
from digest.store import tools as tool_store
from digest.store.engine import Database
from digest.store.tables import ToolRow

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
PROSE = "<p>Ember writes commit messages from the changes that you are about to commit.</p>" * 5
HOME = (
    f"<title>Ember</title><h1>Ember</h1>{PROSE}<p>Runs entirely on your own machine.</p>"
    "<a href=/pricing>Pricing</a><a href=/docs>Docs</a>"
)
PRICING = f"<title>Plans</title>{PROSE}<h2>Hobby</h2><p>Free</p><h2>Pro</h2><p>$9 / month</p>"
DOCS = f"<title>Ember docs</title>{PROSE}<pre>pip install ember-cli</pre>"

pytestmark = pytest.mark.enable_socket


def page(body: str, content_type: str = "text/html; charset=utf-8") -> Page:
    text = f"<!doctype html><html lang=en>{body}</html>" if "html" in content_type else body
    return Page(text.encode(), content_type)


class Web:
    """Sites of made-up products, all on one loopback server, and a researcher who visits them."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.captures = CaptureStore(folder / "captures")
        self.now = NOW
        self.pages = {
            "/": page(HOME),
            "/pricing": page(PRICING),
            "/docs": page(DOCS),
            "/robots.txt": page("User-agent: *\nDisallow: /hidden\n", "text/plain"),
        }
        self.port = 0

    def knows(self, *names: str, path: str = "", **fields: object) -> None:
        """Put tools into the catalogue, each with a site of its own on the server."""
        with DemoSite(pages={}, port=self.port) as site:
            self.port = int(site.base.rpartition(":")[2])
        for name in names:
            place = f"{name}.example:{self.port}{path}"
            tool = Tool(
                slug=name,
                name=name.capitalize(),
                **{"site": f"https://{place}", "url": f"http://{place}", **fields},
                launched_at=NOW,
            )
            with self.db.write() as session:
                tool_store.put_tools(session, [tool])

    def research(self, **wishes: object) -> dict[str, PageReport]:
        """Visit what is due; reports by tool and role."""
        visits = due_visits(self.db, now=self.now, **wishes)
        return self.visit(*visits)

    def visit(self, *visits: Visit) -> dict[str, PageReport]:
        with DemoSite(pages=self.pages, port=self.port) as site:
            reports = asyncio.run(self._visit(visits))
            self.answers = site.answers
        return {f"{report.tool} {report.role}": report for report in reports}

    async def _visit(self, visits: tuple[Visit, ...]) -> tuple[PageReport, ...]:
        async def resolve(_host: str, _port: int) -> tuple[str, ...]:
            return ("127.0.0.1",)

        async def no_sleep(_seconds: float) -> None:
            return

        with self.db.read() as session:
            known = source_store.robots_texts(session)
        async with Fetcher(
            user_agent="digest/test (+https://verdicts.example.com/about)",
            allowed_private_hosts=("127.0.0.0/8",),
            clock=lambda: self.now,
            known_robots=known,
            resolve=resolve,
            sleep=no_sleep,
        ) as fetcher:
            parts = EnrichParts(
                db=self.db, fetcher=fetcher, captures=self.captures, clock=lambda: self.now
            )
            return await enrich(visits, parts=parts)

    def facts(self, tool: str = "ember") -> list[Fact]:
        with self.db.read() as session:
            return tool_store.facts_of(session, [tool])[tool]

    def said(self, role: PageRole, tool: str = "ember") -> dict[str, object]:
        return {f.kind.value: f.value for f in self.facts(tool) if f.page is role}

    def stands(self, role: PageRole, tool: str = "ember"):
        with self.db.read() as session:
            return store.pages_of(session, [tool])[tool].get(role)


@pytest.fixture
def web(db: Database, tmp_path: Path) -> Iterator[Web]:
    web = Web(db, tmp_path)
    web.knows("ember")
    return web


def outcomes(reports: dict[str, PageReport]) -> dict[str, str]:
    return {key: report.outcome.value for key, report in reports.items()}


def test_a_tools_own_pages_become_facts_with_their_words_and_where_they_stand(web: Web):
    reports = web.research()

    assert outcomes(reports) == {"ember home": "ok", "ember pricing": "ok", "ember docs": "ok"}
    assert web.said(PageRole.PRICING) == {"entry_price": "freemium", "price": "$9 per month"}
    assert web.said(PageRole.DOCS)["install"] == "pip install ember-cli"
    (price,) = [fact for fact in web.facts() if fact.kind is FactKind.PRICE]
    assert price.span == "$9 / month"
    assert price.source == f"pricing page of ember.example:{web.port}"
    assert price.url == f"http://ember.example:{web.port}/pricing"
    with web.db.read() as session:
        capture = capture_store.capture_of(session, price.capture_key)
        tool = tool_store.tool_by_slug(session, "ember")
    assert capture is not None
    assert web.captures.get(capture.body_sha256) == web.pages["/pricing"].body
    assert tool is not None
    assert tool.entry_price is EntryPrice.FREEMIUM


def test_nothing_is_asked_for_again_within_its_time(web: Web):
    web.research()
    before = web.facts()

    web.now += timedelta(days=6, hours=23)

    assert due_visits(web.db, now=web.now) == ()
    assert web.research() == {}
    assert web.answers == {}
    assert web.facts() == before


def test_a_week_later_pages_are_asked_for_conditionally_and_nothing_is_added(web: Web):
    web.research()
    before = web.facts()

    web.now += timedelta(days=7)
    reports = web.research()

    assert set(outcomes(reports).values()) == {"unchanged"}
    assert len(reports) == 3
    assert {status for (path, status) in web.answers if path != "/robots.txt"} == {304}
    assert web.facts() == before
    assert web.stands(PageRole.HOME).good_at == web.now


def test_facts_do_not_grow_old_only_because_a_page_never_changes(web: Web):
    """Asked for whole once a month, a page that stays the same has fresh facts all the same."""
    web.research()
    for _ in range(5):
        web.now += timedelta(days=7)
        web.research()

    ages = {web.now - fact.observed_at for fact in web.facts()}

    assert ages == {timedelta(days=7)}


def test_visits_that_another_run_made_meanwhile_are_not_made_again(web: Web):
    visits = due_visits(web.db, now=web.now)
    web.visit(*visits)

    assert web.visit(*visits) == {}
    assert web.answers == {}


@pytest.mark.parametrize(
    ("bad", "outcome"),
    [
        (page(f"<title>404 - Page not found</title><h1>404</h1>{PROSE}"), "unreadable"),
        (page("<p>You need to enable JavaScript to run this app.</p>"), "unreadable"),
        (
            page(f"<title>Just a moment...</title><script>window._cf_chl_opt=1</script>{PROSE}"),
            "blocked",
        ),
        (page("%PDF-1.7", "application/pdf"), "unreadable"),
        (None, "gone"),
    ],
)
def test_what_is_no_content_takes_no_fact_away_and_says_why(web: Web, bad, outcome):
    web.research()
    before = web.facts()
    if bad is None:
        del web.pages["/pricing"]
    else:
        web.pages["/pricing"] = bad

    web.now += timedelta(days=7)
    report = web.research()["ember pricing"]

    assert report.outcome.value == outcome
    assert report.reason
    assert web.facts() == before
    assert web.stands(PageRole.PRICING).good_at == NOW
    web.pages["/pricing"] = page(PRICING.replace("$9", "$12"))
    web.now += timedelta(days=7)
    assert web.research()["ember pricing"].outcome is PageOutcome.OK
    assert web.said(PageRole.PRICING)["price"] == "$12 per month"


def test_a_changed_page_replaces_what_it_said_and_nothing_else(web: Web):
    web.research()
    docs = web.said(PageRole.DOCS)
    web.pages["/pricing"] = page(f"<title>Plans</title>{PROSE}<p>Pro $20 / month</p>")

    web.now += timedelta(days=7)
    web.research()

    assert web.said(PageRole.PRICING) == {"entry_price": "paid", "price": "$20 per month"}
    assert web.said(PageRole.DOCS) == docs


def test_what_listings_claim_and_what_the_own_page_says_are_both_kept(web: Web):
    claim = Fact(
        tool="ember",
        kind=FactKind.PRICE,
        value="$5 per month",
        observed_at=NOW,
        capture_key="k",
        source="a_listing",
        url="https://listing.example/ember",
        span="$5 per month",
    )
    web.research()
    with web.db.write() as session:
        tool_store.replace_facts(session, ["ember"], [claim])

    prices = {fact.source: fact.value for fact in web.facts() if fact.kind is FactKind.PRICE}

    assert prices == {
        "a_listing": "$5 per month",
        f"pricing page of ember.example:{web.port}": "$9 per month",
    }


def test_a_page_that_robots_txt_disallows_is_not_fetched(web: Web):
    web.pages["/"] = page(HOME.replace("/pricing", "/hidden/pricing"))
    web.pages["/hidden/pricing"] = web.pages["/pricing"]

    report = web.research()["ember pricing"]

    assert report.outcome is PageOutcome.BLOCKED
    assert "robots.txt" in (report.reason or "")
    assert ("/hidden/pricing", 200) not in web.answers


@contextmanager
def redirecting(places: dict[str, str]) -> Iterator[int]:
    """A second server, whose pages have all moved; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            to = places.get(self.path)
            self.send_response(302 if to else 404)
            if to:
                self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_redirect_to_the_sites_root_or_to_a_login_brings_no_facts(web: Web):
    root = f"http://ember.example:{web.port}"
    web.pages["/login"] = page(f"<title>Log in</title>{PROSE}")

    with redirecting({"/pricing": f"{root}/", "/docs": f"{root}/login"}) as port:
        links = "".join(
            f"<a href=http://ember.example:{port}/{at}>x</a>" for at in ("pricing", "docs")
        )
        web.pages["/"] = page(f"<title>Ember</title>{PROSE}{links}")
        reports = web.research()

    assert outcomes(reports) == {
        "ember home": "ok",
        "ember pricing": "gone",
        "ember docs": "unreadable",
    }
    assert "front page" in (reports["ember pricing"].reason or "")
    assert web.facts() == []


def test_a_canonical_that_cannot_be_is_said_and_the_page_is_cited_where_it_was_found(web: Web):
    root = f"http://ember.example:{web.port}/"
    web.pages["/pricing"] = page(f"<link rel=canonical href={root}>{PRICING}")

    report = web.research()["ember pricing"]

    assert report.outcome is PageOutcome.OK
    assert "root" in (report.reason or "")
    assert web.stands(PageRole.PRICING).cited == f"{root}pricing"


def test_a_site_that_cannot_be_reached_is_tried_the_next_day(web: Web):
    visits = due_visits(web.db, now=web.now)
    reports = asyncio.run(web._visit(visits))  # the site has closed

    assert [report.outcome for report in reports] == [PageOutcome.FAILED]
    assert due_visits(web.db, now=web.now + timedelta(hours=23)) == ()
    assert len(due_visits(web.db, now=web.now + timedelta(days=1))) == 1


def test_a_page_found_earlier_is_visited_when_its_own_time_comes(web: Web):
    """The price page failed for good reasons of its own: it does not wait for the home page."""
    web.pages["/pricing"] = page(PRICING)
    web.research()
    with web.db.write() as session:
        stored = store.pages_of(session, ["ember"])["ember"][PageRole.PRICING]
        due = web.now + timedelta(days=1)
        store.put_page(session, stored.model_copy(update={"due_at": due}))

    web.now += timedelta(days=1)

    assert outcomes(web.research()) == {"ember pricing": "unchanged"}


def test_another_address_of_a_tool_forgets_what_the_old_one_said(web: Web):
    web.research()
    with web.db.write() as session:
        tool = tool_store.tool_by_slug(session, "ember")
        place = f"cinder.example:{web.port}"
        moved = {"site": f"https://{place}", "url": f"http://{place}"}
        tool_store.put_tools(session, [tool.model_copy(update=moved)])

    web.pages["/"] = page(HOME.replace("<a href=/docs>Docs</a>", ""))
    web.now += timedelta(hours=1)
    reports = web.research()

    assert outcomes(reports) == {"ember home": "ok", "ember pricing": "ok"}
    assert web.said(PageRole.DOCS) == {}
    assert {fact.url.split("/")[2] for fact in web.facts()} == {place}


def test_a_repository_is_read_by_its_readme_and_the_licence_it_links_to(web: Web):
    base = f"http://code.example:{web.port}/o/r/HEAD"
    web.pages["/o/r/HEAD/README.md"] = page(
        "# Ember\n\n`uvx ember` starts it.\n\n[Licence](LICENSE.txt)\n", "text/plain"
    )
    web.pages["/o/r/HEAD/LICENSE.txt"] = page(
        "Apache License\nVersion 2.0, January 2004", "text/plain"
    )
    site = f"https://ember.example:{web.port}"
    visit = Visit(
        tool="ember", name="Ember", site=site, role=PageRole.README, url=f"{base}/README.md"
    )

    reports = web.visit(visit)

    assert outcomes(reports) == {"ember readme": "ok", "ember licence": "ok"}
    assert web.said(PageRole.README) == {"install": "uvx ember"}
    assert web.said(PageRole.LICENCE) == {
        "entry_price": "free",
        "licence": "Apache-2.0",
        "self_host": True,
    }


def test_the_newest_tools_come_first_and_no_more_than_asked_for(web: Web):
    with web.db.write() as session:
        tools = [
            Tool(
                slug=f"tool-{days}",
                name="T",
                site=f"https://tool-{days}.example",
                launched_at=NOW - timedelta(days=days),
            )
            for days in (3, 1, 2)
        ]
        listed = Tool(slug="listed", name="Listed", url="https://x.com/listed", launched_at=NOW)
        held = tools[0].model_copy(
            update={"slug": "held", "launched_at": NOW, "flags": (Flag.SUSPECT,)}
        )
        tool_store.put_tools(session, [*tools, listed, held])

    visits = due_visits(web.db, now=NOW, limit=3)

    assert [visit.tool for visit in visits] == ["ember", "tool-1", "tool-2"]


def test_a_tool_that_is_wanted_by_name_must_exist_and_have_a_page(web: Web):
    web.knows("listed", site=None, url="https://www.producthunt.com/products/listed")

    with pytest.raises(NotFoundError, match="nobody"):
        due_visits(web.db, now=NOW, tool="nobody")
    with pytest.raises(DigestError, match="no page of its own"):
        due_visits(web.db, now=NOW, tool="listed")
    assert [visit.tool for visit in due_visits(web.db, now=NOW, tool="ember")] == ["ember"]


def test_a_tool_that_is_part_of_another_by_now_is_not_visited(web: Web):
    with web.db.write() as session:
        session.get(ToolRow, "ember").part_of = "whole"

    assert due_visits(web.db, now=NOW) == ()
    with pytest.raises(DigestError, match="part of 'whole'"):
        due_visits(web.db, now=NOW, tool="ember")


def test_what_cannot_be_kept_is_not_believed(sqlite_db: Database, tmp_path: Path):
    (tmp_path / "captures").write_text("a file where the folder should be")
    web = Web(sqlite_db, tmp_path)
    web.knows("ember")

    reports = web.research()

    assert outcomes(reports) == {"ember home": "failed"}
    assert web.facts() == []


def test_many_tools_are_visited_side_by_side_and_each_gets_its_own_facts(sqlite_db, tmp_path):
    web = Web(sqlite_db, tmp_path)
    web.knows(*(f"tool{number}" for number in range(30)))

    reports = web.research()

    assert len(reports) == 90
    assert {report.outcome for report in reports.values()} == {PageOutcome.OK}
    assert all(
        web.said(PageRole.PRICING, f"tool{number}")["price"] == "$9 per month"
        for number in range(30)
    )
