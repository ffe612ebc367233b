import pytest

from digest.issues.answer import answer
from digest.issues.reason_rules import RULES
from digest.model import AnswerKind, FactKind
from digest.panel.language import problems

HIGH, LOW = 0.5, -0.5
NOTHING = "you use it already: nothing we could confirm speaks for it over {}"


def set_apart(line, other):
    """The line as it stands where the same is not known of the other side."""
    said = f"not confirmed for {other}"
    return f"{line[:-1]}; {said})" if line.endswith(")") else f"{line} ({said})"


def test_the_higher_share_wins(side):
    made = answer(side("aider", (HIGH,) * 4), side("codex", (HIGH, HIGH, LOW, LOW)))

    assert made.kind is AnswerKind.A
    assert made.line == "Pick Aider: 4 of 4 would ship it, against 2 of 4 for Codex."


def test_the_other_side_can_win(side):
    made = answer(side("aider", (LOW,) * 4), side("codex", (HIGH, HIGH, HIGH, None)))

    assert made.kind is AnswerKind.B
    assert made.line == "Pick Codex: 3 of 3 would ship it, against none of 4 for Aider."


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        (0.349, 0.2, AnswerKind.TOO_CLOSE),
        (0.35, 0.2, AnswerKind.A),
        (0.2, 0.35, AnswerKind.B),
        (0.2, 0.349, AnswerKind.TOO_CLOSE),
        (0.4, 0.25, AnswerKind.A),
        (0.7, 0.55, AnswerKind.A),
        (0.3, 0.3, AnswerKind.TOO_CLOSE),
    ],
)
def test_equal_shares_are_decided_by_fifteen_hundredths_of_mean_score(a, b, kind, side):
    assert answer(side("aider", (a,) * 4), side("codex", (b,) * 4)).kind is kind


def test_a_win_by_score_says_so(side):
    made = answer(side("aider", (0.8,) * 4), side("codex", (0.3,) * 4))

    assert made.line == ("Pick Aider: 4 of 4 would ship each; Aider does better on the checklist.")


def test_shares_that_differ_by_little_leave_it_to_the_scores(side):
    """3 of 4 against 2 of 3 is a difference of 0.083."""
    a = side("aider", (0.2, 0.2, 0.2, LOW))
    b = side("codex", (0.9, 0.9, LOW, None))

    made = answer(a, b)

    assert made.kind is AnswerKind.B
    assert made.line == (
        "Pick Codex: 2 of 3 would ship Codex, and 3 of 4 would ship Aider; "
        "Codex does better on the checklist."
    )


def test_a_large_share_wins_even_against_the_scores(side):
    a, b = side("aider", (0.15,) * 4), side("codex", (1.0, 1.0, 1.0, 0.1))

    assert answer(a, b).kind is AnswerKind.A


def test_too_close_to_call_is_said_with_both_counts(side):
    same = answer(side("aider", (HIGH, HIGH, HIGH, LOW)), side("codex", (HIGH, HIGH, HIGH, LOW)))
    other = answer(side("aider", (0.2, 0.2, 0.2, -0.1)), side("codex", (0.2, 0.2, -0.1, None)))
    neither = answer(side("aider", (LOW,) * 4), side("codex", (LOW,) * 4))

    assert same.line == "Too close to call: 3 of 4 would ship each."
    assert other.line == (
        "Too close to call: 3 of 4 would ship Aider, and 2 of 3 would ship Codex."
    )
    assert neither.line == "Too close to call: none of 4 would ship either."


def test_the_better_of_two_the_panel_would_skip_is_not_simply_recommended(side):
    made = answer(side("aider", (HIGH, LOW, LOW, LOW)), side("codex", (LOW,) * 4))

    assert made.kind is AnswerKind.A
    assert made.line == (
        "Aider, if it must be one of the two: 1 of 4 would ship it, against none of 4 for Codex."
    )


@pytest.mark.parametrize(
    ("a", "b", "about"),
    [
        ((HIGH, None, None, None), (HIGH,) * 4, "Aider"),
        ((HIGH,) * 4, (None,) * 4, "Codex"),
        ((None,) * 4, (HIGH, None, None, None), "either"),
    ],
)
def test_fewer_than_two_calls_on_a_side_give_no_answer(a, b, about, side):
    made = answer(side("aider", a), side("codex", b))

    assert made.kind is AnswerKind.INSUFFICIENT
    assert made.line == f"No answer yet: too little is known about {about}."


@pytest.mark.parametrize(
    ("kind", "ours", "theirs", "for_a", "for_b"),
    [
        (
            "runs_locally",
            True,
            False,
            ["it has to run on hardware of your own"],
            ["you would rather not run anything yourself"],
        ),
        (
            "entry_price",
            "free",
            "freemium",
            ["it has to be free beyond the start as well (Codex: free plan, paid above)"],
            None,
        ),
        (
            "entry_price",
            "contact",
            "freemium",
            None,
            ["a free plan has to cover the start (Aider: price on request)"],
        ),
        ("entry_price", "paid", "contact", None, None),
        (
            "licence",
            "MIT",
            "proprietary",
            ["you need an open-source licence (MIT; Codex: proprietary)"],
            None,
        ),
        (
            "licence",
            "mit",
            "GPL-3.0",
            ["you prefer the terms of MIT (Codex: GPL-3.0)"],
            ["you prefer the terms of GPL-3.0 (Aider: MIT)"],
        ),
        (
            "licence",
            "CC-BY-4.0",
            "CC-BY-NC-4.0",
            ["you need commercial use allowed (CC-BY-4.0; Codex: CC-BY-NC-4.0)"],
            None,
        ),
        ("licence", "LicenseRef-a", "LicenseRef-b", None, None),
        ("waitlist", False, True, ["you need access today"], None),
        (
            "price",
            "$9 per month",
            False,
            [
                "you want to know the price before you talk to anyone ($9 per month; Codex: none found)"
            ],
            None,
        ),
        (
            "price",
            "$9 per month",
            "$7 per month",
            None,
            ["the lower price decides ($7 per month; Aider: $9 per month)"],
        ),
        (
            "price",
            "$0.30 in, $1,000 out per million tokens",
            "$0.3 in, $1,200.50 out per million tokens",
            ["the lower price decides ($0.30 in, $1,000 out per million tokens)"],
            None,
        ),
        (
            "price",
            "$1 in, $9 out per million tokens",
            "$2 in, $8 out per million tokens",
            None,
            None,
        ),
        ("price", "$9 per month", "$7 per user per month", None, None),
        ("price", "$9 per month", "€7 per month", None, None),
        ("price", "$9 per month", "$9.00 per month", None, None),
        ("price", "10 € per month", "9,99 € per month", None, None),
        ("price", "€1.000 per year", "€900 per year", None, None),
        (
            "maintained_at",
            "2026-07-01",
            "2026-03-01",
            ["recent work on it matters to you (last seen on 1 July 2026; Codex: 1 March 2026)"],
            None,
        ),
        ("maintained_at", "2026-07-01", "2026-06-01", None, None),
        ("self_host", True, False, ["you want to host it yourself"], None),
        (
            "open_interface",
            "MCP",
            False,
            ["it has to plug in through MCP (Codex: none found)"],
            None,
        ),
        (
            "open_interface",
            "MCP, REST API",
            False,
            ["it has to plug in through MCP or a REST API (Codex: none found)"],
            None,
        ),
        (
            "open_interface",
            "REST API",
            "MCP, REST API",
            None,
            ["it has to plug in through MCP (Aider: REST API)"],
        ),
        (
            "open_interface",
            "OpenAI-compatible API",
            "GGUF",
            ["it has to plug in through an OpenAI-compatible API (Codex: GGUF)"],
            ["you work with GGUF files (Aider: OpenAI-compatible API)"],
        ),
        ("benchmark", "bare", "reproducible", None, ["you want claims you can check"]),
        (
            "context_length",
            8000,
            131072,
            None,
            ["your inputs are long (up to 131,072 tokens; Aider: 8,000 tokens)"],
        ),
        ("context_length", 8000, 12000, None, None),
        ("platforms", "macOS, Linux", "linux", ["you work on macOS (Codex: linux)"], None),
        ("platforms", "macOS, Linux", "Python", None, None),
        (
            "platforms",
            "macOS, Linux, Windows, iOS",
            "web",
            ["you work on macOS, Linux or Windows (Codex: web)"],
            ["it has to work in the browser (Aider: macOS, Linux, Windows, iOS)"],
        ),
        (
            "created_at",
            "2024-01-05",
            "2026-01-05",
            [
                "you prefer what has been public longer, since 5 January 2024 (Codex: 5 January 2026)"
            ],
            None,
        ),
        ("created_at", "2026-01-05", "2026-02-05", None, None),
        (
            "vendor_since",
            "2026-01-05",
            "2015-02-01",
            None,
            ["you want a maker that has been around since 2015 (Aider: 2026)"],
        ),
        (
            "parameters",
            "3B",
            "7B",
            ["a model of 3B parameters fits your hardware (Codex: 7B)"],
            ["a model of 7B parameters fits your hardware (Aider: 3B)"],
        ),
        ("docs", True, False, ["you want documentation to follow"], None),
        ("terms", True, False, ["you need terms and a privacy page to show"], None),
    ],
)
def test_a_known_difference_says_who_should_pick_which(kind, ours, theirs, for_a, for_b, side):
    """Where a side has no line of its own, the launch dates give it one."""
    made = answer(
        side("aider", tool={"days": 2}, **{kind: ours}),
        side("codex", tool={"days": 4}, **{kind: theirs}),
    )

    assert list(made.pick_a_if) == (
        for_a or ["you want the newer of the two, launched on 12 July 2026"]
    )
    assert list(made.pick_b_if) == (
        for_b or ["you prefer the one that has been out longer, since 10 July 2026"]
    )


@pytest.mark.parametrize(
    ("kind", "value", "line"),
    [
        ("entry_price", "free", "it has to cost nothing to start"),
        ("licence", "MIT", "you need an open-source licence (MIT)"),
        ("waitlist", False, "you need access today"),
        ("runs_locally", True, "it has to run on hardware of your own"),
        ("open_interface", "MCP", "it has to plug in through MCP"),
        ("benchmark", "reproducible", "you want claims you can check"),
        ("context_length", 131072, "your inputs are long (up to 131,072 tokens)"),
        ("platforms", "macOS", "you work on macOS"),
    ],
)
def test_a_property_unknown_of_the_other_side_is_the_second_choice(kind, value, line, side):
    made = answer(side("aider", **{kind: value}), side("codex", docs=True))

    assert made.pick_a_if == (set_apart(line, "Codex"),)
    assert made.pick_b_if == ("you want documentation to follow (not confirmed for Aider)",)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("licence", "CC-BY-NC-4.0"),
        ("entry_price", "contact"),
        ("price", False),
        ("price", "$9 per month"),
        ("waitlist", True),
        ("maintained_at", "2026-07-01"),
        ("created_at", "2020-07-01"),
        ("context_length", "long"),
        ("platforms", " , "),
        ("benchmark", "none"),
        ("runs_locally", False),
    ],
)
def test_no_line_comes_from_what_is_no_advantage_or_not_known_of_both(kind, value, side):
    made = answer(side("aider", tool={"launch_dated": False}, **{kind: value}), side("codex"))

    assert made.pick_a_if == (NOTHING.format("Codex"),)


def test_what_is_the_same_on_both_sides_is_said_to_be(side):
    both = {"licence": "MIT", "entry_price": "free", "runs_locally": True, "platforms": "macOS"}
    both |= {"benchmark": "reproducible", "price": "$1", "parameters": "3B"}

    made = answer(side("aider", **both), side("codex", **both))

    assert made.pick_a_if == (NOTHING.format("Codex"),)
    assert made.pick_b_if == (NOTHING.format("Aider"),)


def test_what_can_be_hosted_runs_on_hardware_of_your_own_and_that_is_said_once(side):
    ours = {"self_host": True, "runs_locally": False}

    made = answer(side("aider", **ours), side("codex", self_host=False, runs_locally=False))

    assert made.pick_a_if == ("it has to run on hardware of your own (it can be self-hosted)",)
    assert made.pick_b_if == ("you would rather not run anything yourself",)


def test_a_free_tool_is_not_named_by_its_price_as_well(side):
    made = answer(
        side("aider", entry_price="free"), side("codex", entry_price="paid", price="$9 per month")
    )

    assert made.pick_a_if == ("it has to cost nothing to start (Codex: $9 per month)",)
    assert not [line for line in made.pick_b_if if "$" in line]


@pytest.mark.parametrize(
    ("price", "told"),
    [
        ("$9 per month", "free plan, then $9 per month"),
        ("$0.05 in, $0.10 out per million tokens", "free plan, paid above"),
    ],
)
def test_a_price_above_a_free_plan_is_not_told_as_the_price_of_a_start(side, price, told):
    theirs = side("codex", entry_price="freemium", price=price)

    made = answer(side("aider", entry_price="free"), theirs)

    assert made.pick_a_if == (f"it has to be free beyond the start as well (Codex: {told})",)


def test_a_price_that_can_be_read_is_set_against_one_on_request(side):
    made = answer(
        side("aider", entry_price="paid", price="$9 per month"),
        side("codex", entry_price="contact"),
    )

    assert made.pick_a_if == (
        "you want to know the price before you talk to anyone ($9 per month; Codex: price on request)",
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "is_said"),
    [
        ({"install": "pip install aider"}, {"waitlist": True}, True),
        ({"install": "pip install aider"}, {"waitlist": False}, False),
        ({"install": "pip install aider"}, {"docs": True}, False),
        ({"install": "pip install aider", "waitlist": True}, {"waitlist": True}, False),
        ({"install": False}, {"waitlist": True}, False),
    ],
)
def test_what_installs_today_is_set_against_a_waitlist(ours, theirs, is_said, side):
    made = answer(side("aider", **ours), side("codex", **theirs))

    assert ("you need access today" in made.pick_a_if) is is_said


def test_at_most_three_lines_a_side_the_weightiest_first(side):
    ours = {"docs": True, "example": True, "licence": "MIT", "runs_locally": True}
    theirs = {"docs": False, "example": False, "licence": "proprietary", "runs_locally": False}

    made = answer(side("aider", **ours), side("codex", **theirs))

    assert made.pick_a_if == (
        "it has to run on hardware of your own",
        "you need an open-source licence (MIT; Codex: proprietary)",
        "you want an example to start from",
    )


def test_undated_launches_give_no_line_of_their_own(side):
    made = answer(
        side("aider", tool={"days": 2, "launch_dated": False}), side("codex", tool={"days": 50})
    )

    assert made.pick_a_if == (NOTHING.format("Codex"),)
    assert made.pick_b_if == (NOTHING.format("Aider"),)


def test_no_line_says_more_than_its_sources(side):
    """Nothing of ours is first-hand or hype: not in the answer, and not in what tips to a side."""
    ours = {"runs_locally": True, "licence": "MIT", "entry_price": "free", "waitlist": False}
    theirs = {"runs_locally": False, "licence": "proprietary", "price": "$1 per month"}
    for scores in ((HIGH,) * 4, (LOW,) * 4, (None,) * 4):
        made = answer(side("aider", scores, **ours), side("codex", (LOW,) * 4, **theirs))
        for line in (made.line, *made.pick_a_if, *made.pick_b_if):
            assert problems(line) == ()


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (
            {"open_interface": "GGUF, MCP"},
            "it has to run on hardware of your own (it ships GGUF files)",
        ),
        (
            {"install": "pip install aider"},
            "it has to run on hardware of your own (`pip install aider`)",
        ),
        ({"install": f"curl {'x' * 60}"}, "it has to run on hardware of your own"),
        ({}, "it has to run on hardware of your own"),
    ],
)
def test_a_line_names_what_it_rests_on(facts, line, side):
    made = answer(side("aider", runs_locally=True, **facts), side("codex", runs_locally=False))

    assert made.pick_a_if[0] == line


def test_a_free_plan_says_what_it_costs_above_it(side):
    ours = {"entry_price": "freemium", "price": "$9 per month"}

    made = answer(side("aider", **ours), side("codex", entry_price="paid", price="$20 per month"))

    assert made.pick_a_if[0] == (
        "a free plan has to cover the start (paid: $9 per month; Codex: $20 per month)"
    )


def test_without_a_fact_the_count_and_then_a_reviewer_set_them_apart(side):
    """The loser gets a line as well, and none of them rests on what is unknown."""
    undated = {"launch_dated": False}
    stars = {"popularity_metric": "stars", **undated}
    known = side("aider", (HIGH, LOW, LOW, LOW), tool={**stars, "popularity": 1200})
    young = side("codex", (LOW, LOW, HIGH, HIGH), tool={**stars, "popularity": 300})
    pulls = side("codex", tool={"popularity_metric": "pulls", "popularity": 9, **undated})

    counted = answer(known, young)

    assert counted.pick_a_if == ("you follow what more people follow (1,200 stars against 300)",)
    assert counted.pick_b_if == (
        "the Futurist's questions are yours: of the two it would ship this",
    )
    assert answer(known, pulls).pick_a_if == (NOTHING.format("Codex"),)


def test_a_name_with_a_stop_of_its_own_gets_no_second_one(side):
    asking = side("codex", (None,) * 4, tool={"name": "Why Codex?"})

    made = answer(side("aider"), asking)

    assert made.line == "No answer yet: too little is known about Why Codex?"


def test_a_long_name_is_the_other_inside_a_line(side):
    long = side("codex", licence="proprietary", tool={"name": "A Boardroom Assistant of Renown"})

    made = answer(side("aider", licence="MIT"), long)

    assert made.pick_a_if == ("you need an open-source licence (MIT; the other: proprietary)",)


@pytest.mark.parametrize("scores", [(HIGH,) * 4, (LOW,) * 4, (None,) * 4, (HIGH, LOW, HIGH, None)])
def test_every_side_gets_a_line(scores, side):
    for theirs in ((HIGH,) * 4, (LOW,) * 4, (None,) * 4):
        made = answer(side("aider", scores), side("codex", theirs))

        assert made.pick_a_if
        assert made.pick_b_if


def test_the_rules_look_at_kinds_that_exist():
    assert set(RULES) <= set(FactKind)
