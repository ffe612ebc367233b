import math
from datetime import timedelta

import pytest

from digest.issues.candidates import nameless
from digest.issues.cells import cells
from digest.issues.config import PairingConfig
from digest.issues.facets import facets, overlap
from digest.issues.nearness import shortlist
from digest.issues.scoring import Judge, Sheet, contrast, freshness, names, rivalry
from digest.issues.similarity import neighbours
from digest.model import FactKind


@pytest.fixture
def judge(job, now):
    return Judge(job(), now, PairingConfig())


@pytest.fixture
def score_all(judge):
    """Score the pairs of candidates of one job, all near each other."""

    def score(candidates):
        fresh = {each.tool.slug for each in candidates if each.is_fresh}
        near = shortlist([each.tool for each in candidates], fresh, config=judge.config)
        return judge.score_all(candidates, near)

    return score


def test_the_total_is_the_weighted_sum_of_the_parts(judge, candidate, facts):
    mit, gpl = facts("aider", licence="MIT"), facts("codex", licence="GPL-3.0")
    a = candidate("aider", tags=("cli",), attention=90, facts=mit, tagline="Edits")
    b = candidate("codex", tags=("cli",), attention=70, facts=gpl, tagline="Edits")

    score = judge.score(a, b, similarity=0.8).score

    assert score.substitutability == pytest.approx(0.81 / 2 + 0.8 / 4 + 2 / 3 / 4, abs=1e-4)
    assert (score.rivalry, score.balance, score.contrast) == (0.0, 0.8, 0.25)
    assert score.freshness == pytest.approx(math.exp(-2 / 14), abs=1e-4)
    expected = 0.4 * score.substitutability + 0.2 * score.freshness + 0.1 * 0.8 + 0.15 * 0.25
    assert score.total == pytest.approx(expected, abs=1e-4)
    assert score.defaulted == ()


def test_what_cannot_be_known_stands_in_the_middle_and_is_marked(judge, candidate):
    a, b = candidate("aider", tagline="Edits"), candidate("codex")

    score = judge.score(a, b, similarity=None).score

    assert score.defaulted == ("similarity", "overlap", "balance")
    assert score.balance == 0.5
    assert score.substitutability == pytest.approx(0.81 / 2 + 0.5 / 4 + 0.5 / 4)


def test_one_unknown_side_is_enough_for_the_default(judge, candidate):
    score = judge.score(candidate("aider", attention=20), candidate("codex"), similarity=0.5).score

    assert "balance" in score.defaulted


def test_texts_are_ranked_inside_the_job(score_all, candidate):
    a = candidate("a", tagline="edits code in the terminal")
    b = candidate("b", tagline="edits code in the terminal today")
    c = candidate("c", tagline="draws slides from an outline")
    d = candidate("d", tagline="edits slides", days=90)

    scored = {pair.key: pair.score.substitutability for pair in score_all([a, b, c, d])}

    assert max(scored, key=scored.get) == ("a", "b")
    assert len(scored) == 6


def test_among_two_pairs_a_rank_says_nothing(score_all, candidate):
    scored = score_all([candidate("a"), candidate("b", days=90), candidate("c", days=90)])

    assert [pair.key for pair in scored] == [("a", "b"), ("a", "c")]
    assert all("similarity" in pair.score.defaulted for pair in scored)


def test_without_a_fresh_tool_nothing_is_scored(score_all, candidate):
    assert score_all([candidate("a", days=90), candidate("b", days=90)]) == []


def test_an_incumbent_before_a_fresh_tool_by_slug_is_scored_with_it(score_all, candidate):
    (pair,) = score_all([candidate("a", days=90), candidate("b")])

    assert pair.key == ("a", "b")


def test_platforms_and_tags_are_compared_without_regard_to_case(candidate, facts):
    a = facets(candidate("a", tags=("CLI",), facts=facts("a", platforms="macOS, Linux")))
    b = facets(candidate("b", tags=("cli", "git"), facts=facts("b", platforms="linux")))

    assert overlap(a, b) == pytest.approx((1 / 2 + 1 / 2 + 1) / 3)


@pytest.mark.parametrize(
    ("text", "name", "is_named"),
    [
        ("An open alternative to Codex for teams", "Codex", True),
        ("Codex alternative with local models", "Codex", True),
        ("Like Codex, but local", "Codex", True),
        ("Quicker vs. Codex on long tasks", "Codex", True),
        ("Make slides from text", "Make", False),
        ("Workflows unlike Make", "Make", True),
        ("Will make your day", "Make", False),
        ("Codexes of old law", "Codex", False),
        ("For pre-Codex users", "Codex", False),
        ("Arize Phoenix is what it replaces", "Arize Phoenix", True),
        ("Good for o4 users", "o4", False),
        ("Nothing said", "Codex", False),
    ],
)
def test_a_name_is_found_as_a_name(text, name, is_named, candidate):
    a = candidate("rook", tagline=text)

    assert names(a, candidate("other", name=name)) is is_named


@pytest.mark.parametrize("opening", ["works with ", "for your "])
def test_a_text_made_to_be_slow_is_read_at_once(opening, candidate):
    """A list of names may be parted in many ways; two hundred of them once took hours."""
    found = candidate("aider", tagline=f"{opening}{'a/' * 200}a ( , Codex CLI is")

    assert names(found, candidate("codex", name="Codex CLI"))


def test_a_tool_whose_name_holds_the_other_s_does_not_name_it(candidate):
    pro = candidate("aider-pro", name="Aider Pro", tagline="With Aider Pro you edit, as Aider did")

    assert not names(pro, candidate("aider"))


def test_rivalry_is_whole_for_a_named_rival_and_half_for_a_shared_third(candidate, facts):
    names_codex = candidate("a", facts=facts("a", rival_named="codex "))
    names_third = candidate("b", facts=facts("b", rival_named="Heron"))
    same_third = candidate("c", facts=facts("c", rival_named="heron"))
    codex = candidate("codex", name="Codex")

    def stated(a, b):
        return rivalry(Sheet.of(a), Sheet.of(b))

    assert stated(names_codex, codex) == stated(codex, names_codex) == 1.0
    assert stated(names_third, same_third) == 0.5
    assert stated(names_third, names_codex) == 0.0


def test_freshness_falls_with_the_age_of_the_newer(candidate, now):
    old, new = candidate("a", days=60), candidate("b", days=14)

    assert freshness(old, new, cutoff=now, days=14) == pytest.approx(1 / math.e)
    assert freshness(old, new, cutoff=now - timedelta(days=20), days=14) == 1.0


def test_contrast_counts_rows_known_on_both_sides_and_different(facts):
    a = cells(facts("a", licence="mit", runs_locally=True, docs=True))
    b = cells(facts("b", licence="MIT", runs_locally=False))
    rows = (FactKind.LICENCE, FactKind.RUNS_LOCALLY, FactKind.DOCS, FactKind.PRICE)

    assert contrast(a, b, rows) == 1 / 4
    assert contrast(a, b, ()) == 0.0


def test_the_name_and_the_vendor_are_left_out_of_the_text(tool):
    made = tool(
        "ollama",
        name="Ollama 2.0",
        vendor="Ollama Inc",
        tagline="Ollama runs models",
        description="Version 2.0 of OLLAMA runs Llama.",
    )

    assert nameless(made) == "runs models version of runs llama"


def test_texts_without_words_are_like_nothing():
    assert neighbours([("", ""), ("the", "")])(0) == [0.0, 0.0]


def test_pairs_of_texts_are_compared_as_one():
    near = neighbours([("edit code", "terminal"), ("terminal", "edit code"), ("slides", "draw")])

    assert near(0) == pytest.approx([1, 1, 0])
