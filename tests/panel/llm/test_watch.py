"""Watching a judge: the known answers are the checklist's too, and a bad judge is seen."""

from typing import Any

from digest.model import Verdict
from digest.panel.base import RulePanel
from tests.panel.llm.careful_model import careful_review
from tests.panel.llm.support import Scripted, make_panel
from tests.panel.llm.watch import judged, known, rates


def test_the_known_answers_are_the_checklists_and_half_are_skips():
    expected, _ = known()

    verdicts = [review.verdict for each in judged(RulePanel()).subjects for review in each.reviews]

    assert (len(expected), expected.count("skip")) == (30, 15)
    assert verdicts == [Verdict(each) for each in expected for _ in range(4)]


def test_a_judge_that_reads_carefully_is_right_on_tools_with_known_answers():
    panel = make_panel()

    found = judged(panel, most=10)

    for each in rates(found, panel.tried):
        assert each.right == 1.0, each
        assert each.ships == 0.5, each
        assert (each.miscited, each.sent_back, each.fell_back) == (0, 0, 0), each


def test_a_judge_that_says_yes_to_all_and_makes_quotes_up_is_seen():
    """It fakes its quotes at first, then finds some that stand."""

    def yes(instructions: str, message: str) -> dict[str, Any]:
        answer = careful_review(instructions, message)
        quote = {key: answer["citations"][0][key] for key in ("evidence_id", "quote")}
        for each in answer["criteria"]:
            each.update(answer="yes", **quote)
        return answer

    def faked(instructions: str, message: str) -> dict[str, Any]:
        answer = yes(instructions, message)
        answer["citations"][0]["quote"] = "It could not be better."
        return answer

    class Alternating(Scripted):
        def _reply(self, messages, info):
            self.answers = [faked if len(messages) == 1 else yes]
            return super()._reply(messages, info)

    panel = make_panel(Alternating().model())
    found = judged(panel, most=6)

    *others, founder = rates(found, panel.tried)
    for each in others:
        assert (each.right, each.ships) == (0.5, 1.0)
        assert (each.miscited, each.sent_back, each.fell_back) == (1.0, 1.0, 0.0)
        assert each.line().endswith("ships too much")
    assert founder.ships == 0.5  # what is stale is no model's to ship
    said = (
        "model panel: 24 of 24 answers sent back, 24 of them for a quote that is not the snippet's"
    )
    assert said in found.run.remarks
