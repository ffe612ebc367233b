"""
Golden test 12: rendering.

Names and texts that break careless templates survive on the page, in the mail's HTML and text, in the
JSON and in the feeds; and all of them say the same numbers.
"""

import hashlib
import json
import re
from pathlib import Path

import feedparser
import pytest
from bs4 import BeautifulSoup

from digest.mail.preflight import preflight
from digest.mail.render import render_issue
from digest.mail.stationery import Brand
from digest.model import (
    Answer,
    Approval,
    Capture,
    Choice,
    Citation,
    Community,
    EntryPrice,
    FactKind,
    Source,
    Subscriber,
    SubscriberState,
    Tally,
    Vote,
)
from digest.sources import parsers
from digest.store import issues as issue_store
from digest.store import readers as reader_store
from digest.web.app import create_app
from tests.conftest import NOW
from tests.web.conftest import Visitor, card, comparison, issue, parts_of, plan, row

WEEK = "2026-W49"
TEMPLATES = Path(__file__).parents[2] / "email_templates"
BRAND = Brand(
    name="Weekly AI Tool Verdicts",
    base_url="https://verdicts.example.com",
    sender_name="Weekly AI Tool Verdicts",
    sender_address="news@verdicts.example.com",
    postal_address="1 Example Street, 10115 Berlin",
)
NAMES = {
    "ampersand": "Bread & Butter <script>alert(1)</script>",
    "code": "`ollama run` — a “Quoted” 'Runner'",
    "money": "Needs ~6GB, costs $15",
    "long": "Extraordinarily Long-Named Retrieval and Evaluation Workbench for Everybody",
    "urdu": "اردو نویس",
    "hebrew": "עורך 2.0 (beta)",
    "emoji": "Bonjour, Robot 🤖👩🏽‍💻",
    "template": "{{ name }} @@VOTE@@ %%X%%",
}
PAIRS = [
    ("ampersand", "code"),
    ("money", "long"),
    ("urdu", "hebrew"),
    ("emoji", "template"),
    ("hebrew", "ampersand"),
]
"""Keys of names that meet; one right-to-left name stands first, one second, and once both do."""
QUOTE = (
    "It starts from `pip install x` [1], needs ~6GB and costs $15 — “no more”, its page says [1]. "
    + "It reads eight words in every such sentence [1]. " * 17
)
FACTS = (
    row(FactKind.PRICE, "Price", "$15 per million output tokens", None),
    row(FactKind.ENTRY_PRICE, "To start", None, "Free"),
    row(FactKind.CONTEXT_LENGTH, "Context length", "131,072 tokens", "8,192 tokens"),
    row(FactKind.INSTALL, "Install", "`pip install x`", "`curl -L y | sh`"),
)


def a_pair(name: str, other: str):
    """A comparison of two tools with these names: long takes, an unknown price, a dash for a tile."""
    one = card("one", name, 3, entry_price=EntryPrice.UNKNOWN)
    source = Citation(
        number=1, label="launch page", url="https://one.example/", quote="~6GB", observed_at=NOW
    )
    reviews = [
        each.model_copy(update={"take": QUOTE, "citations": (source,)}) for each in one.reviews
    ]
    one = one.model_copy(update={"reviews": tuple(reviews)})
    two = card("two", other, 1, calls=1)
    answer = Answer(
        kind="insufficient",
        line=f"No answer yet: too little is known about {other}.",
        pick_a_if=("its inputs are long (up to 131,072 tokens; the other: 8,192 tokens)",),
        pick_b_if=("it starts with `curl -L y | sh`",),
    )
    made = comparison(WEEK, 1, one, two, answer)
    return made.model_copy(update={"facts": FACTS, "why": f"{name} names {other} as its rival."})


@pytest.fixture
def rendered(sqlite_db, clock, mailbox):
    """Everything that readers get of an issue with one such pair, and 10 votes on it."""

    def make(name: str, other: str = "Plain Tool"):
        pair = a_pair(name, other)
        made = issue(WEEK, 7, (pair,))
        approval = Approval(week=WEEK, edition_sha256="0" * 64, by="Ada", approved_at=NOW)
        counts = {Choice.A: 5, Choice.B: 2, Choice.BOTH: 2, Choice.NEITHER: 1}
        voters = [choice for choice, times in counts.items() for _ in range(times)]
        with sqlite_db.write() as session:
            issue_store.put_issue(session, made, plan(WEEK), now=NOW)
            issue_store.put_approval(session, approval)
            readers = [
                Subscriber(
                    public_id=f"reader-{place:09}",
                    address=f"r{place}@reader.example",
                    state=SubscriberState.CONFIRMED,
                    created_at=NOW,
                )
                for place in range(len(voters))
            ]
            reader_store.put_subscribers(session, readers)
            for reader, choice in zip(readers, voters, strict=True):
                vote = Vote(
                    week=WEEK,
                    comparison=pair.slug,
                    subscriber=reader.public_id,
                    choice=choice,
                    voted_at=NOW,
                )
                reader_store.put_vote(session, vote)
        community = {pair.slug: Community(a=5, b=2, both=2, neither=1)}
        edition = render_issue(
            made, community=community, brand=BRAND, templates_dir=TEMPLATES, now=NOW
        )
        preflight(edition, week=WEEK)
        return pair, edition, Visitor(create_app(parts_of(sqlite_db, clock, mailbox)))

    return make


def words(text: str) -> str:
    """Text as a reader sees it: no joiners, marks of direction or marks of code."""
    bare = re.sub("[\u2060\u2066-\u2069`]", "", text).replace("\xa0", " ")
    return re.sub(r"\s+([,.;:)])", r"\1", " ".join(bare.split()))


def seen(html: str) -> str:
    return words(BeautifulSoup(html, "html.parser").body.get_text(" "))


def numbers(text: str) -> set[str]:
    """Every figure of a text, but those of addresses and of marks."""
    plain = re.sub(r"https?://\S+|\[\d+\]", " ", text)
    return set(re.findall(r"(?<![\w.])[~$]?\d[\d,.]*\d%?|(?<![\w.])[~$]?\d%?", plain))


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_golden_12_names_survive_everywhere(rendered, first: str, second: str):
    name, other = NAMES[first], NAMES[second]
    pair, edition, reader = rendered(name, other)
    page = reader.get(f"/compare/{pair.slug}").text
    data = reader.get(f"/compare/{pair.slug}.json").json()
    atom = feedparser.parse(reader.get("/issues/feed.xml").text)
    item = json.loads(reader.get("/issues/feed.json").text)["items"][0]

    for text in (seen(page), seen(edition.html), words(edition.text)):
        assert words(f"{name} vs {other}") in text
        assert words(pair.why) in text
        assert words(pair.answer.line) in text
    assert (data["a"]["name"], data["b"]["name"]) == (name, other)
    assert other in item["summary"]
    for content in (atom.entries[0].content[0].value, item["content_html"]):
        assert words(f"{name} vs {other}") in words(BeautifulSoup(content, "lxml").get_text(" "))
    for html in (page, edition.html):
        assert "<script>alert" not in html
    assert len(edition.subject) <= 60


def test_golden_12_page_mail_and_text_say_the_same_numbers(rendered):
    pair, edition, reader = rendered(NAMES["money"], NAMES["urdu"])
    page = seen(reader.get(f"/compare/{pair.slug}").text)
    data = reader.get(f"/compare/{pair.slug}.json").json()
    html, text = seen(edition.html), words(edition.text)

    said = ("3 of 4", "70%", "40 to 89%", "$15 per million output tokens", "~6GB", "131,072 tokens")
    for part in (page, html, text):
        assert [line for line in said if line not in part] == []
        assert "—" in part
    assert numbers(html) == numbers(text)
    of_the_issue = {"7", "49", "1,204", "6", "13", "10115"}  # which only the mail tells of
    assert numbers(html) - of_the_issue <= numbers(page)
    assert data["a"]["panel"] == Tally(ships=3, calls=4, reviewers=4).model_dump()
    assert data["community"] == {"a": 5, "b": 2, "both": 2, "neither": 1, "votes": 10}
    assert [fact["a"]["text"] for fact in data["facts"]] == [fact.a.text for fact in FACTS]


def test_golden_12_quotes_are_short_in_the_mail_and_whole_on_the_page(rendered):
    pair, edition, reader = rendered("One")
    page = seen(reader.get(f"/compare/{pair.slug}").text)
    quotes = re.findall(r"(?:Ship|Skip|No call), .+?: “([^”]+)”", edition.text, re.DOTALL)

    assert len(QUOTE.split()) >= 160
    assert len(quotes) == 8
    assert max(len(re.sub(r"\s\[\d+\]|…", "", quote).split()) for quote in quotes) <= 45
    assert page.count("It reads eight words in every such sentence") >= 17


def test_golden_12_unknown_is_a_dash_and_never_nothing(rendered):
    pair, edition, reader = rendered("One")
    page = seen(reader.get(f"/compare/{pair.slug}").text)

    for part in (page, seen(edition.html)):
        assert "Entry — could not confirm" in part
        assert "Panel — too few calls" in part
    assert "Entry: — (could not confirm)" in edition.text
    assert "- Plain Tool: —" in edition.text


@pytest.mark.captures
def test_golden_12_a_name_of_a_real_feed_written_right_to_left(rendered, captures_dir: Path):
    body = (captures_dir / "malformed_feeds" / "mf_urdu_UTF8.xml").read_bytes()
    source = Source(name="urdu", kind="feed", url="https://feed.example/")
    capture = Capture(
        key=f"{'c' * 64}-20260713T140900",
        source="urdu",
        url=source.url,
        final_url=source.url,
        status=200,
        content_type="application/xml",
        body_sha256=hashlib.sha256(body).hexdigest(),
        body_bytes=len(body),
        fetched_at=NOW,
    )
    launches = parsers.read(capture, body, source).launches
    name = next(each.title for each in launches if re.search("[\u0600-\u06ff]", each.title))[:75]
    name = name.rpartition(" ")[0] if len(name) == 75 else name

    pair, edition, reader = rendered(name)
    page = reader.get(f"/compare/{pair.slug}").text

    for text in (seen(page), seen(edition.html), words(edition.text)):
        assert words(name) in text
    assert f"<bdi>{name}</bdi>" in page
    assert "\u2068" in edition.text
    assert reader.get(f"/compare/{pair.slug}.json").json()["a"]["name"] == name
