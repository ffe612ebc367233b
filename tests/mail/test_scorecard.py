"""Who wrote what a reviewer says, and what readers must know of a judge that is no stranger."""

import re
from datetime import UTC, datetime

import pytest

from digest.mail.scorecard import Notes, conflicts, panel_line, scorecard
from digest.model import Answer, AnswerKind, Citation, FactCell, FactKind, FactRow, Method
from digest.model.wording import disclosure

JUDGE = "openai:gpt-5-mini"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def judged(card, count=4, **more):
    """The card with its first reviews written by a model."""
    model = {"method": Method.MODEL, "judge": JUDGE, **more}
    reviews = [
        review.model_copy(update=model) if place < count else review
        for place, review in enumerate(card.reviews)
    ]
    return card.model_copy(update={"reviews": tuple(reviews)})


@pytest.fixture
def by_model(plain_pair):
    """A pair of which so many reviews of A, and of B, are a model's."""

    def make(ours=4, theirs=4, **more):
        pair = plain_pair()
        return pair.model_copy(
            update={"a": judged(pair.a, ours, **more), "b": judged(pair.b, theirs)}
        )

    return make


def test_the_panel_line_says_who_wrote_the_reviews(by_model):
    assert panel_line(by_model(0, 0)) == (
        "Four reviewers, each a checklist over published facts that looks at one tool at a time."
    )
    assert panel_line(by_model()) == (
        f"Four reviewers, each written by a language model ({JUDGE}) from public sources, one tool "
        "at a time."
    )
    assert panel_line(by_model(3, 4)) == (
        f"Four reviewers, one tool at a time: 7 reviews written by a language model ({JUDGE}) from "
        "public sources, 1 checklist over published facts."
    )


def test_a_quote_says_who_wrote_it_only_where_both_kinds_stand_side_by_side(by_model):
    def by(pair):
        return [quote.by for row in scorecard(pair, Notes()) for quote in row.quotes]

    assert by(by_model(0, 0)) == [""] * 8
    assert by(by_model()) == [""] * 8
    assert by(by_model(3, 4)) == [*["model"] * 6, "checklist", "model"]


def test_the_disclosure_names_what_was_done(by_model):
    def said(pair):
        return disclosure((*pair.a.reviews, *pair.b.reviews))

    assert "checklist over published facts" in said(by_model(0, 0))
    assert "language model" not in said(by_model(0, 0))
    assert "a language model's" in said(by_model())
    assert "marked “model”" in said(by_model(3, 4))
    assert disclosure() == said(by_model(0, 0))
    for pair in (by_model(0, 0), by_model(), by_model(3, 4)):
        assert said(pair).startswith("Written by software from public sources; nobody here ran")


def test_both_parts_tell_of_a_conflict_and_of_the_note(by_model, make_issue, render):
    told = "The judge and Quarry are of one maker, OpenAI."
    source = Citation(
        number=1, label="Quarry's page", url="https://quarry.example", quote="PDF", observed_at=NOW
    )
    note = "Quarry indexes `PDF` files [1]. It says so [7]."
    answer = Answer(kind=AnswerKind.A, line="Pick Quarry.", note=note, note_citations=(source,))
    pair = by_model(3, conflict=told).model_copy(update={"answer": answer})

    edition = render(make_issue(pair))

    assert conflicts(pair) == (told,)
    for part in (edition.html, edition.text):
        flat = " ".join(part.split())
        assert told in flat
        assert "A model on the pair: “Quarry indexes" in flat
        assert re.search(r"files \[\d\]\. It says so\.", flat)
        assert "Quarry's page" in flat.replace("&#39;", "'")
        assert "[7]" not in flat


def test_what_other_sources_say_stands_in_both_parts(plain_pair, make_issue, render):
    other = FactCell(text="GPL-3.0", source="Product Hunt")
    row = FactRow(
        kind=FactKind.LICENCE,
        label="Licence",
        a=FactCell(text="MIT", others=(other,)),
        b=FactCell(text="MIT"),
    )

    edition = render(make_issue(plain_pair(facts=(row,))))

    assert "GPL-3.0 by Product Hunt" in edition.html
    assert "- Quarry: MIT (GPL-3.0 by Product Hunt)" in edition.text
