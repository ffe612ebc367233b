"""The week's pairs by the command line: from a file, and as an editor asks."""

import json
from datetime import date, timedelta

import pytest

WEEK = "2026-W47"
FACTS = {
    "licence": "Apache-2.0",
    "docs": True,
    "install": "pip install it",
    "entry_price": "free",
    "self_host": True,
    "runs_locally": True,
    "example": True,
    "waitlist": False,
    "maintained_at": "2026-11-18",
}
TOOLS = (
    ("Qdrow", "vector-db", 17, {}),
    ("Chromia", "vector-db", 18, {"vendor": "Chromia Inc"}),
    ("Chromia Lite", "vector-db", 19, {"vendor": "Chromia Inc"}),
    ("Speaka", "tts", 16, {}),
    ("Voxa", "tts", 20, {"description": "An alternative to Speaka for long texts."}),
    ("Murmur", "tts", None, {}),
    ("Postlet", "tts", 17, {"facts": {}}),
)


@pytest.fixture
def tools(digest):
    """A file of tools with their facts."""
    path = digest.folder / "tools.jsonl"
    lines = [
        {
            "name": name,
            "tagline": f"{job} for developers",
            "job": job,
            "launched_at": date(2026, 11, day).isoformat() if day else "2025-01-01",
            "facts": {**FACTS, "maintained_at": str(date(2026, 11, 1) + timedelta(days=n))},
            **more,
        }
        for n, (name, job, day, more) in enumerate(TOOLS)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def test_a_plan_of_a_file_has_every_tool_and_part_and_the_same_bytes_again(digest, tools):
    first = digest("pairs", "plan", tools, "--week", WEEK, "--json")
    again = digest("pairs", "plan", tools, "--week", WEEK, "--json", now="2027-03-01T00:00:00Z")

    assert first.out == again.out
    plan = first.json
    assert [(pair["a"], pair["b"]) for pair in plan["chosen"]] == [
        *([("chromia-lite", "qdrow"), ("speaka", "voxa")][::-1])
    ]
    lead = plan["chosen"][0]["score"]
    assert (lead["rivalry"], lead["joint"]) == (1.0, 1.0)
    assert plan["chosen"][0]["why"].startswith("Both do the same job")
    reasons = {f"{p['a']}+{p['b']}": p["reason"] for p in plan["considered"]}
    assert reasons["chromia+chromia-lite"] in {"both are one product", "both are of one vendor"}
    assert reasons["chromia+qdrow"] == "one of the two is in another pair"
    assert {each["tool"]: each["reason"] for each in plan["rejections"]} == {
        "postlet": "less than 50% of what a comparison shows is known"
    }
    assert {each["tool"] for each in plan["candidates"]} == {
        *("chromia", "chromia-lite", "qdrow", "speaka", "voxa", "murmur")
    }
    assert not (digest.folder / "var").exists()


def test_a_plan_of_a_file_takes_wishes_and_past_comparisons(digest, tools):
    past = digest.folder / "past.jsonl"
    past.write_text('{"week": "2026-W20", "a": "voxa", "b": "speaka"}\n')

    def chosen(*more):
        plan = digest("pairs", "plan", tools, "--week", WEEK, "--json", *more).json
        return {frozenset((pair["a"], pair["b"])) for pair in plan["chosen"]}

    assert frozenset(("speaka", "voxa")) not in chosen("--published", past)
    assert frozenset(("murmur", "voxa")) in chosen("--pin", "voxa+murmur", "--ban", "qdrow")
    forced = chosen("--published", past, "--force", "speaka+voxa", "--note", "a new price")
    assert frozenset(("speaka", "voxa")) in forced


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--week", "2026-47"), "not a week"),
        (("--week", WEEK, "--force", "speaka+voxa"), "needs a note that says why"),
        (("--week", WEEK, "--pin", "ghost"), "pin ghost cannot be followed: ghost: no such tool"),
        (
            ("--week", WEEK, "--ban", "qdrw"),
            "qdrw cannot be banned: no such tool is known, did you mean qdrow?",
        ),
    ],
)
def test_a_plan_that_cannot_be_made_says_why(arguments, told, digest, tools):
    assert told in digest("pairs", "plan", tools, *arguments).sentence


@pytest.mark.parametrize(
    "line",
    ['{"week": "2026-W20", "a": "voxa"}', '{"week": "2026-W77", "a": "speaka", "b": "voxa"}'],
)
def test_a_line_that_is_no_comparison_is_named(line, digest, tools):
    past = digest.folder / "past.jsonl"
    past.write_text(line)

    ran = digest("pairs", "plan", tools, "--week", WEEK, "--published", past)

    assert "past.jsonl line 1" in ran.sentence
    assert "wanted is a comparison such as" in ran.sentence


def test_a_file_that_is_no_text_is_named(digest):
    path = digest.folder / "tools.jsonl"
    path.write_bytes(b"\xff\xfe")

    assert "tools.jsonl: no UTF-8 text" in digest("pairs", "plan", path, "--week", WEEK).sentence


def test_an_editor_shows_wishes_and_builds(built):
    before = built("pairs", "show", WEEK, "--json").json["plan"]["chosen"]
    lead, second = ("+".join(sorted((pair["a"], pair["b"]))) for pair in before[:2])

    shown = built("pairs", "show", WEEK)
    banned = built("pairs", "ban", WEEK, lead, "--by", "Ada", "--note", "we had it in May")
    moved = built("pairs", "reorder", WEEK, second, "--by", "Ada", "--json").json
    waiting = built("pairs", "show", WEEK, "--all")
    explained = built("build", "--week", WEEK, "--explain")
    frozen = built("pairs", "freeze", WEEK, "--by", "Ada")
    after = built("pairs", "show", WEEK)
    undone = built("pairs", "undo", WEEK, moved["id"], "--by", "Bob")
    free = built("pairs", "unfreeze", WEEK, "--by", "Bob")

    assert f"; {lead})\n" in shown.out
    assert "next best: " in shown.out
    assert banned.out == f"wish 1, ban {lead} (Ada: we had it in May)\n"
    assert f"digest build --week {WEEK}" in banned.err
    assert "wishes wait for the next build" in waiting.out
    assert "banned by an editor" in explained.out
    first = explained.out.splitlines()[2]
    assert first.startswith("1. ")
    assert f"; {second})" in first
    assert "release it with" in explained.out
    assert frozen.out == "wish 3, freeze the plan (Ada)\n"
    assert f"frozen; to plan anew: digest pairs unfreeze {WEEK} --by NAME" in after.out
    assert "its plan was frozen by Ada" in undone.sentence
    assert free.out == "wish 3, freeze the plan (Ada); undone by Bob\n"


def test_pins_and_replacements_by_the_command_line(built):
    plan = built("pairs", "show", WEEK, "--json").json["plan"]
    lead, second = ("+".join(sorted((p["a"], p["b"]))) for p in plan["chosen"][:2])

    assert built("pairs", "replace", WEEK, lead, "--by", "Ada").code == 0
    assert built("pairs", "pin", WEEK, second, "--by", "Ada").code == 0
    forced = built("pairs", "pin", WEEK, second, "--by", "Ada", "--force")
    made = built("build", "--week", WEEK, "--json").json["plan"]["chosen"]

    assert "needs a note that says why" in forced.sentence
    keys = ["+".join(sorted((pair["a"], pair["b"]))) for pair in made]
    assert keys[0] == second
    assert lead not in keys


def test_a_week_of_which_nothing_is_known_says_what_to_do(built):
    assert "digest build --week 2026-W12" in built("pairs", "show", "2026-W12").sentence


def test_wishes_before_the_first_build_are_shown_alone(built):
    plan = built("pairs", "show", WEEK, "--json").json["plan"]

    built("pairs", "ban", "2026-W48", plan["chosen"][0]["a"], "--by", "Ada")

    shown = built("pairs", "show", "2026-W48")
    assert shown.out.startswith("wish 1, ban ")
    assert "wishes wait for the next build: digest build --week 2026-W48" in shown.out
