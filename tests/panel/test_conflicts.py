"""Sources that differ: a check says so, is settled by the product's own page, or does not count."""

import pytest

from digest.model import Market, PageRole, Reviewer
from digest.panel.evidence import build_evidence
from digest.panel.rules import grounds, review

BUILDER = {"install": "pip install larch", "docs": True, "example": True, "waitlist": False}


@pytest.fixture
def made(fact, tool, plain_rules, now):
    """Have a reviewer judge standing facts and one that says otherwise."""

    def judge(standing, other, reviewer="builder"):
        facts = [fact(kind, value) for kind, value in BUILDER.items() if kind != other.kind]
        evidence = build_evidence(
            tool(), [*facts, standing], market=Market(), now=now, dissent=[other]
        )
        made = review(evidence, reviewer=Reviewer(reviewer), rules=plain_rules, now=now)
        check = next(each for each in made.checks if each.points is None or each.dissent)
        return made, check, evidence

    return judge


def test_claims_that_are_worth_different_points_do_not_count(fact, made):
    mit = fact("licence", "MIT", source="hacker-news")
    closed = fact("licence", "CC-BY-NC-4.0", source="github", url="https://github.example/")

    found, check, _ = made(mit, closed)

    assert (check.points, check.answer) == (None, "")
    assert check.sentence == "Sources differ on the licence: MIT or CC-BY-NC-4.0."
    labels = {citation.number: citation.label for citation in found.citations}
    assert labels[check.citation] == "hacker-news"
    assert [labels[mark] for mark in check.dissent] == ["github"]
    assert found.score == pytest.approx((3 + 1.4 + 1 + 0.6) / 9, abs=1e-4)
    assert found.take.endswith("Sources differ on the licence [4][5], so that does not count.")


def test_claims_that_are_worth_the_same_are_both_said_and_count(fact, made):
    mit, apache = fact("licence", "MIT"), fact("licence", "Apache-2.0", source="b", url="https://b")

    _, check, _ = made(mit, apache)

    assert check.points == 1
    assert check.sentence == (
        "Under MIT the code is open to read and change, though another source says Apache-2.0."
    )


def test_a_page_of_the_product_s_own_settles_it_and_the_other_side_is_said(fact, made):
    own = fact("licence", "LicenseRef-proprietary", page=PageRole.HOME)
    claim = fact("licence", "MIT", source="hacker-news", url="https://news.example/")

    found, check, _ = made(own, claim)

    assert (check.points, check.answer) == (-0.6, "closed code")
    assert "though another source says MIT" in check.sentence
    assert "though another source says MIT" in found.take


def test_free_or_paid_is_no_answer_to_either_question(fact, made):
    free, paid = fact("entry_price", "free"), fact("entry_price", "paid", source="b")

    found, check, _ = made(free, paid, reviewer="founder")

    assert check.key == "price"
    assert check.sentence == "Sources differ on the price: public or paid."
    start = next(each for each in found.checks if each.key == "start")
    assert (
        start.sentence == "Sources differ on what it costs to start: free or paid from the start."
    )
    assert "On the price and what it costs to start they differ." in found.take


def test_all_sides_are_the_grounds_of_a_check(fact, made, plain_rules, now):
    mit, apache = fact("licence", "MIT"), fact("licence", "Apache-2.0", source="b", url="https://b")

    _, _, evidence = made(mit, apache)
    found = grounds(evidence, reviewer=Reviewer.BUILDER, rules=plain_rules, now=now)

    assert found["licence"] == (mit, apache)
    assert [each.kind for each in found["install"]] == ["install"]
    assert "interface" not in found


def test_what_contradicts_is_part_of_what_is_known_and_when_it_was_seen_is_not(fact, made):
    mit, other = fact("licence", "MIT"), fact("licence", "CC-BY-NC-4.0", source="b")
    later = other.model_copy(update={"observed_at": mit.observed_at, "capture_key": "another"})

    _, _, evidence = made(mit, other)
    _, _, same = made(mit, later)

    assert evidence.sha256 == same.sha256
    assert evidence.sha256 != evidence.model_copy(update={"dissent": ()}).sha256
