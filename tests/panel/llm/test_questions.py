"""The questions fit the checklist they borrow weights and points from."""

from digest.model import Reviewer
from digest.panel.llm.prompts import review_instructions
from digest.panel.llm.questions import load_questions
from digest.panel.rules import load_rules


def test_every_check_of_every_reviewer_is_a_question_and_a_yes_speaks_for_the_tool():
    rules, questions = load_rules(), load_questions()

    for reviewer in Reviewer:
        criteria = questions.of(reviewer, rules)
        assert [each.rule for each in criteria] == list(rules.of(reviewer).check)
        assert all(each.points_yes > 0 > each.points_no for each in criteria)
        assert all("{" not in each.ask for each in criteria)


def test_no_question_is_left_over():
    asked = {check.key for rule in load_rules().reviewer for check in rule.check}

    assert {question.key for question in load_questions().question} == asked


def test_each_reviewer_is_told_its_own_questions_once():
    rules, questions = load_rules(), load_questions()
    told = {each: review_instructions(each, questions, rules) for each in Reviewer}

    assert len(set(told.values())) == len(Reviewer)
    for reviewer, text in told.items():
        for check in rules.of(reviewer).check:
            assert text.count(f"\n- {check.key}: ") == 1
        assert text.index("case_for_skip") < text.index("the take (")
