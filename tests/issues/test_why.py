from datetime import UTC, datetime

import pytest

from digest.issues.config import PairingConfig
from digest.issues.scoring import Judge
from digest.issues.why import why
from digest.model import LONG_AGO


@pytest.fixture
def say(job, now):
    """Give the sentences for two candidates, without the first one, which names the job."""

    def sentences(a, b):
        made = Judge(job(), now, PairingConfig()).score(a, b, similarity=None)
        first, *others = why(made, job(), cutoff=now, is_pinned=False).split(". ")
        assert first == "Both do the same job: cli-agent tools"
        return ". ".join(others)

    return sentences


def test_a_fresh_tool_is_set_against_what_is_there(say, candidate):
    assert say(candidate("aider"), candidate("codex", days=400)) == (
        "Aider is new in the seven days to 14 July 2026: it launched on 12 July 2026, "
        "while Codex launched on 9 June 2025."
    )


def test_the_new_one_is_told_first_even_when_it_stands_second(say, candidate):
    assert say(candidate("aider", days=400), candidate("codex")).startswith(
        "Codex is new in the seven days to 14 July 2026: it launched"
    )


def test_a_date_that_only_bounds_the_launch_is_not_called_one(say, candidate):
    """It is our first sight, or when the listing last changed: true of both is "out by"."""
    assert say(candidate("aider", launch_dated=False), candidate("codex")) == (
        "Both are new in the seven days to 14 July 2026: "
        "Aider was out by 12 July 2026, and Codex launched on 12 July 2026."
    )


def test_a_launch_that_nobody_dated_gets_no_made_up_day(say, candidate):
    older = candidate("codex", days=400)
    tool = older.tool.model_copy(update={"launched_at": LONG_AGO, "launch_dated": False})
    older = older.model_copy(update={"tool": tool})

    assert say(candidate("aider"), older).endswith("while Codex has been out for long.")


@pytest.mark.parametrize(
    ("label", "said"), [("Code editor", "code editor"), ("OCR", "OCR"), ("", "")]
)
def test_a_label_begins_small_inside_a_sentence(label, said, candidate, job, now):
    pair = Judge(job(), now, PairingConfig()).score(
        candidate("aider"), candidate("codex"), similarity=None
    )

    told = why(pair, job(label=label), cutoff=now, is_pinned=False)

    assert told.startswith(f"Both do the same job: {said}. ")


def test_the_seven_days_of_a_past_week_end_with_its_sunday(candidate, job, now):
    midnight = datetime(2026, 7, 20, tzinfo=UTC)
    pair = Judge(job(), now, PairingConfig()).score(
        candidate("aider"), candidate("codex"), similarity=None
    )

    told = why(pair, job(), cutoff=midnight, is_pinned=False)

    assert "in the seven days to 19 July 2026: " in told


def test_two_incumbents_an_editor_chose_are_not_called_new(say, candidate):
    assert say(candidate("aider", days=40), candidate("codex", days=40)) == (
        "Aider launched on 4 June 2026, and Codex launched on 4 June 2026."
    )


@pytest.mark.parametrize(
    ("a", "b", "sentence"),
    [
        ("An alternative to Codex", "A tool", "Aider's own announcement names Codex."),
        ("A tool", "Quicker than Aider", "Codex's own announcement names Aider."),
        (
            "An alternative to Codex",
            "Quicker than Aider",
            "Each one's own announcement names the other.",
        ),
    ],
)
def test_who_names_whom_is_told(a, b, sentence, say, candidate):
    told = say(candidate("aider", tagline=a), candidate("codex", tagline=b))

    assert told.startswith(f"{sentence} Both are new in the seven days")


def test_a_name_that_ends_in_s_takes_an_apostrophe_alone(say, candidate):
    told = say(candidate("weights", tagline="An alternative to Codex"), candidate("codex"))

    assert told.startswith("Weights' own announcement names Codex. ")
