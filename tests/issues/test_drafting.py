from datetime import timedelta

import pytest

from digest.issues.drafting import draft_comparison, draft_issue
from digest.model import AnswerKind, FactCell, FactKind, Flag, Plan, StaleSource

WEEK = "2026-W29"
MANY = " ".join(f"word{number}" for number in range(78))


@pytest.fixture
def draft(pair, job, now):
    """Draft a comparison of two sides."""

    def make(a, b, *, rows=(), position=1):
        return draft_comparison(
            pair(a.tool.slug, b.tool.slug),
            a,
            b,
            week=WEEK,
            position=position,
            job=job(fact_rows=rows),
            now=now,
        )

    return make


@pytest.fixture
def plan(window):
    def make(fresh=12):
        return Plan(
            week=WEEK,
            window_start=window.start,
            cutoff=window.cutoff,
            config_sha256="c",
            candidates=4,
            fresh=fresh,
        )

    return make


@pytest.fixture
def issue(plan, job, now):
    """Draft an issue of some comparisons."""

    def make(comparisons, *, planned=None, **more):
        parts = {"number": 12, "now": now, "fresh": (), "jobs": [job()], **more}
        return draft_issue(planned or plan(), comparisons, **parts)

    return make


def test_a_comparison_carries_both_cards_the_answer_and_the_plan_s_words(draft, side):
    made = draft(side("aider"), side("codex", (0.2, -0.5, -0.5, -0.5)), position=3)

    assert (made.week, made.position, made.slug) == (WEEK, 3, "aider-vs-codex")
    assert (made.job, made.job_label, made.category) == (
        "cli-agent",
        "cli-agent tools",
        "Developer Tools",
    )
    assert (made.a.name, made.b.name) == ("Aider", "Codex")
    assert (made.a.panel.label, made.b.panel.label) == ("4 of 4", "1 of 4")
    assert len(made.a.reviews) == 4
    assert made.answer.kind is AnswerKind.A
    assert (made.why, made.score.total) == ("So.", 0.55)


def test_rows_stand_by_what_they_tell_differences_first(draft, side):
    rows = (
        FactKind.PRICE,
        FactKind.LICENCE,
        FactKind.DOCS,
        FactKind.INSTALL,
        FactKind.ENTRY_PRICE,
        FactKind.LICENCE,
    )
    a = side("aider", licence="MIT", docs=True, entry_price="free", install=False)
    b = side("codex", licence="mit", entry_price="paid", install="npm i codex")

    made = draft(a, b, rows=rows)

    assert [(row.label, row.a.text, row.b.text) for row in made.facts] == [
        ("Install", "none found", "npm i codex"),
        ("To start", "Free", "Paid"),
        ("Licence", "MIT", "MIT"),
        ("Documentation", "yes", None),
    ]


def test_what_tips_a_reader_has_its_row_though_the_job_asks_for_none(draft, side):
    a = side("aider", licence="MIT", install="pip install aider", docs=True, terms=True)
    b = side("codex", licence="proprietary", install="npm i codex", docs=True)

    made = draft(a, b, rows=())

    assert any("open-source licence (MIT" in line for line in made.answer.pick_a_if)
    assert [(row.label, row.a.text, row.b.text) for row in made.facts] == [
        ("Licence", "MIT", "proprietary")
    ]


def test_what_is_free_has_that_for_its_price_beside_one_that_is_known(draft, side):
    rows = (FactKind.ENTRY_PRICE, FactKind.PRICE)
    free = side("aider", entry_price="free")

    beside_paid = draft(free, side("codex", entry_price="paid", price="$9 per month"), rows=rows)
    beside_free = draft(free, side("codex", entry_price="free"), rows=rows)

    assert [(row.label, row.a.text, row.b.text) for row in beside_paid.facts] == [
        ("To start", "Free", "Paid"),
        ("Price", "Free", "$9 per month"),
    ]
    assert [row.label for row in beside_free.facts] == ["To start"]


def test_what_can_be_hosted_runs_on_the_readers_hardware(draft, side):
    a = side("aider", self_host=True)

    (row,) = draft(a, side("codex", runs_locally=False), rows=(FactKind.RUNS_LOCALLY,)).facts

    assert (row.label, row.a.text, row.b.text) == ("On your own hardware", "yes", "no")
    assert row.a.quote == "words about self_host"


def test_a_cell_carries_the_words_it_stands_on(draft, side, now):
    made = draft(side("aider", licence="MIT"), side("codex"), rows=(FactKind.LICENCE,))

    (row,) = made.facts
    assert (row.a.url, row.a.source, row.a.quote) == (
        "https://aider.example/licence",
        "pages",
        "words about licence",
    )
    assert row.a.observed_at == now - timedelta(hours=5)
    assert row.b == FactCell()


def test_what_other_sources_say_stands_beside_the_value(draft, side, fact):
    """Both licences are shown with their sources; the panel's fact stays in front."""
    other = fact("licence", "GPL-3.0", source="listing", url="https://listing.example/aider")
    same = fact("licence", "mit", source="listing", url="https://listing.example/aider")
    a = side("aider", licence="MIT", docs=True).model_copy(update={"dissent": (other, same)})

    (row,) = draft(a, side("codex"), rows=(FactKind.LICENCE,)).facts

    assert row.a.text == "MIT"
    assert [(cell.text, cell.source, cell.url) for cell in row.a.others] == [
        ("GPL-3.0", "listing", "https://listing.example/aider")
    ]


def test_what_sources_contradict_each_other_on_speaks_for_neither_side(draft, side, fact):
    a = side("aider", licence="MIT", docs=True)
    disputed = a.model_copy(update={"dissent": (fact("licence", "BUSL-1.1"),)})
    theirs = side("codex", licence="proprietary", docs=True)

    assert "(MIT; Codex: proprietary)" in draft(a, theirs).answer.pick_a_if[0]
    assert not [line for line in draft(disputed, theirs).answer.pick_a_if if "MIT" in line]


def test_the_evidence_is_as_old_as_the_older_side(draft, side, fact, now):
    old = fact("docs", value=True, observed_at=now - timedelta(days=4))
    older = fact("terms", value=True, observed_at=now - timedelta(days=9))
    a = side("aider").model_copy(update={"facts": (older, old)})

    assert draft(a, side("codex", docs=True)).evidence_at == now - timedelta(days=4)
    assert draft(a, side("codex")).evidence_at == now - timedelta(days=4)
    assert draft(side("aider"), side("codex")).evidence_at == now


def test_names_and_taglines_are_cut_to_what_a_card_holds(draft, side):
    tool = {"name": "Aider " + "and friends " * 8, "tagline": "Edits code. " * 12}

    card = draft(side("aider", tool=tool), side("codex")).a

    assert len(card.name) <= 75
    assert card.name.endswith("friends and…")
    assert len(card.tagline) <= 90
    assert draft(side("aider", tool={"tagline": "Edits code."}), side("codex")).a.tagline == (
        "Edits code"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Edits  code.\nIn git.", "Edits code. In git."),
        (f"Edits code. {MANY} {MANY}", "Edits code."),
        (f"{MANY} end, and more of it", f"{MANY} end."),
        ("Edits code. It runs in the ter", "Edits code."),
        ("Edits code", "Edits code."),
        ("**Edits** code 🚀. In <b>git</b>.", "Edits code. In git."),
    ],
)
def test_a_description_is_cut_at_a_sentence(text, shown, draft, side):
    card = draft(side("aider", tool={"description": text}), side("codex")).a

    assert card.description == shown


def test_a_full_issue_has_no_note(issue, draft, side):
    four = [draft(side("aider"), side("codex"), position=n) for n in range(1, 5)]

    made = issue(four, launches_read=61, sources_read=6)

    assert (made.week, made.number, made.note) == (WEEK, 12, None)
    assert made.comparisons == tuple(four)
    assert (made.launches_read, made.sources_read) == (61, 6)
    assert made.title == "Aider vs Codex, and 3 more"
    assert made.window_start < made.cutoff == made.built_at


@pytest.mark.parametrize(
    ("pairs", "fresh", "note"),
    [
        (1, 12, "A short issue: with 12 new tools this week, enough was known for 1 comparison."),
        (
            3,
            1200,
            "A short issue: with 1,200 new tools this week, enough was known for 3 comparisons.",
        ),
        (1, 0, "A short issue: with 0 new tools this week, enough was known for 1 comparison."),
        (
            0,
            1,
            "The week's only new tool could not be set against another fairly.",
        ),
        (
            0,
            1200,
            "Of 1,200 new tools this week, none could be set against another fairly.",
        ),
        (0, 0, "No new tool was seen this week."),
    ],
)
def test_a_thin_week_is_said_plainly(pairs, fresh, note, issue, plan, draft, side):
    some = [draft(side("aider"), side("codex"), position=n + 1) for n in range(pairs)]

    assert issue(some, planned=plan(fresh)).note == note


def test_an_issue_without_comparisons_is_empty_and_says_so_in_its_title(issue):
    made = issue([])

    assert made.comparisons == ()
    assert made.title == "No comparison this week"


@pytest.mark.parametrize(
    ("a", "b", "title"),
    [
        ("Aider", "Codex", "Aider vs Codex"),
        (
            "Aider",
            "A very long name that goes on and on until nobody reads it",
            "Aider vs A very long name that goes on and on until nobody…",
        ),
        (
            "A long name that goes on and on for long",
            "Another one that goes on and on for long",
            "A long name that goes on… vs Another one that goes on…",
        ),
    ],
)
def test_a_title_names_the_lead_pair_in_sixty_characters(a, b, title, issue, draft, side):
    lead = draft(side("aider", tool={"name": a}), side("codex", tool={"name": b}))

    made = issue([lead])

    assert made.title == title
    assert len(made.title) <= 60


def test_a_title_leaves_out_how_many_more_there_are_where_it_does_not_fit(issue, draft, side):
    names = ({"name": "A name of thirty letters here"}, {"name": "Another of thirty letters"})
    two = [
        draft(side("aider", tool=names[0]), side("codex", tool=names[1]), position=n)
        for n in (1, 2)
    ]

    assert issue(two).title == "A name of thirty letters here vs Another of thirty letters"


def test_newcomers_are_the_fresh_tools_without_a_verdict(issue, draft, side, tool, job):
    jobs = [job(), job("unsorted")]
    comparison = draft(side("aider"), side("codex"))
    fresh = [
        tool("aider"),
        tool("zed", days=1, tagline="Edits files."),
        tool("ant", days=1),
        tool("bee", days=3),
        tool("cat", days=0.5, job="unsorted"),
        tool("dog", flags=(Flag.SPAM,)),
        tool("eel", days=2, job_confidence=0.59),
    ]

    made = issue([comparison], fresh=fresh, jobs=jobs)

    assert [(n.slug, n.job_label) for n in made.newcomers] == [
        ("ant", "cli-agent tools"),
        ("zed", "cli-agent tools"),
        ("bee", "cli-agent tools"),
        ("cat", "Not sorted yet"),
        ("eel", "Not sorted yet"),
    ]
    assert made.newcomers[1].tagline == "Edits files"
    assert issue([comparison], fresh=fresh[::-1], jobs=jobs) == made


def test_newcomers_are_products_not_listings(issue, draft, side, tool):
    fresh = [
        *(tool("aider", product_key="aider"), tool("aider-cli", product_key="aider")),
        *(tool("bee", product_key="bee", days=3), tool("bee-2", product_key="bee", days=1)),
    ]

    made = issue([draft(side("aider"), side("codex"))], fresh=fresh)

    assert [newcomer.slug for newcomer in made.newcomers] == ["bee-2"]


def test_newcomers_are_eight_at_most(issue, tool):
    assert len(issue([], fresh=[tool(f"t{n}") for n in range(20)]).newcomers) == 8


def test_stale_sources_are_passed_on(issue, now):
    stale = StaleSource(source="hn", outcome="suspect", good_at=now - timedelta(days=3))

    assert issue([], stale=[stale]).stale_sources == (stale,)
