"""Pages anyone may read: what they show, what they hide, and names that try to break them."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from digest.model import Choice, Tool, Vote
from digest.panel.market import WAVE
from digest.panel.rules import load_rules
from digest.panel.takes import OUR_RECORDS
from digest.store import decisions as decision_store
from digest.store import readers as reader_store
from digest.store import tools as tool_store
from digest.web.method import SENTENCES, points
from digest.web.notes import Sources
from tests.conftest import NOW

COMPARE = "/compare/smol-vs-tiny-vs-mighty"
PAGES = [
    "/",
    "/issues",
    "/issues/2026-W47",
    "/issues/2026-W46",
    COMPARE,
    "/compare/urdu-vs-latin-vs-quill",
    "/tools/smol",
    "/tools/tiny-vs-mighty",
    "/tools/fresh",
    "/compare",
    "/reviewers",
    "/reviewers/builder",
    "/reviewers/founder?category=Models",
    "/method",
    "/about",
    "/subscribe",
]


def words_of(page: str) -> str:
    """The page as text: no head, no tags, single spaces."""
    body = page.split("<body>")[1]
    text = re.sub(r"<[^>]+>", " ", body).replace("&nbsp;", " ")
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_escaped(client, path: str):
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert '<main id="main">' in answer.text
    assert "<script>" not in answer.text
    assert "javascript:" not in answer.text
    assert "<b>young" not in answer.text
    assert " style=" not in answer.text
    assert not re.search(r" on[a-z]+=", answer.text)
    assert not re.search(r'(src|href)="(https?:)?//[^"]*\.(js|css|woff2?|png)', answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_headings_never_skip_a_level_and_ids_are_unique(client, path: str):
    page = client.get(path).text
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    ids = re.findall(r' id="([^"]+)"', page)

    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PAGES)
def test_every_inner_link_and_mark_leads_somewhere(client, path: str):
    page = client.get(path).text
    targets = set(re.findall(r' id="([^"]+)"', page))

    for fragment in re.findall(r'href="#([^"]+)"', page):
        assert fragment in targets
    for link in set(re.findall(r'href="(/[^"#]*)', page)):
        assert client.get(link.replace("&amp;", "&")).status_code in {200, 404 * _is_gap(link)}


def _is_gap(link: str) -> bool:
    """The small world of these tests holds no row for three of the tools it compares."""
    return link in {"/tools/urdu-vs-latin", "/tools/quill", "/tools/secret"}


def test_a_comparison_shows_all_it_promises(client):
    page = words_of(client.get(COMPARE).text)

    for promised in (
        "Head to head · Small language models to run yourself",
        "The answer Pick Smol LM for work on a laptop.",
        "3 of 4 against 1 of 4 would ship",
        "Panel 3 of 4 would ship 75%",
        "Community — no votes yet",
        "Entry Free to start",
        "Entry Paid from the start",
        "Builder Can it be used today?",
        "A dash means: could not confirm.",
        "Why these two Both are new this week",
        "launched 16 November 2026",
        "Evidence checked 19 November 2026",
        "Published 20 November 2026 , released by Ada Editor",
        "nobody here ran the tools",
        "Tell us",
        "Get the next comparison by mail",
        "More comparisons of these tools",
        "Others that do this job Fresh &amp; New",
    ):
        assert promised in page, promised


def test_quotes_come_in_pairs_a_then_b_with_their_verdict(client):
    page = words_of(client.get(COMPARE).text)
    score = page.split("Reviewer by reviewer")[1].split("Facts side by side")[0]

    verdicts = re.findall(r"\b(Ship|Skip|No call) It starts", score)

    assert verdicts == ["Ship", "Ship", "Ship", "Skip", "Ship", "Skip", "Skip", "Skip"]


def test_facts_that_differ_come_first_and_unknown_ones_are_dashes(client):
    page = words_of(client.get(COMPARE).text)
    table = page.split("Facts side by side")[1].split("Why these two")[0]
    labels = ["Where they differ", "Price", "The same for both", "Licence", "Not confirmed"]
    places = [table.index(label) for label in labels]

    assert places == sorted(places)
    assert table.count("—") == 3
    assert "$15 per million output tokens 6 checked 18 November 2026" in table


def test_sources_are_numbered_through_with_date_and_quote(client):
    page = client.get(COMPARE).text
    sources = words_of(page).split(" Sources ")[1]

    assert "example.com , 19 November 2026 Install with `pip install smol` (~6GB)" in sources
    assert page.count('<li id="source-') == 11


def test_code_in_a_take_is_code_and_the_rest_of_it_text(client):
    page = client.get(COMPARE).text

    assert "<code>pip install smol</code>" in page
    assert "&lt;b&gt;young&lt;/b&gt;" in page
    assert "Smol&lt;script&gt;alert(1)&lt;/script&gt; LM" in page
    assert "Tiny &amp; Mighty 3.5 “Long Context” Reasoning-Model" in page


def test_too_close_looks_like_an_answer_and_few_calls_like_a_dash(client):
    page = client.get("/compare/urdu-vs-latin-vs-quill").text
    text = words_of(page)

    assert '<section class="answer open"' in page
    assert "The pick" not in text
    assert "The answer اردو زبان ماڈل and Quill: too close to call." in text
    assert "1 of 2 would ship, too few calls on the other" in text
    assert "Panel — too few calls" in text
    assert "Entry — could not confirm" in text
    assert "<bdi>اردو زبان ماڈل</bdi>" in page
    assert "out by 16 November 2026" in text


def test_the_community_tile_is_live(client, world):
    with world.write() as session:
        for number in range(10):
            choice = (Choice.A, Choice.BOTH, Choice.A, Choice.B, Choice.A)[number % 5]
            vote = Vote(
                week="2026-W47",
                comparison="smol-vs-tiny-vs-mighty",
                subscriber=f"{number:016d}",
                choice=choice,
                voted_at=NOW,
            )
            reader_store.put_vote(session, vote)

    page = words_of(client.get(COMPARE).text)

    assert "Community 80% would ship 10 votes likely 49 to 94%" in page
    assert "80% would ship 10 votes likely 49 to 94%" in words_of(
        client.get("/issues/2026-W47").text
    )
    assert "80% would ship it, “both” included (95% interval: 49 to 94%)" in page
    assert "too few, or too even, to name a favourite" in page


@pytest.mark.parametrize("path", [COMPARE, f"{COMPARE}.json", "/issues/2026-W47"])
def test_a_voter_sees_the_vote_at_once(client, world, path: str):
    """A cache asks each time, and gets the page anew as soon as somebody voted."""
    before = client.get(path)
    vote = Vote(
        week="2026-W47",
        comparison="smol-vs-tiny-vs-mighty",
        subscriber="ada0000000000000",
        choice=Choice.A,
        voted_at=NOW,
    )
    with world.write() as session:
        reader_store.put_vote(session, vote)

    after = client.get(path, headers={"if-none-match": before.headers["etag"]})

    assert before.headers["cache-control"] == "public, no-cache"
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]


def test_an_answer_says_its_kind_once(client):
    page = words_of(client.get("/compare/urdu-vs-latin-vs-quill").text).casefold()

    assert page.split("why these two")[0].count("too close to call") == 1
    assert words_of(client.get("/").text).casefold().count("too close to call") == 1


def test_what_our_records_say_is_no_quotation():
    sources = Sources()
    sources.mark(OUR_RECORDS, None, "7 other known tools in this job", NOW)
    sources.mark("launch page", "https://example.com", "It runs.", NOW)

    assert [note.is_quoted for note in sources.notes] == [False, True]


def test_the_same_words_of_a_page_are_one_source_whoever_names_it():
    sources = Sources()
    numbers = [
        sources.mark(label, url, quote, NOW)
        for label, url, quote in (
            ("hacker_news", "https://example.com", "It runs."),
            ("Hacker News", "https://example.com", "It  runs. "),
            ("Hacker News", "https://example.com/b", "It runs."),
            ("our records", None, "It runs."),
        )
    ]

    assert numbers == [1, 1, 2, 3]


def test_head_and_social_text_come_from_the_same_parts(client):
    page = client.get(COMPARE).text
    line = "Pick Smol LM for work on a laptop. Panel: 3 of 4 against 1 of 4 would ship."

    assert f'<meta name="description" content="{line}">' in page
    assert f'<meta property="og:description" content="{line}">' in page
    assert f'<link rel="canonical" href="https://verdicts.example.com{COMPARE}">' in page
    assert 'type="application/atom+xml"' in page


def test_linked_data_names_software_as_the_author_and_cannot_end_its_script(client):
    page = client.get(COMPARE).text
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert block
    data = json.loads(block[1])

    assert data["author"]["@type"] == "SoftwareApplication"
    assert data["headline"].startswith("Smol<script>alert(1)</script> LM vs ")
    assert data["datePublished"] == NOW.isoformat()


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_the_reverse_order_leads_to_the_stored_one_for_good(client, suffix: str):
    """The slug of one tool holds "-vs-" itself: the pair is found, not cut."""
    answer = client.get(f"/compare/quill-vs-urdu-vs-latin{suffix}")

    assert answer.status_code == 308
    assert answer.headers["location"] == f"/compare/urdu-vs-latin-vs-quill{suffix}"


def test_an_older_comparison_of_the_pair_names_the_newer(client):
    """In week 47 it is smol against tiny-vs-mighty; the other order was stored in week 46."""
    older = client.get("/compare/tiny-vs-mighty-vs-smol")

    assert older.status_code == 200
    assert "There is a newer comparison of these two" in words_of(older.text)
    assert "There is a newer" not in words_of(client.get(COMPARE).text)


@pytest.mark.parametrize(
    "path",
    [
        "/issues/2026-W48",
        "/issues/2026-W48.json",
        "/issues/nonsense",
        "/compare/smol-vs-secret",
        "/compare/secret-vs-smol",
        "/compare/nothing",
        "/compare/-vs-",
        "/tools/shady",
        "/tools/nothing",
        "/compare/../../etc/passwd",
        "/static/../app.py",
    ],
)
def test_what_nobody_released_is_not_there(client, path: str):
    answer = client.get(path)

    assert answer.status_code == 404
    assert "Secret" not in answer.text


def test_a_draft_shows_nowhere(client):
    for path in PAGES:
        assert "Secret" not in client.get(path).text
    assert "Secret" not in client.get("/issues/feed.xml").text


def test_json_says_what_the_page_says(client):
    data = client.get(f"{COMPARE}.json").json()

    assert data["url"] == f"https://verdicts.example.com{COMPARE}"
    assert data["answer"]["kind"] == "a"
    assert data["community"] == {"a": 0, "b": 0, "both": 0, "neither": 0, "votes": 0}
    assert "nobody here ran the tools" in data["disclosure"]
    assert data["a"]["panel"] == {"ships": 3, "calls": 4, "reviewers": 4}


def test_an_issue_has_json_too(client):
    data = client.get("/issues/2026-W47.json").json()

    assert [pair["slug"] for pair in data["comparisons"]] == [
        "smol-vs-tiny-vs-mighty",
        "urdu-vs-latin-vs-quill",
    ]


def test_an_issue_shows_lead_others_newcomers_and_what_was_not_read(client):
    page = words_of(client.get("/issues/2026-W47").text)

    for promised in (
        "No. 2 · week 47, 2026",
        "Read the full comparison",
        "Also side by side",
        "New this week, without a verdict Fresh &amp; New",
        "hn could not be read, last good reading 17 November 2026",
        "Chosen from 1,204 launches of 6 sources",
        "Released by Ada Editor on 20 November 2026",
    ):
        assert promised in page, promised


def test_the_archive_lists_newest_first(client):
    page = words_of(client.get("/issues").text)

    assert page.index("week 47, 2026") < page.index("week 46, 2026")
    assert "week 48" not in page


def test_a_tool_page_shows_facts_with_sources_and_released_reviews_only(client):
    page = words_of(client.get("/tools/smol").text)

    assert "Licence Apache-2.0" in page
    assert "On your own hardware yes" in page
    assert "131,072 tokens" in page
    assert "Panel 3 of 4 would ship 75%" in page
    assert "Builder Ship Can it be used today?" in page


def test_a_tools_page_says_what_stands_now_as_comparisons_say_it(client):
    """An older last commit is history, and of a founding year the day is only a bound."""
    page = words_of(client.get("/tools/smol").text)

    assert "Last commit or release 18 November 2026" in page
    assert "2 November 2026" not in page
    assert "Maker since 2023" in page
    assert "31 December" not in page


def test_a_tool_that_is_part_of_another_leads_there_and_its_comparisons_keep_their_addresses(
    client, world
):
    """An editor may undo it: so the way is not said to be for good."""
    with world.write() as session:
        decision_store.put_parts(session, {"smol": "fresh"})

    answer = client.get("/tools/smol")
    whole = client.get("/tools/fresh").text

    assert (answer.status_code, answer.headers["location"]) == (307, "/tools/fresh")
    assert "/compare/smol-vs-tiny-vs-mighty" in whole
    assert "starts from a published install line" in words_of(whole)
    page = client.get("/compare/smol-vs-tiny-vs-mighty")
    assert page.status_code == 200
    assert "/tools/fresh" not in page.text  # not a rival of itself
    with world.write() as session:
        decision_store.put_parts(session, {})
    assert client.get("/tools/smol").status_code == 200


def test_a_tool_without_a_comparison_is_shown_but_not_listed(client):
    answer = client.get("/tools/fresh")

    assert "not reviewed yet" in answer.text
    assert "Out by 20 November 2026" in words_of(answer.text)
    assert '<meta name="robots" content="noindex">' in answer.text
    assert '<meta name="robots"' not in client.get("/tools/smol").text


def test_the_method_is_made_from_the_rules(client):
    page = words_of(client.get("/method").text)

    assert "when the weighted mean of the answers is 0.15 or more" in page
    assert "less than 50% of its weight" in page
    for row in (
        "an install line published +1; missing −1 3",
        "the licence OSI-approved +1; not OSI-approved −0.2; closed code −0.6 2",
        "with method or code +1; no claims made 0",
        "Founder Will it be there",
        "(percentile − 50) ÷ 50, from −1 to +1 2",
    ):
        assert row in page


def test_the_method_has_every_check_answer_weight_threshold_and_kind_of_sentence(client):
    page = words_of(client.get("/method").text)
    rules = load_rules()

    for rule in rules.reviewer:
        assert rule.asks in page
        for check in rule.check:
            assert f"{check.about} " in page
            for answer, worth in rules.points.get(check.key, {}).items():
                assert f"{rules.meaning(check.key, answer)} {points(worth)}" in page
    for name, limit in rules.thresholds.model_dump().items():
        said = 100 * limit if name in {"known_weight", "level_trend"} else limit
        assert f"{said:g}" in page, name
    assert f"Rules version {rules.panel_version}" in page
    for kind, by in SENTENCES:
        assert f"{kind} {by}" in page
    assert "more than 80% or less than 10% of its last 30 calls" in page
    assert f"within {WAVE.days} days of it" in page


def test_a_job_that_is_a_guess_is_not_told(world, parts, visit):
    labels = {"small-models": "Small models"}
    guess = Tool(
        slug="guess", name="Guess", launched_at=NOW, job="small-models", job_confidence=0.59
    )
    with world.write() as session:
        tool_store.put_tools(session, [guess])

    client = visit(replace(parts, job_labels=labels))
    sure, unsure = (words_of(client.get(f"/tools/{slug}").text) for slug in ("fresh", "guess"))

    assert "Small models" in sure
    assert "Job not known yet" in unsure
    assert "Others that do this job" not in unsure


def test_a_new_installation_has_pages_too(newcomer):
    for path in ("/", "/issues"):
        assert "The first issue is on its way" in newcomer.get(path).text
    assert newcomer.get("/issues/feed.xml").status_code == 200


def test_a_week_without_a_pair_says_so_everywhere(client, thin_week):
    thin_week("2026-W45", note="Too few launches did the same job this week.")

    for path in ("/issues/2026-W45", "/issues", "/issues/feed.xml"):
        assert "Too few launches did the same job this week." in client.get(path).text
    assert "The answer" not in client.get("/issues/2026-W45").text
