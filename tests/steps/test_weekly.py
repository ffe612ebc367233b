"""From stored launches to a released issue, on both databases: research, build, approve, the gate."""

import hashlib
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from digest.catalogue.established import packaged
from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.delivery.transports.memory import MemoryTransport
from digest.demo.site import demo_pages, demo_sources
from digest.errors import (
    ApprovalError,
    HaltedError,
    IssueError,
    NotFoundError,
    PreflightError,
)
from digest.mail.stationery import Brand
from digest.model import (
    Capture,
    Choice,
    Community,
    DeliveryState,
    FactKind,
    IssueState,
    Launch,
    PastVote,
    SendOutcome,
    SendResult,
    Source,
    SourceState,
    Subscriber,
    SubscriberState,
    Vote,
)
from digest.panel.rules import load_rules
from digest.sources import parsers
from digest.steps.desk import WeeklyParts
from digest.steps.export import export_issue
from digest.steps.planning import BuildOptions
from digest.steps.recap import last_vote
from digest.steps.research import research
from digest.steps.resolving import resolve_uncertain
from digest.steps.send import SendParts, deliveries_of, send_issue
from digest.steps.status import status
from digest.steps.weekly import (
    approve_issue,
    build_issue,
    is_released,
    standing_report,
)
from digest.store import issues as issue_store
from digest.store import launches as launch_store
from digest.store import readers as reader_store
from digest.store import reviews as review_store
from digest.store import sources as source_store
from digest.store import tools as tool_store
from digest.store.engine import Database

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"
BRAND = Brand(
    name="Verdicts",
    base_url="https://verdicts.example.com",
    sender_name="Verdicts",
    sender_address="news@verdicts.example.com",
    postal_address="1 Example Street, Berlin",
)


@pytest.fixture(scope="module")
def launches():
    """The demo week's launches as the parsers read them."""
    found = []
    for row in tomllib.loads(demo_sources("https://demo.example"))["source"]:
        source = Source(**row)
        page = demo_pages()[urlsplit(source.url).path]
        capture = Capture(
            key=f"demo-{source.name}",
            source=source.name,
            url=source.url,
            final_url=source.url,
            status=200,
            content_type=page.content_type,
            body_sha256=hashlib.sha256(page.body).hexdigest(),
            body_bytes=len(page.body),
            fetched_at=NOW,
        )
        found += parsers.read(capture, page.body, source).launches
    return tuple(found)


@pytest.fixture(scope="module")
def researched() -> Iterator[tuple[dict[str, str], ExitStack]]:
    """Databases by kind with the demo week read and researched, and how they end."""
    with ExitStack() as end:
        yield {}, end


@pytest.fixture
def template_url(
    db_kind: str, request, researched, launches, classifier, copy_database, tmp_path_factory
) -> str:
    """The demo week, read and researched once for all tests of a kind of database."""
    made, end = researched
    if db_kind not in made:
        empty = request.getfixturevalue(f"{db_kind}_template")
        url = end.enter_context(copy_database(empty, tmp_path_factory.mktemp("researched")))
        fill(url, launches, classifier)
        made[db_kind] = url
    return made[db_kind]


def fill(url: str, launches: tuple[Launch, ...], classifier: JobClassifier) -> None:
    """Put the demo week into a database, and do the research."""
    db = Database(url)
    with db.write() as session:
        launch_store.put_launches(session, launches, now=NOW)
        source_store.put_source_state(
            session,
            SourceState(
                source="github", kind="github_search", url="https://x", outcome="ok", good_at=NOW
            ),
        )
    research(db, classifier=classifier)
    db.close()


@pytest.fixture
def house(db: Database) -> Database:
    """A database with the demo week read and researched."""
    return db


@pytest.fixture
def build(house: Database):
    """Build the week as an editor would, with other wishes where a test has some."""
    parts = WeeklyParts(
        db=house,
        jobs=load_jobs(),
        rules=load_rules(),
        brand=BRAND,
        templates_dir=Path(__file__).parents[2] / "email_templates",
        zone=ZoneInfo("UTC"),
        labels={"github": "GitHub"},
    )

    def run(week: str | None = WEEK, *, now: datetime = NOW, **wishes: object):
        return build_issue(week, options=BuildOptions(**wishes), parts=parts, now=now)

    return run


def send(db: Database, transport: MemoryTransport):
    parts = SendParts(
        db=db,
        brand=BRAND,
        secret=b"a secret of tests",
        clock=lambda: NOW,
        lease=timedelta(seconds=60),
    )
    return send_issue(WEEK, parts=parts, transport=transport)


def add_readers(db: Database, number: int = 2) -> None:
    with db.write() as session:
        reader_store.put_subscribers(
            session,
            [
                Subscriber(
                    public_id=f"reader-{index:09}",
                    address=f"r{index}@reader.example",
                    state=SubscriberState.CONFIRMED,
                    created_at=NOW,
                    confirmed_at=NOW,
                )
                for index in range(number)
            ],
        )


# --- research


def test_research_again_touches_nothing(house: Database, classifier):
    with house.read() as session:
        before = tool_store.all_tools(session), tool_store.count_tools(session)

    again = research(house, classifier=classifier)

    assert (again.launches, again.tools, again.merged, again.facts) == (0, 0, 0, 0)
    with house.read() as session:
        assert (tool_store.all_tools(session), tool_store.count_tools(session)) == before


def test_a_launch_read_again_brings_its_tool_up_to_date(house: Database, launches, classifier):
    """No second tool, no second fact; the newer sighting and capture stand."""
    later = NOW + timedelta(days=1)
    (old,) = [each for each in launches if each.source == "github" and "emberline" in each.url]
    new = old.model_copy(
        update={"popularity": 99_999, "capture_key": "later", "first_seen_at": later}
    )
    with house.read() as session:
        counts = tool_store.count_tools(session)
    with house.write() as session:
        assert launch_store.put_launches(session, [new], now=later) == 0

    report = research(house, classifier=classifier)

    assert (report.launches, report.tools, report.merged) == (1, 1, 1)
    with house.read() as session:
        assert tool_store.count_tools(session) == counts
        facts = tool_store.facts_of(session, ["emberline"])["emberline"]
        assert "later" in {fact.capture_key for fact in facts}
        assert tool_store.tool_by_slug(session, "emberline").sources == ("github", "hacker_news")


def test_a_claim_that_no_launch_makes_any_more_is_no_fact(house: Database, launches, classifier):
    (old,) = [each for each in launches if each.source == "github" and "emberline" in each.url]
    silent = old.model_copy(
        update={"capture_key": "later", "licence": None, "description": "", "details": {}}
    )
    with house.write() as session:
        launch_store.put_launches(session, [silent], now=NOW)

    research(house, classifier=classifier)

    with house.read() as session:
        facts = tool_store.facts_of(session, ["emberline"])["emberline"]
    assert {fact.source for fact in facts if fact.kind is FactKind.LICENCE} <= {"hacker_news"}


def test_a_paper_with_nothing_to_try_is_kept_and_brings_no_tool(house: Database, classifier):
    paper = Launch(
        source="papers",
        native_id="2607.00001",
        title="On the Length of Titles",
        details={"is_paper": True},
        first_seen_at=NOW,
        capture_key="k",
    )
    with house.write() as session:
        before = tool_store.tool_slugs(session)
        launch_store.put_launches(session, [paper], now=NOW)

    report = research(house, classifier=classifier)

    assert (report.launches, report.tools) == (1, 0)
    with house.read() as session:
        assert tool_store.tool_slugs(session) == before
        assert launch_store.launches_due(session) == []


# --- build


def test_a_built_issue_is_in_review_and_stored_whole(house: Database, build):
    report = build()

    assert report.state is IssueState.IN_REVIEW
    assert len(report.issue.comparisons) >= 5
    with house.read() as session:
        assert issue_store.issue_of(session, WEEK) == report.issue
        assert issue_store.edition_of(session, WEEK) == report.edition
        assert issue_store.plan_of(session, WEEK) == report.plan
        lead = report.issue.comparisons[0]
        assert review_store.reviews_of(session, lead.a.slug)
        # Nothing of it is public before the release.
        assert issue_store.published_issues(session) == []
        assert issue_store.comparison_by_slug(session, lead.slug) is None
    assert report.document()["edition"] == report.edition.sha256
    assert f"digest approve {WEEK} --by NAME" in report.markdown()


def test_building_again_gives_the_same_and_adds_no_review(house: Database, build):
    first = build()
    with house.read() as session:
        counts = tool_store.count_tools(session)

    second = build(None)

    assert second.edition.sha256 == first.edition.sha256
    assert second.plan == first.plan
    with house.read() as session:
        assert tool_store.count_tools(session) == counts


def test_older_tools_are_incumbents_and_two_of_them_never_meet(build):
    report = build()
    start = report.issue.window_start

    ages = [
        (item.a.launched_at >= start, item.b.launched_at >= start)
        for item in report.issue.comparisons
    ]
    assert (False, False) not in ages
    assert any(not all(pair) for pair in ages)


def test_a_past_week_ends_with_its_sunday(build):
    """What was launched after its cut-off is unknown to it."""
    report = build("2026-W46")

    assert report.plan.cutoff == datetime(2026, 11, 16, tzinfo=UTC)
    assert report.plan.window_start == datetime(2026, 11, 9, tzinfo=UTC)
    cards = [card for item in report.issue.comparisons for card in (item.a, item.b)]
    assert all(card.launched_at < report.plan.cutoff for card in cards)


def test_a_thin_week_has_no_issue_and_says_so(house: Database, build):
    report = build("2026-W30")

    assert (report.state, report.issue, report.edition) == (None, None, None)
    assert report.note == "No new tool was seen this week."
    assert report.document()["comparisons"] == []
    assert report.markdown().startswith("# No issue (2026-W30)")
    with house.read() as session:
        assert issue_store.issue_state(session, "2026-W30") is None


def test_a_week_that_has_become_thin_loses_its_earlier_draft(house: Database, build):
    first = build()
    slugs = [item.a.slug for item in first.issue.comparisons]
    with house.read() as session:
        everything = sorted(tool_store.tool_slugs(session))

    report = build(banned=tuple(everything))

    assert report.issue is None
    assert slugs
    with house.read() as session:
        assert issue_store.issue_state(session, WEEK) is None
        assert issue_store.edition_of(session, WEEK) is None


def test_a_banned_tool_stays_out_and_an_unknown_one_is_refused(build):
    lead = build().issue.comparisons[0]

    banned = build(banned=(lead.a.slug,)).issue

    assert lead.a.slug not in {c.slug for item in banned.comparisons for c in (item.a, item.b)}
    with pytest.raises(IssueError, match="nosuchtool cannot be banned: no such tool is known"):
        build(banned=("nosuchtool",))


def test_a_build_that_may_keep_a_released_issue_does(house: Database, build):
    first = build()
    approve_issue(house, WEEK, by="Ada", now=NOW)

    kept = build(keeps_released=True, banned=(first.issue.comparisons[0].a.slug,))

    assert kept.state is IssueState.APPROVED
    assert kept.edition == first.edition
    assert kept == standing_report(house, WEEK)


# --- release and gate


def test_a_release_binds_the_hash_and_a_rebuild_voids_it(house: Database, build):
    first = build()
    approval = approve_issue(house, WEEK, by=" Ada  Lovelace ", now=NOW)
    was_released = is_released(house, WEEK)
    second = build(banned=(first.issue.comparisons[0].a.slug,))
    add_readers(house)
    transport = MemoryTransport()

    assert (approval.edition_sha256, approval.by) == (first.edition.sha256, "Ada Lovelace")
    assert was_released
    assert second.edition.sha256 != first.edition.sha256
    assert not is_released(house, WEEK)
    with pytest.raises(ApprovalError, match=f"but edition {second.edition.sha256[:12]} would be"):
        send(house, transport)
    assert transport.sent == []
    approve_issue(house, WEEK, by="Ada", now=NOW)
    assert send(house, transport).states == {"accepted": 2}


def test_a_rebuild_that_changes_nothing_leaves_the_release_standing(house: Database, build):
    """One careless build must not take public pages away."""
    first = build()
    approve_issue(house, WEEK, by="Ada", now=NOW)

    second = build()

    assert second.edition == first.edition
    assert second.state is IssueState.APPROVED
    assert is_released(house, WEEK)


def test_a_released_issue_is_not_rebuilt_into_none(house: Database, build):
    build()
    approve_issue(house, WEEK, by="Ada", now=NOW)
    with house.read() as session:
        everything = tuple(sorted(tool_store.tool_slugs(session)))

    with pytest.raises(IssueError, match="it is approved, and now no pair would be left"):
        build(banned=everything)

    assert is_released(house, WEEK)


def test_the_next_issue_tells_how_readers_voted_on_the_last_lead(house: Database, build):
    """Only a released issue was voted on, and an issue without votes is not told of."""
    lead = build().issue.comparisons[0]
    add_readers(house, 6)
    with house.write() as session:
        for index in range(6):
            vote = Vote(
                week=WEEK,
                comparison=lead.slug,
                subscriber=f"reader-{index:09}",
                choice=Choice.A,
                voted_at=NOW,
            )
            reader_store.put_vote(session, vote)

    unreleased = last_vote(house, before="2026-W48", now=NOW)
    approve_issue(house, WEEK, by="Ada", now=NOW)
    told = last_vote(house, before="2026-W48", now=NOW)

    assert unreleased is None
    assert told == PastVote(
        week=WEEK,
        slug=lead.slug,
        a=lead.a.name,
        b=lead.b.name,
        community=Community(a=6),
        preferred=Choice.A,
        counted_at=NOW,
    )
    assert last_vote(house, before=WEEK, now=NOW) is None


def test_an_unreleased_issue_is_not_sent(house: Database, build):
    build()
    add_readers(house)

    with pytest.raises(ApprovalError, match="nobody has approved edition"):
        send(house, MemoryTransport())
    with pytest.raises(NotFoundError):
        approve_issue(house, "2026-W01", by="Ada", now=NOW)
    with pytest.raises(ApprovalError, match="needs the name"):
        approve_issue(house, WEEK, by="", now=NOW)


def test_content_changed_in_the_database_is_neither_released_nor_sent(house: Database, build):
    """And building again mends it, though the edition has the same hash."""
    build()
    add_readers(house)
    approve_issue(house, WEEK, by="Ada", now=NOW)
    tamper = sa.text("UPDATE edition SET subject = 'Buy this'")
    with house.write() as session:
        session.execute(tamper)
    transport = MemoryTransport()

    with pytest.raises(ApprovalError, match="it was changed in the database"):
        send(house, transport)
    with pytest.raises(ApprovalError, match="it was changed in the database"):
        approve_issue(house, WEEK, by="Ada", now=NOW)
    build()
    approve_issue(house, WEEK, by="Ada", now=NOW)
    assert send(house, transport).is_finished


def test_an_audience_of_nobody_is_refused_and_not_frozen(house: Database, build):
    build()
    approve_issue(house, WEEK, by="Ada", now=NOW)

    with pytest.raises(IssueError, match="nobody has confirmed a subscription"):
        send(house, MemoryTransport())

    add_readers(house, 3)
    assert send(house, MemoryTransport()).audience == 3


def test_what_is_sent_stays_as_it_is(house: Database, build):
    """Neither built nor released again; sending again only counts."""
    build()
    approve_issue(house, WEEK, by="Ada", now=NOW)
    add_readers(house)
    send(house, MemoryTransport())
    again = MemoryTransport()

    assert send(house, again).states == {"accepted": 2}
    assert again.sent == []
    with pytest.raises(IssueError, match="it is sent, so it cannot be built again"):
        build()
    with pytest.raises(IssueError, match="it is sent, so there is nothing to release"):
        approve_issue(house, WEEK, by="Ada", now=NOW)
    count, listed = deliveries_of(house, WEEK, state="accepted")
    assert (count.audience, len(listed)) == (2, 2)
    found = status(house)
    assert found.counts["deliveries"] == 2
    assert found.deliveries == {"accepted": 2}
    assert [(item.week, item.state, item.sums) for item in found.issues] == [(WEEK, "sent", True)]


@pytest.mark.parametrize("state", [IssueState.PAUSED, IssueState.CANCELLED])
def test_an_issue_in_another_state_is_not_sent(house: Database, build, state: IssueState):
    build()
    approve_issue(house, WEEK, by="Ada", now=NOW)
    add_readers(house)
    with house.write() as session:
        issue_store.set_state(session, WEEK, state, now=NOW)

    with pytest.raises(HaltedError, match=f"it (is|was) {state}"):
        send(house, MemoryTransport())


def test_a_cancelled_issue_is_not_waited_for(house: Database, build):
    """A run that waits for its release ends, and nothing builds or releases it again."""
    build()
    with house.write() as session:
        issue_store.set_state(session, WEEK, IssueState.CANCELLED, now=NOW)

    with pytest.raises(HaltedError, match="it waits for no release any more"):
        is_released(house, WEEK)
    with pytest.raises(IssueError, match="it is cancelled, so it cannot be built again"):
        build()
    with pytest.raises(IssueError, match="it is cancelled, so there is nothing to release"):
        approve_issue(house, WEEK, by="Ada", now=NOW)


def test_an_edition_that_breaks_a_promise_is_neither_released_nor_sent(house: Database, build):
    """Stored by something else than a build, with its hash right."""
    report = build()
    text = report.edition.text.replace("@@UNSUBSCRIBE@@", "nowhere")
    content = (report.edition.subject, report.edition.preheader, report.edition.html, text)
    sha256 = hashlib.sha256("\0".join(content).encode()).hexdigest()
    with house.write() as session:
        issue_store.put_edition(
            session, report.edition.model_copy(update={"text": text, "sha256": sha256}), now=NOW
        )

    with pytest.raises(PreflightError, match="lacks the slot @@UNSUBSCRIBE@@"):
        approve_issue(house, WEEK, by="Ada", now=NOW)


def test_an_export_replaces_what_was_there(house: Database, build, tmp_path: Path):
    report = build()

    def export():
        return export_issue(
            house, WEEK, directory=tmp_path / "look", brand=BRAND, secret=b"s", clock=lambda: NOW
        )

    first = export()
    first[1].write_text("older")
    again = export()

    assert [path.name for path in again] == ["issue.html", "issue.txt", "issue.eml"]
    assert again[1].read_text(encoding="utf-8") == report.edition.text


class Doubtful(MemoryTransport):
    """A server whose answers get lost."""

    def send(self, messages):
        for message in messages:
            yield SendResult(subscriber=message.subscriber, outcome=SendOutcome.UNCERTAIN)


def test_an_uncertain_mail_is_sent_again_only_when_a_person_says_so(house: Database, build):
    build()
    approve_issue(house, WEEK, by="Ada", now=NOW)
    add_readers(house)
    assert send(house, Doubtful()).states == {"uncertain": 2}
    transport = MemoryTransport()
    send(house, transport)
    assert transport.sent == []

    decide = partial(resolve_uncertain, house, WEEK, by="Ada", now=NOW)
    assert decide(address="R0@reader.example", state=DeliveryState.ACCEPTED) == 1
    assert decide(address=None, state=DeliveryState.QUEUED) == 1

    assert send(house, transport).states == {"accepted": 2}
    assert [message.recipient for message in transport.sent] == ["r1@reader.example"]
    with pytest.raises(
        NotFoundError, match=r"uncertain delivery .*; those of .* --state uncertain"
    ):
        decide(address="r0@reader.example", state=DeliveryState.QUEUED)


# --- established tools


def test_a_challenger_of_the_week_can_meet_an_established_tool_which_is_no_newcomer(
    house: Database, build, classifier
):
    before = build()
    research(house, classifier=classifier, incumbents=packaged())

    report = build()

    with house.read() as session:
        tools = {tool.slug: tool for tool in tool_store.all_tools(session)}
    established = {slug for slug, tool in tools.items() if "incumbents" in tool.sources}
    pairs = [*report.plan.chosen, *report.plan.considered]
    assert [pair for pair in pairs if len({pair.a, pair.b} & established) == 1]
    assert not [pair for pair in pairs if {pair.a, pair.b} <= established]
    assert report.plan.fresh == before.plan.fresh
    assert report.issue.launches_read == before.issue.launches_read
    assert not {each.slug for each in report.issue.newcomers} & established
