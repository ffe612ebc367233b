"""The questions of the model panel as one frozen value, joined to the checklist's weights and points."""

import tomllib
from functools import cache
from importlib.resources import files

from digest.model import Reviewer, Value
from digest.panel.rulebook import CheckRule, Rules


class Question(Value):
    """One question, put so that yes speaks for the tool."""

    key: str
    ask: str
    """With the checklist's thresholds in braces."""
    yes: str | float
    """The checklist's answer whose points a yes is worth, or those points."""
    no: str | float
    said_yes: str
    said_no: str


class Questions(Value):
    """Everything the model panel asks, and in which voice."""

    voice: dict[Reviewer, str]
    question: tuple[Question, ...]

    def of(self, reviewer: Reviewer, rules: Rules) -> tuple["Criterion", ...]:
        """Give one reviewer's questions in the checklist's order."""
        by_key = {question.key: question for question in self.question}
        limits = rules.thresholds.model_dump()
        return tuple(
            Criterion(
                rule=rule,
                ask=by_key[rule.key].ask.format_map(limits),
                points_yes=_points(by_key[rule.key].yes, rule, rules),
                points_no=_points(by_key[rule.key].no, rule, rules),
                said_yes=by_key[rule.key].said_yes,
                said_no=by_key[rule.key].said_no,
                short_yes=_short(by_key[rule.key].yes, rule, rules, "yes"),
                short_no=_short(by_key[rule.key].no, rule, rules, "no"),
            )
            for rule in rules.of(reviewer).check
        )


class Criterion(Value):
    """One question as it is put to the model, with what an answer is worth."""

    rule: CheckRule
    ask: str
    points_yes: float
    points_no: float
    said_yes: str
    said_no: str
    short_yes: str
    """A yes in a few words, as the checklist has it."""
    short_no: str


def _points(answer: str | float, rule: CheckRule, rules: Rules) -> float:
    return rules.points[rule.key][answer] if isinstance(answer, str) else answer


def _short(answer: str | float, rule: CheckRule, rules: Rules, said: str) -> str:
    return rules.meaning(rule.key, answer) if isinstance(answer, str) else said


@cache
def load_questions() -> Questions:
    """Read the questions shipped inside the package."""
    text = files("digest.panel.llm").joinpath("questions.toml").read_text(encoding="utf-8")
    return Questions.model_validate(tomllib.loads(text))
