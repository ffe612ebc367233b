"""
Golden test 10: the head-to-head answer.

A difference of 0.149 decides nothing, one of 0.15 does; equal scores are too close to call; fewer than
two calls on a side give no answer; and the order in which two tools are named changes nothing.
"""

import pytest

from digest.issues.answer import CLOSE, answer
from digest.model import AnswerKind

A, B = AnswerKind.A, AnswerKind.B
CLOSE_CALL, OPEN = AnswerKind.TOO_CLOSE, AnswerKind.INSUFFICIENT
MIRROR = {A: B, B: A, CLOSE_CALL: CLOSE_CALL, OPEN: OPEN}
GOLDEN = [
    ((0.349,) * 4, (0.2,) * 4, CLOSE_CALL),  # 0.149
    ((0.35,) * 4, (0.2,) * 4, A),  # 0.15
    ((0.4,) * 4, (0.25,) * 4, A),  # 0.15, which is a little less in binary
    ((0.3,) * 4, (0.3,) * 4, CLOSE_CALL),
    ((-0.5,) * 4, (-0.5,) * 4, CLOSE_CALL),
    ((0.5, 0.5, 0.5, -0.5), (0.5, 0.5, -0.5, -0.5), A),  # shares 0.75 and 0.5
    ((0.5, 0.5, 0.5, -0.5), (0.6, 0.6, -0.1, None), CLOSE_CALL),  # 0.083 of share, 0.117 of score
    ((0.5, None, None, None), (0.5,) * 4, OPEN),
    ((0.5, 0.5, None, None), (-0.5, -0.5, None, None), A),
    ((None,) * 4, (None,) * 4, OPEN),
]


@pytest.mark.parametrize(("ours", "theirs", "kind"), GOLDEN)
def test_golden_10_the_answer_is_what_the_calls_and_scores_say(ours, theirs, kind, side):
    made = answer(side("aider", ours), side("codex", theirs))

    assert made.kind is kind


@pytest.mark.parametrize(("ours", "theirs", "kind"), GOLDEN)
def test_golden_10_the_order_of_the_two_changes_nothing(ours, theirs, kind, side):
    one, two = side("aider", ours, licence="MIT"), side("codex", theirs, licence="proprietary")

    forth, back = answer(one, two), answer(two, one)

    assert forth.kind is kind
    assert back.kind is MIRROR[kind]
    assert (forth.pick_a_if, forth.pick_b_if) == (back.pick_b_if, back.pick_a_if)


def test_golden_10_the_limit_is_fifteen_hundredths():
    assert CLOSE == 0.15


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        ((0.3,) * 4, (0.3,) * 4, "Too close to call"),
        ((0.5, None, None, None), (0.5,) * 4, "No answer yet"),
        ((0.5,) * 4, (-0.5,) * 4, "Pick Aider"),
        ((-0.5,) * 4, (0.5,) * 4, "Pick Codex"),
    ],
)
def test_golden_10_each_state_has_words_of_its_own(ours, theirs, said, side):
    assert answer(side("aider", ours), side("codex", theirs)).line.startswith(said)
