"""
Golden test 13: from one week's captured listings to a plan, reviews, pages and mail, without network.

The listings are those that sites gave on 13 July 2026, read under their real addresses by the shipped
sources file. They name the week's products, and tell too little of any to compare it: so there is no
issue at first. Then tools' own pages are visited, as the research flow does; pages of a few are made
up by us (tests/data/golden_13). All is done twice, into two empty databases, at the same moment.
"""

import email
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default as policy
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from digest.catalogue.jobs import JobClassifier
from digest.delivery.transports.memory import MemoryTransport
from digest.demo.site import Page
from digest.model import IssueState, Outcome, PageOutcome, Plan, Verdict
from digest.panel.takes import NOT_ON_PAGE
from digest.settings import Settings
from digest.sources.config import load_sources
from digest.sources.fetch import Fetcher
from digest.steps.build_report import BuildReport
from digest.steps.enrich import PageReport, enrich
from digest.steps.ingest import SourceReport, ingest
from digest.steps.planning import BuildOptions
from digest.steps.readers import import_subscribers
from digest.steps.research import research
from digest.steps.send import send_issue
from digest.steps.visits import due_visits
from digest.steps.weekly import approve_issue, build_issue
from digest.store import plans as plan_store
from digest.web.app import create_app
from digest.web.serve import web_parts
from digest.wiring import Resources, open_resources
from tests.steps.replayed import ReplayedWeb, replayed

WEEK = "2026-W29"
NOW = datetime(2026, 7, 14, 9, tzinfo=UTC)
OWN_PAGES = Path(__file__).parents[1] / "data" / "golden_13"
LISTINGS = {
    "product-hunt": ("producthunt/feed_2026-07-13.atom.xml", "application/atom+xml"),
    "hacker-news": ("hackernews/algolia_show_hn_2026-07.json", "application/json"),
    "github-new": ("github/api_search_repositories_2026-07.json", "application/json"),
    "hugging-face-spaces": ("huggingface/spaces_trending_2026-07.json", "application/json"),
    "hugging-face-papers": ("huggingface/daily_papers_2026-07.json", "application/json"),
    "reddit-localllama": (
        "reddit/LocalLLaMA_top_week_2026-07-13.rss.xml",
        "application/atom+xml",
    ),
}
"""The shipped sources of which an answer of that week is kept; their files, and the files' types."""
TYPES = {".html": "text/html; charset=utf-8", "": "text/plain", ".md": "text/plain; charset=utf-8"}
FRESH_PAIR = "octop+rowboat"
"""What the week's editor asks for: two new assistants that would each meet an established one."""

pytestmark = [pytest.mark.captures, pytest.mark.enable_socket]


@dataclass(frozen=True)
class Run:
    """One walk through the week: what each step reported, and all that readers get."""

    resources: Resources
    read: dict[str, SourceReport]
    bare: BuildReport
    """The build from listings alone."""
    stored_bare: Plan
    visited: tuple[PageReport, ...]
    full: BuildReport
    """The build once tools' own pages were visited."""
    mail: EmailMessage
    pages: dict[str, str]
    """The public pages of the comparisons, by path."""


@pytest.fixture(scope="module")
def runs(
    captures_dir: Path, classifier: JobClassifier, tmp_path_factory, sqlite_template, copy_database
) -> Iterator[object]:
    """Two walks from two empty databases; the second shares nothing with the first but the code."""
    with ExitStack() as end:
        web = end.enter_context(replayed(served(captures_dir)))
        made = []
        for name in ("first", "second"):
            folder = tmp_path_factory.mktemp(name)
            url = end.enter_context(copy_database(sqlite_template, folder))
            resources = end.enter_context(open_resources(settings_of(folder, url)))
            made.append(walk(resources, web, classifier))
        yield made


@pytest.fixture(scope="module")
def run(runs) -> Run:
    return runs[0]


def settings_of(folder: Path, url: str) -> Settings:
    return Settings(
        database_url=url,
        captures_dir=folder / "captures",
        allowed_private_hosts=("127.0.0.0/8",),
        secret=SecretStr("a secret of thirty-two octets ...."),
        now=NOW,
    )


def served(captures: Path) -> dict[tuple[str, str], Page]:
    """Give all pages there are: listings as captured, and our own look-alikes."""
    pages = {}
    for source in week_sources():
        file, content_type = LISTINGS[source.name]
        place = source.url.removeprefix("https://").partition("?")[0]
        host, _, path = place.partition("/")
        pages[host, f"/{path}"] = Page((captures / file).read_bytes(), content_type)
    for path in OWN_PAGES.glob("*/**/*"):
        if path.is_file():
            host, *words = path.relative_to(OWN_PAGES).parts
            words[-1] = words[-1].removesuffix(".html").replace("index", "")
            pages[host, f"/{'/'.join(words)}"] = Page(path.read_bytes(), TYPES[path.suffix])
    return pages


def week_sources():
    return [source for source in load_sources(None) if source.name in LISTINGS]


def walk(resources: Resources, web: ReplayedWeb, classifier: JobClassifier) -> Run:
    """
    Do what the flows do: ingest, research, build, visit, build again, release, send, serve.

    The classifier is handed in: learning takes longest, and knows nothing of the week.
    """
    read = web.run(lambda: _fetching(resources, web, _ingest))
    research(resources.db, classifier=classifier, incumbents=resources.incumbents)
    bare = built(resources)
    with resources.db.read() as session:
        stored, _, _ = plan_store.plan_of_week(session, WEEK)
    visited = web.run(lambda: _fetching(resources, web, _visit))
    full = built(resources, pinned=(FRESH_PAIR,))
    mail = mailed(resources)
    return Run(
        resources=resources,
        read={report.source: report for report in read},
        bare=bare,
        stored_bare=stored,
        visited=visited,
        full=full,
        mail=mail,
        pages=public_pages(resources, full),
    )


async def _fetching(resources: Resources, web: ReplayedWeb, work):
    async def no_sleep(_seconds: float) -> None:
        return

    async with Fetcher(
        user_agent="digest/test (+https://verdicts.example.com/about)",
        allowed_private_hosts=resources.settings.allowed_private_hosts,
        clock=resources.settings.clock,
        resolve=web.resolve,
        sleep=no_sleep,
    ) as fetcher:
        return await work(resources, fetcher)


async def _ingest(resources: Resources, fetcher: Fetcher):
    return await ingest(week_sources(), parts=resources.ingest_parts(fetcher))


async def _visit(resources: Resources, fetcher: Fetcher):
    visits = due_visits(resources.db, now=NOW)
    return await enrich(visits, parts=resources.enrich_parts(fetcher))


def built(resources: Resources, **wishes: object) -> BuildReport:
    options = BuildOptions(**wishes)
    return build_issue(WEEK, options=options, parts=resources.weekly_parts(), now=NOW)


def mailed(resources: Resources) -> EmailMessage:
    """Release the issue and send it to its one reader; gives the message as it left."""
    reader = ["email", "reader@reader.example"]
    import_subscribers(resources.db, reader, is_confirmed=True, secret=b"a secret", now=NOW)
    approve_issue(resources.db, WEEK, by="Ada", now=NOW)
    transport = MemoryTransport()
    send_issue(WEEK, parts=resources.send_parts(), transport=transport)
    (message,) = transport.sent
    return email.message_from_bytes(message.content, policy=policy)


def public_pages(resources: Resources, report: BuildReport) -> dict[str, str]:
    client = TestClient(create_app(web_parts(resources)), base_url="https://verdicts.example.com")
    paths = [f"/issues/{WEEK}", *(f"/compare/{each.slug}" for each in report.issue.comparisons)]
    answers = {path: client.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {path: answer.text for path, answer in answers.items()}


# --- from listings alone


def test_golden_13_the_week_is_read_as_its_sites_told_it(run: Run):
    outcomes = {name: report.outcome for name, report in run.read.items()}

    assert outcomes.pop("hugging-face-spaces") is Outcome.SUSPECT  # a quarter of what is asked for
    assert set(outcomes.values()) == {Outcome.OK}
    assert sum(report.launches for report in run.read.values()) >= 150
    assert run.bare.plan.fresh >= 100


def test_golden_13_listings_alone_make_a_short_issue_and_the_stored_plan_says_why(run: Run):
    """Most are known from a post alone and get no call: two repositories meet what stands already."""
    plan = run.stored_bare
    fresh = {found.tool for found in plan.candidates if found.is_fresh}

    assert run.bare.state is IssueState.IN_REVIEW
    assert run.bare.note == (
        f"A short issue: with {plan.fresh} new tools this week, enough was known for 2 comparisons."
    )
    assert plan == run.bare.plan
    assert [f"{pair.a} {pair.b}" for pair in plan.chosen] == ["octop open-webui", "aider ditto"]
    assert [len({pair.a, pair.b} & fresh) for pair in plan.chosen] == [1, 1]
    assert len(plan.considered) >= 20
    best = [pair.score.total for pair in plan.considered[:20]]
    assert best == sorted(best, reverse=True)
    assert all(pair.reason for pair in plan.considered)
    assert sum("is known" in pair.reason for pair in plan.considered[:20]) >= 15
    assert all(rejection.reason for rejection in plan.rejections)


# --- with tools' own pages


def test_golden_13_own_pages_are_found_at_their_real_addresses_and_read(run: Run):
    good = {
        (report.tool, str(report.role))
        for report in run.visited
        if report.outcome is PageOutcome.OK
    }
    facts = {(report.tool, str(report.role)) for report in run.visited if report.facts}

    repositories = {"exxperts", "fablecut", "octop", "reame", "rowboat"}
    assert good == facts
    assert good == {(tool, role) for tool in repositories for role in ("readme", "licence")} | {
        ("chiptune-radio", role) for role in ("home", "pricing", "docs")
    }
    others = {report.outcome for report in run.visited} - {PageOutcome.OK}
    assert others == {PageOutcome.GONE, PageOutcome.FAILED}  # and nobody asked another network


def test_golden_13_new_tools_meet_each_other_and_established_ones(run: Run):
    plan = run.full.plan
    fresh = {found.tool for found in plan.candidates if found.is_fresh}
    pairs = {f"{pair.a}+{pair.b}": len({pair.a, pair.b} & fresh) for pair in plan.chosen}

    assert run.full.state is IssueState.IN_REVIEW
    assert plan.chosen[0].is_pinned
    assert pairs.pop(FRESH_PAIR) == 2
    assert set(pairs.values()) == {1}
    assert len(pairs) >= 2


def test_golden_13_every_call_names_what_it_rests_on(run: Run):
    reviews = [
        review
        for comparison in run.full.issue.comparisons
        for card in (comparison.a, comparison.b)
        for review in card.reviews
    ]

    assert {review.verdict for review in reviews} == set(Verdict)
    for review in reviews:
        sources = {f"[{citation.number}]" for citation in review.citations}
        marks = set(re.findall(r"\[\d+\]", review.take))
        assert marks <= sources
        assert bool(marks) == (review.verdict is not Verdict.NO_CALL)


def test_golden_13_words_cited_from_own_pages_stand_there(run: Run):
    """Each quote is in the file that was served, but for the marks of Markdown and HTML."""
    files = "".join(path.read_text() for path in OWN_PAGES.glob("*/**/*") if path.is_file())
    plain = re.sub(r"\W+", " ", re.sub(r"<[^>]+>|\]\([^)]*\)", " ", files))
    quotes = {
        citation.quote
        for comparison in run.full.issue.comparisons
        for card in (comparison.a, comparison.b)
        for review in card.reviews
        for citation in review.citations
        if citation.quote != NOT_ON_PAGE
        and citation.label.startswith(("README on", "licence on", "pricing page of"))
    }

    assert len(quotes) >= 10
    assert [quote for quote in quotes if re.sub(r"\W+", " ", quote).strip() not in plain] == []


def test_golden_13_page_and_mail_say_the_same_of_each_pair(run: Run):
    html, text = (run.mail.get_body((kind,)).get_content() for kind in ("html", "plain"))
    words = " ".join(text.split())

    for comparison in run.full.issue.comparisons:
        path = f"/compare/{comparison.slug}"
        page = plain_words(run.pages[path])
        for told in (comparison.a.name, comparison.b.name, comparison.answer.line):
            assert told in page
            assert told in words
            assert told in plain_words(html)
        assert f"https://verdicts.example.com{path}" in text
    assert "@@" not in html + text
    assert run.mail["Subject"] == run.full.edition.subject
    assert run.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def plain_words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


# --- twice


def test_golden_13_two_walks_give_the_same_bytes(runs):
    first, second = map(bytes_of, runs)

    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def bytes_of(run: Run) -> dict[str, str]:
    """All that a walk leaves for people, as it is stored or served."""
    return {
        "plan from listings": run.stored_bare.model_dump_json(),
        "plan": run.full.plan.model_dump_json(),
        "issue": run.full.issue.model_dump_json(),
        "subject": run.full.edition.subject,
        "html": run.full.edition.html,
        "text": run.full.edition.text,
        **run.pages,
    }
