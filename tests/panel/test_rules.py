from datetime import timedelta
from importlib.resources import files
from itertools import chain, pairwise
from string import Formatter

import pytest
from pydantic import ValidationError

from digest.model import Market, Reviewer, Verdict
from digest.panel.checks import CHECKS
from digest.panel.evidence import build_evidence
from digest.panel.language import problems
from digest.panel.rulebook import load_rules, parse_rules
from digest.panel.rules import review, review_all
from digest.panel.verdict import leaning, tally

SHEETS = (
    "open_3b_model",
    "hosted_reasoning_api",
    "closed_wrapper",
    "solid_mit_library",
    "abandoned_mit_repository",
    "known_from_a_post",
)
COMPUTED = {"trend": {"rising", "level", "falling"}, "attention": {"high", "low"}}
EVERYTHING = {"install": "pip install larch", "docs": True, "example": True}


@pytest.fixture
def rules():
    return load_rules()


@pytest.mark.parametrize("name", SHEETS)
def test_golden_5_a_sheet_gets_the_verdicts_it_should(name, sheet, rules, now):
    evidence, expected = sheet(name)

    reviews = review_all(evidence, rules, now)

    assert [review.verdict for review in reviews] == expected["verdicts"]
    assert [review.reviewer for review in reviews] == list(Reviewer)


@pytest.mark.parametrize("name", SHEETS[:5])
def test_golden_5_a_sheet_scores_as_the_prototype_did(name, sheet, rules, now):
    """The prototype's Founder did not ask whether work goes on: that check is left out to compare."""
    evidence, expected = sheet(name)

    scores = []
    for made in review_all(evidence, rules, now):
        asked = [check for check in made.checks if check.points is not None]
        if made.reviewer is Reviewer.FOUNDER:
            asked = [check for check in asked if check.key != "maintained"]
        total = sum(check.points * check.weight for check in asked)
        scores.append(total / sum(check.weight for check in asked))

    assert scores == pytest.approx(expected["prototype"], abs=0.02)


def test_the_founder_never_ships_what_has_not_moved_for_half_a_year(evidence, rules, now):
    facts = {"entry_price": "free", "vendor_since": "2400 days", "licence": "MIT", "terms": True}

    verdicts = {
        days: review(
            evidence({**facts, "maintained_at": f"{days} days"}),
            reviewer=Reviewer.FOUNDER,
            rules=rules,
            now=now,
        )
        for days in (180, 181)
    }

    assert verdicts[180].verdict is Verdict.SHIP
    assert verdicts[181].verdict is Verdict.SKIP
    assert verdicts[181].score == verdicts[180].score
    assert "beyond 180 days that alone decides" in verdicts[181].take


def test_a_score_of_exactly_the_threshold_ships(sheet, rules, now):
    evidence, _ = sheet("solid_mit_library")
    score = review(evidence, reviewer=Reviewer.SKEPTIC, rules=rules, now=now).score

    def verdict(ship_at):
        limits = rules.thresholds.model_copy(update={"ship_at": ship_at})
        changed = rules.model_copy(update={"thresholds": limits})
        return review(evidence, reviewer=Reviewer.SKEPTIC, rules=changed, now=now).verdict

    assert verdict(score) is Verdict.SHIP
    assert verdict(score + 0.0001) is Verdict.SKIP


def test_half_of_the_weight_and_three_checks_make_a_call(evidence, rules, now):
    """Builder: 12 in all. Six of it in two checks are too few checks, five in three too light."""

    def verdict(**facts):
        made = review(evidence(facts), reviewer=Reviewer.BUILDER, rules=rules, now=now)
        return made.verdict

    assert verdict(install="pip install larch", docs=True) is Verdict.NO_CALL
    assert verdict(docs=True, waitlist=False, open_interface="MCP") is Verdict.NO_CALL
    assert verdict(docs=True, waitlist=False, example=True) is Verdict.SHIP


def test_the_marks_of_a_take_count_up_from_one_and_point_to_the_words(sheet, rules, now):
    evidence, _ = sheet("closed_wrapper")

    made = review(evidence, reviewer=Reviewer.FUTURIST, rules=rules, now=now)

    assert [mark for mark in "1234" if f"[{mark}]" in made.take] == ["1", "2", "3", "4"]
    assert made.take.index("[1]") < made.take.index("[2]") < made.take.index("[4]")
    assert [citation.number for citation in made.citations] == list(
        range(1, len(made.citations) + 1)
    )
    first = made.citations[0]
    assert (first.label, first.url) == ("larch-pages", "https://larch.example/open_interface")
    assert first.quote == "words about open_interface"


def test_a_count_of_ours_is_cited_as_our_records(evidence, rules, now):
    made = review(evidence(EVERYTHING, rivals=1), reviewer=Reviewer.SKEPTIC, rules=rules, now=now)

    citation = next(c for c in made.citations if "tool" in c.quote)
    assert (citation.label, citation.url) == ("our records", None)
    assert citation.quote == "1 other known tool in this job when it came"
    assert citation.observed_at == now


def test_one_page_that_answers_two_questions_is_cited_once(evidence, plain_rules, now):
    made = review(
        evidence({"entry_price": "contact", "terms": False, "vendor_since": "100 days"}),
        reviewer=Reviewer.FOUNDER,
        rules=plain_rules,
        now=now,
    )

    assert made.take.startswith("The price has to be asked for [1]. Starting takes a talk")
    assert [citation.url.rsplit("/", 1)[1] for citation in made.citations] == [
        "entry_price",
        "vendor_since",
        "terms",
    ]


def test_a_skip_still_says_what_speaks_for_the_tool(sheet, plain_rules, now):
    evidence, _ = sheet("closed_wrapper")

    take = review(evidence, reviewer=Reviewer.FUTURIST, rules=plain_rules, now=now).take

    assert take.endswith(
        "What speaks for it: launches in this job are up 10% on the quarter before [4]."
    )


def test_a_ship_is_told_by_something_that_speaks_for_it(plain_rules, evidence, now):
    """Three larger effects against it, four smaller ones that carry the verdict."""
    rules = plain_rules
    weights = {"price": 1, "start": 1, "terms": 1.7, "vendor": 1.6, "maintained": 1.3}
    weights |= {"attention": 0.9, "commercial": 0.9}
    founder = rules.of(Reviewer.FOUNDER)
    checks = tuple(
        check.model_copy(update={"weight": weights[check.key]}) for check in founder.check
    )
    changed = rules.model_copy(
        update={
            "reviewer": (*rules.reviewer[:3], founder.model_copy(update={"check": checks})),
            "thresholds": rules.thresholds.model_copy(update={"ship_at": 0.05}),
        }
    )
    facts = {"entry_price": "contact", "terms": False, "licence": "MIT"}
    facts |= {"vendor_since": "2000 days", "maintained_at": "3 days"}

    made = review(evidence(facts, attention=100), reviewer=Reviewer.FOUNDER, rules=changed, now=now)

    assert made.verdict is Verdict.SHIP
    assert made.take.startswith("Its maker has been around since")
    assert made.take.count("[") == 4
    assert "The catch: no terms or privacy page was found" in made.take


def test_what_is_unknown_is_named_in_the_checks_and_in_a_no_call(sheet, rules, now):
    evidence, _ = sheet("known_from_a_post")

    builder, skeptic, *_ = review_all(evidence, rules, now)

    assert builder.score is None
    assert builder.checks[0].sentence == "Could not confirm an install line."
    assert (builder.checks[0].points, builder.checks[0].citation) == (None, None)
    assert "sources answer none of 6 questions" in builder.take
    assert "sources answer 3 of 6 questions" in skeptic.take


def test_golden_5_the_panel_version_follows_every_change_of_the_file(rules):
    text = f"# one more line\n{_file_text()}"

    changed = parse_rules(text)
    renamed = parse_rules(_file_text().replace('version = "2"', 'version = "3"'))

    assert parse_rules(_file_text()) == rules
    assert len({rules.panel_version, changed.panel_version, renamed.panel_version}) == 3
    assert renamed.panel_version.startswith("3+")


def test_a_review_is_filed_under_evidence_and_panel_version(sheet, rules, now):
    evidence, _ = sheet("open_3b_model")

    made = review(evidence, reviewer=Reviewer.BUILDER, rules=rules, now=now)

    assert made.evidence_sha256 == evidence.sha256
    assert made.panel_version == rules.panel_version
    assert (made.tool, made.method, made.reviewed_at) == ("larch", "checklist", now)


def test_a_rules_file_with_an_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="colour"):
        parse_rules(_file_text().replace("[thresholds]", '[thresholds]\ncolour = "red"'))


def test_every_check_of_the_file_is_known_and_every_answer_has_points_and_a_sentence(rules):
    for reviewer in rules.reviewer:
        for check in reviewer.check:
            assert check.key in CHECKS
            answers = COMPUTED.get(check.key) or set(rules.points[check.key])
            assert set(check.say) == answers
    asked = {check.key for reviewer in rules.reviewer for check in reviewer.check}
    assert asked == set(CHECKS) == set(rules.points) | set(COMPUTED)


def test_the_reviewers_stand_in_panel_order_with_the_weights_of_the_method_page(rules):
    assert [reviewer.key for reviewer in rules.reviewer] == list(Reviewer)
    assert [reviewer.weight for reviewer in rules.reviewer] == [12, 11, 10, 12]


def test_the_sentences_of_the_file_are_clean_begin_small_and_carry_no_full_stop(rules):
    for reviewer in rules.reviewer:
        for check in reviewer.check:
            for sentence in chain.from_iterable(check.say.values()):
                assert not problems(sentence)
                assert sentence[0].islower() or sentence[0] == "{"
                assert not sentence.endswith(".")
                assert all(name != "" for _, name, _, _ in Formatter().parse(sentence))


@pytest.mark.parametrize("name", SHEETS)
def test_every_take_reads_as_clean_sentences(name, sheet, rules, now):
    evidence, _ = sheet(name)

    for made in review_all(evidence, rules, now):
        words = made.take.split()
        assert not problems(made.take)
        assert not [a for a, b in pairwise(words) if a == b]
        assert "{" not in made.take
        assert "None" not in made.take
        assert "N/A" not in made.take
        assert len(words) <= 60
        assert made.take.endswith(".")


def test_no_two_reviewers_say_the_same_sentence_of_one_tool(sheet, rules, now):
    for name in SHEETS[:5]:
        sentences = [
            sentence
            for made in review_all(sheet(name)[0], rules, now)
            for sentence in made.take.split("]. ")
        ]
        assert len(sentences) == len(set(sentences))


def test_the_same_evidence_gives_the_same_review(sheet, rules, now):
    evidence, _ = sheet("open_3b_model")

    assert review_all(evidence, rules, now) == review_all(evidence, rules, now)


def test_reviews_follow_the_moment_they_are_made_at(evidence, rules, now):
    """Age is counted to now, not to the snapshot."""
    snapshot = evidence({"superlatives": 0.1, "benchmark": "none"}, days=20, rivals=3)

    young = review(snapshot, reviewer=Reviewer.SKEPTIC, rules=rules, now=now)
    old = review(snapshot, reviewer=Reviewer.SKEPTIC, rules=rules, now=now + timedelta(days=15))

    assert (young.score, old.score) == (-0.05, 0.175)
    assert young.evidence_sha256 == old.evidence_sha256


def test_the_tally_counts_ships_among_calls(sheet, rules, now):
    split = tally(review_all(sheet("hosted_reasoning_api")[0], rules, now))
    silent = tally(review_all(sheet("known_from_a_post")[0], rules, now))

    assert (split.label, split.percent, split.reviewers) == ("3 of 4", 75, 4)
    assert (silent.calls, silent.label, silent.percent) == (0, "—", None)


def _file_text():

    return files("digest.panel").joinpath("rules.toml").read_text(encoding="utf-8")


TEXTS = {"install": "pip install larch", "licence": "MIT", "entry_price": "free"}


def test_an_old_release_that_was_last_seen_long_ago_decides_nothing_alone(fact, tool, now):
    """By then there may be a newer one: the question is open, so nobody says skip for it."""
    known = [
        *(fact(kind, value=True) for kind in ("docs", "example", "terms", "self_host")),
        *(fact(kind, text) for kind, text in TEXTS.items()),
    ]
    old = (now - timedelta(days=200)).date().isoformat()
    last = fact("maintained_at", old, observed_at=now - timedelta(days=100))
    evidence = build_evidence(tool(), [*known, last], market=Market(), now=now)

    reviews = review_all(evidence, load_rules(), now)

    asked = [check for made in reviews for check in made.checks if check.key == "maintained"]
    assert asked
    assert all(check.points is None for check in asked)
    assert Verdict.SHIP in {made.verdict for made in reviews}


def calls(ships, number=30):
    return (Verdict.SHIP,) * ships + (Verdict.SKIP,) * (number - ships)


@pytest.mark.parametrize("ships", [3, 24])
def test_a_reviewer_that_tells_tools_apart_is_not_spoken_of(ships):
    assert leaning({Reviewer.BUILDER: calls(ships)}) == ()


@pytest.mark.parametrize(
    ("ships", "said"),
    [
        (25, "the Builder ships nearly everything: 25 of its last 30 calls"),
        (2, "the Builder ships hardly anything: 2 of its last 30 calls"),
    ],
)
def test_a_reviewer_that_hardly_tells_tools_apart_is_named_to_the_operator(ships, said):
    (line,) = leaning({Reviewer.BUILDER: calls(ships), Reviewer.FOUNDER: calls(12)})

    assert line.startswith(said)


def test_of_fewer_than_thirty_calls_nothing_is_said_and_older_ones_do_not_count():
    assert leaning({Reviewer.SKEPTIC: calls(29, 29)}) == ()
    assert leaning({Reviewer.SKEPTIC: (*calls(15), *calls(30))}) == ()
    assert leaning({}) == ()
