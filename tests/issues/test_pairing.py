import json
import random
from datetime import timedelta

import pytest

from digest.errors import IssueError
from digest.issues.history import Shown
from digest.issues.pairing import PairingConfig, PublishedPair, plan_pairs
from digest.issues.weeks import Window
from digest.model import Flag, Rejection, Tally

WEEK = "2026-W29"
JOBS = ("cli-agent", "code-editor", "vector-db", "web-data", "tts", "slides", "ocr")


@pytest.fixture
def jobs(job):
    """Give seven jobs in four categories."""
    categories = ("Developer Tools",) * 3 + ("Data",) * 2 + ("Media", "Models")
    return [
        job(key, category=category, adjacent=("web-data",) if key == "vector-db" else ())
        for key, category in zip(JOBS, categories, strict=True)
    ]


@pytest.fixture
def plan(jobs, window):
    """Plan over the jobs above."""

    def make(candidates, **more):
        return plan_pairs(candidates, **{"week": WEEK, "window": window, "jobs": jobs, **more})

    return make


@pytest.fixture
def two_each(candidate):
    """Make two fresh tools for each job: ``tts-a`` and ``tts-b``; names sort as the jobs do."""
    return [candidate(f"{job}-{side}", job=job, days=2) for job in JOBS for side in "ab"]


def pairs(plan):
    return [(pair.a, pair.b) for pair in plan.chosen]


def reasons(plan):
    return {rejection.tool: rejection.reason for rejection in plan.rejections}


def test_no_candidates_give_an_empty_plan(plan):
    made = plan([])

    assert (made.passed, made.fresh, made.chosen, made.considered) == (0, 0, (), ())
    assert made.week == WEEK


def test_one_candidate_gives_an_empty_plan(plan, candidate):
    made = plan([candidate()])

    assert (made.passed, made.fresh, made.chosen) == (1, 1, ())


def test_two_fresh_tools_of_a_job_meet(plan, candidate):
    made = plan([candidate("aider"), candidate("codex", days=4)])

    assert pairs(made) == [("aider", "codex")]
    assert made.chosen[0].job == "cli-agent"
    assert made.chosen[0].why == (
        "Both do the same job: cli-agent tools. "
        "Both are new in the seven days to 14 July 2026: "
        "Aider launched on 12 July 2026, and Codex launched on 10 July 2026."
    )


def test_a_fresh_tool_meets_an_incumbent_and_incumbents_never_meet(plan, candidate):
    made = plan([candidate("aider"), candidate("codex", days=200), candidate("goose", days=300)])

    every = {frozenset((p.a, p.b)) for p in (*made.chosen, *made.considered)}
    assert every == {frozenset(("aider", "codex")), frozenset(("aider", "goose"))}
    assert len(made.chosen) == 1


def test_tools_of_different_jobs_never_meet(plan, candidate):
    made = plan([candidate("aider"), candidate("chroma", job="vector-db")])

    assert (made.chosen, made.considered) == ((), ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"job": "unsorted"}, "no job found"),
        ({"job": "other"}, "no job found"),
        ({"job": "knitting"}, "no job found"),
        ({"job_confidence": 0.59}, "job less sure than 0.6"),
        ({"coverage": 0.49}, "less than 50% of what a comparison shows is known"),
        ({"calls": 1, "ships": 1}, "fewer than 2 reviewers could make a call"),
        ({"flags": (Flag.SPAM,)}, "flagged spam"),
        ({"flags": (Flag.SPONSORED,)}, "flagged sponsored"),
        ({"days": -1}, "launched after the cut-off"),
    ],
)
def test_a_tool_that_may_not_be_paired_is_recorded_with_its_reason(change, reason, plan, candidate):
    made = plan([candidate("aider", **change), candidate("codex")])

    assert reasons(made) == {"aider": reason}
    assert (made.passed, made.chosen) == (1, ())


def test_every_tool_looked_at_is_a_candidate_or_has_its_rejection(plan, candidate):
    """Incumbents too, so that the numbers an editor sees add up."""
    made = plan(
        [
            *(candidate("aider"), candidate("codex", days=200), candidate("goose", coverage=0.1)),
            *(candidate("moth", job="other", days=300), candidate("zed", days=90)),
        ],
        rejections=[Rejection(tool="ant", reason="no facts")],
        banned=["zed"],
    )

    assert (made.considered_tools, made.passed, len(made.rejections)) == (6, 2, 4)


def test_a_tool_at_the_very_limits_may_be_paired(plan, candidate):
    limit = {"job_confidence": 0.6, "coverage": 0.5, "calls": 2}

    made = plan([candidate("aider", **limit), candidate("codex")], config=PairingConfig(floor=0))

    assert made.rejections == ()
    assert len(made.chosen) == 1


def test_rejections_of_the_caller_are_part_of_the_record(plan, candidate):
    before = [Rejection(tool="zed", reason="no facts"), Rejection(tool="ant", reason="no facts")]

    made = plan([candidate("moth", job="other")], rejections=before)

    assert list(reasons(made).items()) == [
        ("ant", "no facts"),
        ("moth", "no job found"),
        ("zed", "no facts"),
    ]


@pytest.mark.parametrize(
    ("key", "reason"),
    [("product_key", "both are one product"), ("vendor_key", "both are of one vendor")],
)
def test_one_product_and_one_vendor_never_meet(key, reason, plan, candidate):
    made = plan([candidate("wave-11", **{key: "same"}), candidate("wave-12", **{key: "same"})])

    assert made.chosen == ()
    assert [pair.reason for pair in made.considered] == [reason]
    assert made.considered[0].why == ""


def test_tools_without_a_known_product_or_vendor_may_meet(plan, candidate):
    nobody = {"product_key": "", "vendor_key": ""}

    assert plan([candidate("aider", **nobody), candidate("codex", **nobody)]).chosen


def test_a_pair_below_the_floor_is_not_chosen(plan, candidate):
    stale = [
        candidate("aider", days=6, job_confidence=0.6),
        candidate("codex", days=6.5, job_confidence=0.6),
    ]

    made = plan(stale)

    assert made.chosen == ()
    assert made.considered[0].reason == "score below 0.45"
    assert made.considered[0].score.total < 0.45


def test_the_target_ends_the_choice(plan, two_each):
    made = plan(two_each, config=PairingConfig(target=1))

    assert len(made.chosen) == 1
    assert {pair.reason for pair in made.considered} == {"the issue is full"}


def test_a_third_tool_of_a_job_is_told_why_it_stays_out(plan, candidate):
    made = plan([candidate("aider"), candidate("codex"), candidate("goose")])

    assert {pair.reason for pair in made.considered} == {"one of the two is in another pair"}
    again = plan([candidate(name) for name in ("aider", "codex", "goose", "heron")])
    assert "its job has a pair this week" in {pair.reason for pair in again.considered}


def test_the_higher_panel_share_stands_first(plan, candidate):
    made = plan([candidate("aider", ships=1), candidate("codex", ships=3, calls=3)])

    assert pairs(made) == [("codex", "aider")]


def test_equal_shares_stand_by_slug(plan, candidate):
    assert pairs(plan([candidate("codex"), candidate("aider")])) == [("aider", "codex")]


def published(week, a="aider", b="codex", ships=(3, 3)):
    panels = [Tally(ships=n, calls=4, reviewers=4) for n in ships]
    shown = [Shown(panel=panel, evidence_sha256="then") for panel in panels]
    return PublishedPair(week=week, a=a, b=b, shown_a=shown[0], shown_b=shown[1])


def test_a_published_pair_does_not_return(plan, candidate):
    both = [candidate("aider"), candidate("codex")]
    fillers = [published(f"2026-W{n}", "x", "y") for n in (21, 22, 23, 24)]

    made = plan(both, published=[published("2026-W20", "codex", "aider"), *fillers])

    assert made.chosen == ()
    assert made.considered[0].reason == "already published in 2026-W20"


def test_the_latest_of_several_publications_counts(plan, candidate):
    fillers = [published(f"2026-W{n}", "x", "y") for n in (21, 22, 23, 24)]
    past = [published("2025-W02", ships=(0, 0)), published("2026-W10", ships=(0, 0)), *fillers]

    made = plan([candidate("aider"), candidate("codex")], published=past)

    assert made.considered[0].reason == "already published in 2026-W10"


def test_a_pair_of_which_no_panel_is_known_never_returns(plan, candidate):
    fillers = [published(f"2026-W{n}", "x", "y") for n in (21, 22, 23, 24)]
    past = [PublishedPair(week="2024-W01", a="aider", b="codex"), *fillers]

    assert plan([candidate("aider"), candidate("codex")], published=past).chosen == ()


def test_this_week_s_own_and_later_issues_do_not_count(plan, candidate):
    """A week may be built again, also after later weeks were published."""
    past = [published(WEEK), published("2026-W30")]

    assert plan([candidate("aider"), candidate("codex")], published=past).chosen


def test_a_pinned_pair_passes_floor_caps_freshness_rest_and_doubt_about_the_job(
    plan, candidate, two_each
):
    old = [
        candidate("aider", days=300, job_confidence=0.2),
        candidate("codex", days=400, flags=(Flag.SPONSORED,)),
    ]
    past = [published("2026-W28", "aider", "x")]

    made = plan([*two_each, *old], pinned=["codex+aider"], published=past)

    assert pairs(made)[0] == ("aider", "codex")
    assert made.chosen[0].is_pinned
    assert made.chosen[0].why.endswith("An editor chose this pair.")
    assert made.pinned == ("aider+codex",)
    assert len(made.chosen) == 5
    assert "cli-agent" not in {pair.job for pair in made.chosen[1:]}


def test_pins_may_make_an_issue_of_seven_and_break_the_caps(plan, candidate, two_each):
    pins = [f"{job}-a+{job}-b" for job in JOBS]

    assert len(plan(two_each, pinned=pins).chosen) == 7
    more = [*two_each, candidate("aider"), candidate("codex")]
    with pytest.raises(IssueError, match="8 pins, and an issue has at most 7"):
        plan(more, pinned=[*pins, "aider+codex"])


def test_pinned_pairs_stand_first_in_the_editor_s_order_each_once(plan, two_each):
    made = plan(two_each, pinned=["tts-b+tts-a", "ocr-a+ocr-b", "tts-a+tts-b"])

    assert pairs(made)[:2] == [("tts-a", "tts-b"), ("ocr-a", "ocr-b")]


def test_a_pinned_tool_gets_its_best_rival(plan, candidate):
    tools = [
        candidate("aider", days=1),
        candidate("codex", days=5, job_confidence=0.7),
        candidate("goose", days=2),
        candidate("heron", days=60, vendor_key="aider-inc"),
    ]

    made = plan(tools, pinned=["aider"])

    assert pairs(made) == [("aider", "goose")]
    assert (made.chosen[0].is_pinned, made.pinned) == (True, ("aider",))


def test_a_pinned_tool_leaves_the_tools_of_other_pins_alone(plan, candidate):
    tools = [candidate(slug) for slug in ("aider", "codex", "goose", "heron")]

    made = plan(tools, pinned=["aider", "codex+goose"])

    assert pairs(made) == [("codex", "goose"), ("aider", "heron")]


def test_tools_of_neighbouring_jobs_meet_when_an_editor_wants_it(plan, candidate):
    tools = [candidate("crawler", job="web-data"), candidate("chroma", job="vector-db")]

    made = plan(tools, pinned=["crawler+chroma"])

    assert pairs(made) == [("chroma", "crawler")]
    assert made.chosen[0].why.startswith("They do neighbouring jobs. ")


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("aider+ghost", "ghost: no such tool is known"),
        ("ghost", "ghost: no such tool is known"),
        ("aider+thin", "thin: less than 50% of what a comparison shows is known"),
        ("aider+spam", "spam: flagged spam"),
        ("aider+ban", "ban: banned by an editor"),
        ("aider+twin", "both are one product"),
        ("aider+sister", "both are of one vendor"),
        ("aider+old", "already published in 2026-W20"),
        ("aider+voice", "they do different jobs: cli-agent tools, and tts tools"),
        ("voice", "no other tool of its job can stand against it this week"),
    ],
)
def test_a_pin_that_cannot_be_followed_says_why(pin, reason, plan, candidate):
    tools = [
        candidate("aider"),
        candidate("thin", coverage=0.1),
        candidate("spam", flags=(Flag.SPAM,)),
        candidate("ban"),
        candidate("twin", product_key="aider"),
        candidate("sister", vendor_key="aider-inc"),
        candidate("old"),
        candidate("voice", job="tts"),
    ]

    with pytest.raises(IssueError) as caught:
        plan(tools, pinned=[pin], banned=["ban"], published=[published("2026-W20", b="old")])

    assert str(caught.value).startswith(f"issue {WEEK}: pin ")
    assert str(caught.value).endswith(f" cannot be followed: {reason}; drop or undo it")


def test_a_tool_cannot_be_in_two_pins(plan, candidate):
    tools = [candidate(slug) for slug in ("aider", "codex", "goose")]

    with pytest.raises(IssueError, match=r"pin aider\+goose .*: aider is in another pinned pair"):
        plan(tools, pinned=["aider+codex", "goose+aider"])


def test_a_pinned_tool_that_another_pin_brings_in_already_asks_for_nothing_more(plan, candidate):
    """Whether as one of a pair, or as the best rival of another pinned tool."""
    tools = [candidate(slug) for slug in ("aider", "codex", "goose")]

    assert pairs(plan(tools, pinned=["aider", "aider+goose"])) == [("aider", "goose")]
    assert pairs(plan(tools, pinned=["aider", "codex"])) == [("aider", "codex")]


@pytest.mark.parametrize("text", ["", "a+b+c", "a+", "+", "a+a"])
def test_a_wish_that_is_no_tool_and_no_pair_is_told_the_form(text, plan):
    with pytest.raises(IssueError, match=r"such as aider\+codex"):
        plan([], pinned=[text])
    with pytest.raises(IssueError, match=r"such as aider\+codex"):
        plan([], banned=[text])


def many(candidate, number, seed):
    chance = random.Random(seed)
    return [
        candidate(
            f"tool-{n:03}",
            job=chance.choice(JOBS),
            days=chance.choice((1, 2, 3, 5, 30, 100)),
            job_confidence=chance.choice((0.5, 0.7, 0.95)),
            attention=chance.choice((None, 10.0, 80.0)),
            ships=chance.randint(0, 4),
            tags=tuple(chance.sample(("rust", "cli", "api", "voice"), chance.randint(0, 3))),
            tagline=" ".join(chance.choices(("write", "code", "voices", "data", "fast"), k=4)),
        )
        for n in range(number)
    ]


def test_no_tool_stands_in_two_pairs_and_incumbents_never_meet_among_many(plan, candidate):
    for seed in range(5):
        tools = {found.tool.slug: found for found in many(candidate, 60, seed)}

        made = plan(tools.values())

        used = [slug for pair in made.chosen for slug in (pair.a, pair.b)]
        assert len(used) == len(set(used))
        for pair in made.chosen:
            assert tools[pair.a].is_fresh or tools[pair.b].is_fresh
            assert tools[pair.a].tool.job == tools[pair.b].tool.job
            assert pair.score.total >= 0.45


def test_the_hash_follows_numbers_and_jobs_but_not_their_order(plan, jobs, job):
    made = plan([])

    assert plan([], jobs=jobs[::-1]).config_sha256 == made.config_sha256
    assert plan([], config=PairingConfig(floor=0.4)).config_sha256 != made.config_sha256
    assert plan([], jobs=[job("ocr", category="Data")]).config_sha256 != made.config_sha256


def test_the_plan_survives_being_stored(plan, two_each):
    made = plan(two_each)

    assert type(made).model_validate(json.loads(made.model_dump_json())) == made


def test_a_fresh_tool_counts_as_fresh_even_when_rejected(plan, candidate):
    made = plan([candidate("aider", coverage=0.1), candidate("codex", days=30)])

    assert (made.fresh, made.passed) == (1, 1)


def test_the_weights_of_the_score_are_one_together():
    config = PairingConfig()

    weights = (config.substitutability, config.rivalry, config.freshness, config.balance)
    assert sum((*weights, config.contrast)) == pytest.approx(1)


def test_a_window_of_a_past_week_leaves_later_launches_out(plan, candidate, now):
    past = Window(start=now - timedelta(days=20), cutoff=now - timedelta(days=13))

    made = plan([candidate("aider", days=2).model_copy(update={"is_fresh": False})], window=past)

    assert reasons(made) == {"aider": "launched after the cut-off"}


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"job_confidence": 0.59}, "Codex: job less sure than 0.6"),
        ({"coverage": 0.49}, "Codex: less than 50% of what a comparison shows is known"),
        ({"calls": 0, "ships": 0}, "Codex: fewer than 2 reviewers could make a call"),
    ],
)
def test_a_pair_that_only_lacks_knowledge_is_shown_with_what_is_missing(
    change, missing, plan, candidate
):
    """An editor sees which tool is worth a look; nothing chooses it."""
    made = plan([candidate("aider"), candidate("codex", **change), candidate("goose", days=90)])

    assert pairs(made) == [("aider", "goose")]
    shown = {(pair.a, pair.b): pair.reason for pair in made.considered}
    assert missing in {reason for pair, reason in shown.items() if set(pair) == {"aider", "codex"}}
    assert [each.tool for each in made.candidates] == ["aider", "goose"]
    assert [(each.tool, each.name) for each in made.rejections] == [("codex", "Codex")]
    assert (made.scored, made.passed) == (3, 2)


@pytest.mark.parametrize("change", [{"job": "other"}, {"flags": (Flag.SPAM,)}, {"is_gone": True}])
def test_a_pair_with_a_tool_that_has_no_place_is_not_scored(change, plan, candidate):
    gone = {"is_gone": change.pop("is_gone", False)}
    odd = candidate("codex", **change).model_copy(update=gone)

    made = plan([candidate("aider"), odd])

    assert (made.scored, made.considered) == (0, ())
    assert made.candidates[0].reason == "no other tool of its job may be paired this week"


def test_each_new_tool_has_its_best_pair_in_the_record_however_long_it_is(plan, candidate):
    tools = [candidate(f"tool-{n}", days=n) for n in range(1, 7)]

    made = plan(tools, config=PairingConfig(kept=1, target=1))

    told = {slug for pair in (*made.chosen, *made.considered) for slug in (pair.a, pair.b)}
    assert told == {each.tool.slug for each in tools}
    assert len(made.considered) < made.scored - 1
    best = {each.tool: (each.best, each.pairs) for each in made.candidates}
    assert best["tool-1"] == (made.chosen[0].key, 5)
