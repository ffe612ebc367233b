"""Golden 3: one input gives one plan; caps, floor, repeats, bans, pins, forced pins, weeks, sizes."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import IssueError
from digest.issues.history import Shown
from digest.issues.pairing import PairingConfig, PublishedPair, plan_pairs
from digest.issues.weeks import week_of, whole_week, window
from digest.model import FactKind, Flag, Tally

WEEK = "2026-W29"
JOBS = ("cli-agent", "code-editor", "vector-db", "web-data", "tts", "slides", "ocr")
CATEGORIES = ("Developer Tools",) * 3 + ("Data",) * 2 + ("Media", "Models")


@pytest.fixture
def jobs(job):
    return [job(key, category=each) for key, each in zip(JOBS, CATEGORIES, strict=True)]


@pytest.fixture
def plan(jobs, window):
    """Plan over seven jobs in four categories."""

    def make(candidates, **more):
        return plan_pairs(candidates, **{"week": WEEK, "window": window, "jobs": jobs, **more})

    return make


@pytest.fixture
def many(candidate):
    """Make any number of tools that differ in everything the score looks at."""

    def make(number, seed):
        chance = random.Random(seed)
        words = ("write", "code", "voices", "data", "fast", "api", "teams", "python", "editor")
        return [
            candidate(
                f"tool-{n:03}",
                job=chance.choice(JOBS),
                days=chance.choice((1, 2, 3, 5, 30, 100)),
                job_confidence=chance.choice((0.5, 0.7, 0.95)),
                attention=chance.choice((None, 10.0, 80.0)),
                ships=chance.randint(0, 4),
                coverage=chance.choice((0.4, 0.7, 0.9)),
                tags=tuple(chance.sample(("rust", "cli", "voice", "rag"), chance.randint(0, 3))),
                tagline=" ".join(chance.choices(words, k=6)),
            )
            for n in range(number)
        ]

    return make


def keys(plan):
    return [pair.key for pair in plan.chosen]


def published(week, a="aider", b="codex", *, counts=(3, 3), evidence="then", cells=None):
    shown = [
        Shown(
            panel=Tally(ships=ships, calls=4, reviewers=4),
            evidence_sha256=evidence,
            cells=cells or {},
        )
        for ships in counts
    ]
    return PublishedPair(week=week, a=a, b=b, shown_a=shown[0], shown_b=shown[1])


FILLERS = [published(f"2026-W{number}", "x", "y") for number in (21, 22, 23, 24)]


@pytest.mark.parametrize("number", [0, 1, 200])
def test_golden_3_the_same_input_in_any_order_gives_the_same_bytes(number, plan, many):
    tools = many(number, seed=1)
    shuffled = random.Random(2).sample(tools, k=len(tools))
    wishes = {"banned": ["tool-004"], "replaced": ["tool-001+tool-002"]}

    first = plan(tools, published=FILLERS, **wishes)
    second = plan(shuffled, published=FILLERS[::-1], **wishes)

    assert first.model_dump_json() == second.model_dump_json()
    assert len(first.chosen) == (5 if number == 200 else 0)
    assert first.passed + len(first.rejections) == first.considered_tools == number


def test_golden_3_every_pair_of_a_plan_says_why_it_was_not_chosen(plan, many):
    made = plan(many(200, seed=3))

    assert all(pair.reason is None for pair in made.chosen)
    assert all(pair.reason for pair in made.considered)
    totals = [pair.score.total for pair in made.considered]
    assert totals == sorted(totals, reverse=True)
    told = {each.tool for each in made.candidates} | {each.tool for each in made.rejections}
    fresh = {each.tool.slug for each in many(200, seed=3) if each.is_fresh}
    assert fresh <= told


def test_golden_3_caps(plan, candidate):
    made = plan([candidate(f"{job}-{n}", job=job, days=2) for job in JOBS for n in range(4)])

    jobs = [pair.job for pair in made.chosen]
    categories = [CATEGORIES[JOBS.index(job)] for job in jobs]
    assert len(jobs) == len(set(jobs)) == 5
    assert max(categories.count(each) for each in categories) == 2
    used = [slug for pair in made.chosen for slug in (pair.a, pair.b)]
    assert len(used) == len(set(used))


def test_golden_3_floor(plan, candidate):
    weak = [
        candidate(slug, days=6.9, job_confidence=0.6, tagline=text)
        for slug, text in (("aider", "edits code"), ("codex", "draws maps"))
    ]

    made = plan(weak, config=PairingConfig(floor=0.5))

    assert made.chosen == ()
    assert [pair.reason for pair in made.considered] == ["score below 0.5"]
    assert plan(weak, config=PairingConfig(floor=made.considered[0].score.total)).chosen


@pytest.mark.parametrize(
    ("past", "returns"),
    [
        (published("2026-W03", counts=(3, 4)), True),
        (published("2026-W03"), False),
        (published("2026-W04", counts=(3, 4)), False),
        (published("2026-W03", counts=(3, 4), evidence="now"), False),
        (published("2026-W03", cells={FactKind.LICENCE: "GPL-3.0"}), True),
        (published("2026-W03", cells={FactKind.LICENCE: "MIT"}), False),
        (published("2026-W03", cells={FactKind.PRICE: "$5 a month"}), False),
        (published("2026-W03", cells={FactKind.MAINTAINED_AT: "1 January 2026"}), False),
    ],
    ids=[
        "a count changed",
        "nothing changed",
        "too early",
        "the same evidence",
        "a fact changed",
        "a fact stayed",
        "a fact is unknown now",
        "a new commit is no news",
    ],
)
def test_golden_3_a_pair_returns_after_half_a_year_with_news(past, returns, plan, candidate, facts):
    """New evidence alone is not enough, nor is a change that readers would not see."""
    tools = [
        candidate(slug, facts=facts(slug, licence="MIT", maintained_at="2026-07-12")).model_copy(
            update={"evidence_sha256": "now"}
        )
        for slug in ("aider", "codex")
    ]

    made = plan(tools, published=[past, *FILLERS])

    assert bool(made.chosen) is returns
    if not returns:
        assert made.considered[0].reason == f"already published in {past.week}"


def test_golden_3_a_tool_rests_four_issues_and_an_incumbent_two(plan, candidate):
    past = [
        published("2026-W20", "old-1", "new-1"),
        published("2026-W26", "old-2", "new-2"),
        published("2026-W27", "old-3", "new-3"),
        published("2026-W28", "old-4", "new-4"),
        published("2026-W12", "old-0", "new-0"),
    ]
    tools = [candidate(f"new-{n}", days=2) for n in range(5)]
    tools += [candidate(f"old-{n}", days=90) for n in range(5)]

    made = plan(tools, published=past)

    resting = {each.tool for each in made.rejections}
    assert resting == {"new-1", "new-2", "new-3", "new-4", "old-3", "old-4"}
    assert {each.reason for each in made.rejections} == {"in one of the last issues"}


def test_golden_3_bans(plan, candidate):
    tools = [candidate(slug) for slug in ("aider", "codex", "goose")]

    made = plan(tools, banned=["goose", "aider+codex"])

    assert made.chosen == ()
    assert {each.tool: each.reason for each in made.rejections} == {"goose": "banned by an editor"}
    assert [pair.reason for pair in made.considered] == ["banned by an editor"]


def test_golden_3_a_pin_passes_floor_caps_freshness_and_rest(plan, candidate):
    tools = [candidate(f"{job}-{n}", job=job, days=2) for job in JOBS for n in range(2)]
    old = [
        candidate("aider", days=300, job_confidence=0.2),
        candidate("codex", days=400, flags=(Flag.SPONSORED,)),
    ]

    past = [published("2026-W28", "aider", "x")]
    made = plan([*tools, *old], pinned=["codex+aider"], published=past)

    assert made.chosen[0].key == "aider+codex"
    assert (made.chosen[0].is_pinned, made.chosen[0].is_forced) == (True, False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"product_key": "one", "vendor_key": "maker"}, "both are one product"),
        ({}, "already published in 2026-W20"),
    ],
    ids=["one product", "published"],
)
def test_golden_3_only_force_passes_one_product_and_published(change, reason, plan, candidate):
    tools = [candidate("aider", **change), candidate("codex", **change)]
    past = [published("2026-W20"), *FILLERS]

    with pytest.raises(IssueError, match=f"cannot be followed: {reason}"):
        plan(tools, pinned=["aider+codex"], published=past)
    made = plan(tools, forced={"codex+aider": "a fork that lives apart"}, published=past)

    assert keys(made) == ["aider+codex"]
    assert (made.chosen[0].is_forced, made.chosen[0].note) == (True, "a fork that lives apart")
    assert made.forced == ("aider+codex",)


def test_golden_3_force_passes_no_other_rule_and_needs_a_note(plan, candidate):
    vendor = [candidate(slug, vendor_key="maker") for slug in ("aider", "codex")]
    thin = [candidate("aider", coverage=0.2), candidate("codex")]

    with pytest.raises(IssueError, match="both are of one vendor"):
        plan(vendor, forced={"aider+codex": "why"})
    with pytest.raises(IssueError, match="less than 50% of what a comparison shows is known"):
        plan(thin, forced={"aider+codex": "why"})
    with pytest.raises(IssueError, match=r"to force aider\+codex needs a note"):
        plan(vendor, forced={"aider+codex": " "})
    with pytest.raises(IssueError, match="'aider' is one tool; name a pair"):
        plan(vendor, forced={"aider": "why"})


def test_golden_3_a_replaced_pair_gives_way_and_an_order_is_kept(plan, candidate):
    tools = [candidate(f"{job}-{n}", job=job, days=2) for job in JOBS for n in range(3)]
    before = plan(tools)

    lead, second = before.chosen[:2]
    after = plan(tools, replaced=[lead.key], ordered=[second.key])

    assert keys(after)[:2] == [second.key, lead.next_best]
    assert after.chosen[1].replaces == lead.key
    assert after.ordered == (second.key,)


def test_golden_3_the_week_turns_in_the_operators_zone_and_years_have_53(jobs, candidate):
    """1 January 2027 is a Friday of 2026-W53; 2027-W01 begins on the 4th."""
    assert week_of(datetime(2027, 1, 1, 12, tzinfo=UTC), UTC) == "2026-W53"
    assert week_of(datetime(2027, 1, 4, 0, tzinfo=UTC), UTC) == "2027-W01"
    launched = {"old": datetime(2027, 1, 1, tzinfo=UTC), "new": datetime(2027, 1, 6, tzinfo=UTC)}
    tools = [
        made.model_copy(
            update={
                "tool": made.tool.model_copy(update={"launched_at": at}),
                "is_fresh": span.contains(at),
            }
        )
        for span in (whole_week("2027-W01", zone=UTC),)
        for name, at in launched.items()
        for made in (candidate(f"{name}-1"), candidate(f"{name}-2"))
    ]

    made = plan_pairs(tools, week="2027-W01", window=whole_week("2027-W01", zone=UTC), jobs=jobs)

    assert made.window_start == datetime(2027, 1, 4, tzinfo=UTC)
    assert made.cutoff - made.window_start == timedelta(days=7)
    assert made.fresh == 2
    assert "old-1+old-2" not in {pair.key for pair in (*made.chosen, *made.considered)}


def test_golden_3_half_a_year_is_counted_across_a_long_year(jobs, candidate):
    now = datetime(2027, 1, 5, tzinfo=UTC)
    tools = [
        made.model_copy(
            update={"tool": made.tool.model_copy(update={"launched_at": now - timedelta(days=1)})}
        )
        for made in (candidate("aider"), candidate("codex"))
    ]
    fillers = [published(f"2026-W{number}", "x", "y") for number in (50, 51, 52, 53)]

    def chosen(week):
        return plan_pairs(
            tools,
            week="2027-W01",
            window=window("2027-W01", now=now, zone=UTC),
            jobs=jobs,
            published=[published(week, counts=(0, 0)), *fillers],
        ).chosen

    assert chosen("2026-W28")
    assert not chosen("2026-W29")
