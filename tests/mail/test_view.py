"""What the templates are told about an issue, in the words readers see."""

from datetime import UTC, datetime

import pytest

from digest.mail.prose import cleaned
from digest.mail.tiles import community_tile, entry_tile, panel_tile
from digest.mail.view import (
    NEWCOMERS_SHOWN,
    against,
    issue_view,
    preheader_line,
    subject_line,
    trouble,
)
from digest.model import (
    Answer,
    AnswerKind,
    Choice,
    Citation,
    Community,
    EntryPrice,
    Newcomer,
    StaleSource,
    Tally,
)


@pytest.mark.parametrize(
    ("tile", "line"),
    [
        (panel_tile(Tally(ships=3, calls=4, reviewers=4)), "Panel: 3 of 4 would ship"),
        (panel_tile(Tally(ships=1, calls=1, reviewers=4)), "Panel: — (too few calls)"),
        (community_tile(Community(), Choice.A), "Community: — (no votes yet)"),
        (community_tile(Community(b=1), Choice.A), "Community: — (1 vote so far)"),
        (community_tile(Community(a=4), Choice.A), "Community: — (4 votes so far)"),
        (
            community_tile(Community(a=3, both=1, neither=1), Choice.A),
            "Community: 80% of 5 votes, likely 38 to 96%",
        ),
        (
            community_tile(Community(a=3, both=1, neither=1), Choice.B),
            "Community: 20% of 5 votes, likely 4 to 62%",
        ),
        (community_tile(Community(a=6), Choice.B), "Community: 0% of 6 votes, likely 0 to 39%"),
        (entry_tile(EntryPrice.FREE), "Entry: Free to start"),
        (entry_tile(EntryPrice.FREEMIUM), "Entry: Freemium (free plan, paid above)"),
        (entry_tile(EntryPrice.PAID), "Entry: Paid from the start"),
        (entry_tile(EntryPrice.CONTACT), "Entry: Ask sales (price on request)"),
        (entry_tile(EntryPrice.UNKNOWN), "Entry: — (could not confirm)"),
    ],
)
def test_a_tile_says_what_its_figure_rests_on(tile, line):
    assert tile.line == line


def test_the_first_position_leads_whatever_the_order(plain_pair, make_issue):
    issue = make_issue(plain_pair(2), plain_pair(1, job_label="First"))

    assert issue_view(issue, {}).lead.comparison.job_label == "First"


def test_counts_are_said_in_the_singular_where_they_are_one(plain_pair, make_issue):
    view = issue_view(make_issue(plain_pair(), launches_read=1, sources_read=1), {})

    assert view.read_line == (
        "For this issue 1 launch from 1 source was read, 13 November 2026 to 20 November 2026."
    )
    assert view.number_line == "No. 12 · week 47, 2026"


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (AnswerKind.A, "Quarry vs Ledgerline: pick Quarry"),
        (AnswerKind.B, "Quarry vs Ledgerline: pick Ledgerline"),
        (AnswerKind.TOO_CLOSE, "Quarry vs Ledgerline: too close to call"),
        (AnswerKind.INSUFFICIENT, "Quarry vs Ledgerline: no answer yet"),
    ],
)
def test_the_subject_names_the_pair_and_the_answer(plain_pair, kind, subject):
    assert subject_line(plain_pair(answer=Answer(kind=kind, line="x"))) == subject


@pytest.mark.parametrize(
    ("a", "b", "subject"),
    [
        ("Quarry for Small Teams", "Ledgerline Enterprise", "Quarry for Small Teams vs Ledgerline Enterprise"),
        ("One Two Three Four Five Six Seven Eight Nine", "Ten", "One Two Three Four Five Six Seven Eight Nine vs Ten"),
        (
            "One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve",
            "Short",
            "One Two Three Four Five Six Seven Eight Nine Ten… vs Short",
        ),
        ("Alpha Beta Gamma Delta Epsilon " * 2, "Kappa Lambda Omikron Rho Sigma " * 2, "Alpha Beta Gamma Delta… vs Kappa Lambda Omikron Rho…"),
    ],
)  # fmt: skip
def test_the_subject_survives_long_names(plain_pair, a, b, subject):
    pair = plain_pair()
    named = pair.model_copy(
        update={
            "a": pair.a.model_copy(update={"name": a.strip()}),
            "b": pair.b.model_copy(update={"name": b.strip()}),
        }
    )

    assert subject_line(named) == subject
    assert len(subject) <= 60


def test_the_preheader_is_the_answer_and_a_short_one_goes_on(plain_pair):
    close = plain_pair(answer=Answer(kind=AnswerKind.TOO_CLOSE, line="Too close to call."))

    assert preheader_line(plain_pair(), []) == plain_pair().answer.line
    assert preheader_line(close, []) == (
        "Too close to call. Quarry vs Ledgerline: Databases for meaning"
    )
    assert preheader_line(close, [plain_pair(2)]) == (
        "Too close to call. Also: Quarry vs Ledgerline"
    )


def test_the_split_is_said_and_an_unknown_side_is_a_dash(plain_pair):
    pair = plain_pair()
    silent = pair.a.model_copy(update={"panel": Tally(ships=0, calls=1, reviewers=4)})

    assert against(pair) == "3 of 4 against 1 of 3"
    assert against(pair.model_copy(update={"a": silent})) == "— against 1 of 3 (too few calls)"


@pytest.mark.parametrize(
    ("outcome", "good_at", "sentence"),
    [
        ("blocked", datetime(2026, 11, 12, tzinfo=UTC), "arXiv: it turned our reader away; last read well on 12 November 2026."),
        ("failed", None, "arXiv: it could not be read; not read well so far."),
        ("suspect", None, "arXiv: its answer did not look right; not read well so far."),
        ("ok", datetime(2026, 11, 2, tzinfo=UTC), "arXiv: it was not read lately; last read well on 2 November 2026."),
    ],
)  # fmt: skip
def test_a_stale_source_is_named_with_its_trouble(outcome, good_at, sentence):
    assert trouble(StaleSource(source="arXiv", outcome=outcome, good_at=good_at)) == sentence


def test_rows_of_one_reviewer_stand_in_pairs_a_first(example_issue):
    lead = issue_view(cleaned(example_issue), {}).lead

    assert [row.reviewer for row in lead.scorecard] == ["Builder", "Skeptic", "Futurist", "Founder"]
    assert [quote.name for quote in lead.scorecard[0].quotes] == ["Quarry", "Ledgerline"]
    assert [quote.chip for quote in lead.scorecard[3].quotes] == ["Ship", "No call"]


def test_a_reviewer_without_a_review_on_one_side_still_speaks_on_the_other(plain_pair, make_issue):
    pair = plain_pair()
    fewer = pair.b.model_copy(update={"reviews": pair.b.reviews[1:3]})
    only_a = pair.a.model_copy(update={"reviews": pair.a.reviews[:3]})

    rows = issue_view(make_issue(plain_pair(a=only_a, b=fewer)), {}).lead.scorecard

    assert [len(row.quotes) for row in rows] == [1, 2, 2]


def test_marks_lead_to_one_list_of_sources(plain_pair, make_issue):
    """The same page on the same day has one number; an unsafe address is named but not linked."""
    pair = plain_pair()
    odd = (
        Citation(number=1, label="Old page", url="http://old.example", quote="x", observed_at=pair.evidence_at),
        Citation(number=2, label="Broken", url="https://[", quote="x", observed_at=pair.evidence_at),
    )  # fmt: skip
    review = pair.b.reviews[0].model_copy(
        update={"take": "First [1]. Second [2]. Nowhere [9].", "citations": odd}
    )
    b = pair.b.model_copy(update={"reviews": (review,)})

    lead = issue_view(make_issue(plain_pair(b=b)), {}).lead

    assert lead.scorecard[0].quotes[1].text == "First [3]. Second [4]. Nowhere."
    assert [(note.number, note.label) for note in lead.notes] == [
        (1, "Product Hunt"),
        (2, "GitHub"),
        (3, "Old page"),
        (4, "Broken"),
        (5, "our records"),
    ]
    assert [note.url is None for note in lead.notes] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("description", "about"),
    [("Runs on a phone. It is new.", "It is new."), ("Runs on a phone.", ""), ("It is new.", None)],
)
def test_a_card_says_its_tagline_once(plain_pair, make_issue, description, about):
    pair = plain_pair()
    card = pair.a.model_copy(update={"tagline": "Runs on a phone", "description": description})
    lead = issue_view(make_issue(pair.model_copy(update={"a": card})), {}).lead

    assert lead.cards[0].about == (description if about is None else about)


def test_inner_quotation_marks_are_single(plain_pair, make_issue):
    lead = issue_view(make_issue(plain_pair()), {}).lead

    assert "‘OpenAI-compatible’" in lead.scorecard[2].quotes[0].text


def test_facts_that_differ_come_first_then_those_known_on_one_side(plain_pair, make_issue):
    rows = issue_view(make_issue(plain_pair()), {}).lead.facts

    assert [row.label for row in rows] == [
        "Licence",
        "Price to start",
        "Last commit or release",
        "Open interface",
    ]


def test_many_newcomers_are_cut_and_counted(plain_pair, make_issue):
    many = tuple(
        Newcomer(slug=f"t{n}", name=f"T{n}", tagline="", job_label="Music", url=None)
        for n in range(NEWCOMERS_SHOWN + 3)
    )

    view = issue_view(make_issue(plain_pair(), newcomers=many), {})

    assert len(view.newcomers) == NEWCOMERS_SHOWN
    assert view.newcomers_left == 3
