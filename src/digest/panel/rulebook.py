"""The panel's rules as one frozen value, read from rules.toml and known by version and hash."""

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BeforeValidator
from sqlmodel import Field

from digest.model import Reviewer, Value

Points = Annotated[float, Field(ge=-1, le=1)]


def _listed(value: object) -> object:
    """Take one wording for a list of one."""
    return (value,) if isinstance(value, str) else value


Wordings = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
"""Ways to say one thing; which one is told by the tool's name, so that two cards differ."""


class Thresholds(Value):
    """Where one answer turns into the other; the unit stands in each name or beside it."""

    ship_at: Points
    """Score from which a reviewer says ship."""
    known_weight: float = Field(gt=0, le=1)
    """Share of a reviewer's weight that must be known for a call."""
    known_checks: int = Field(ge=1)
    maintained_days: int
    young_days: int
    established_days: int
    many_rivals: int
    many_superlatives: float
    """Per 100 words."""
    level_trend: float


class CheckRule(Value):
    """One question of a reviewer: what it weighs, and how each answer is said."""

    key: str
    weight: float = Field(gt=0)
    about: str
    """What is asked for, as a noun phrase: names it where it could not be confirmed."""
    say: dict[str, Wordings]
    """Sentences by answer, beginning small, without a full stop."""


class ReviewerRule(Value):
    """One reviewer: the question it stands for, and its weighted checks in order."""

    key: Reviewer
    asks: str
    but_after_ship: Wordings
    """Joining phrases before what speaks against a ship."""
    but_after_skip: Wordings
    """Joining phrases before what speaks for a tool that is skipped."""
    stale_days: int | None = None
    """Days without commit or release beyond which this reviewer never says ship."""
    stale_say: str = ""
    check: tuple[CheckRule, ...]

    @property
    def weight(self) -> float:
        """All weights together."""
        return sum(rule.weight for rule in self.check)


class Rules(Value):
    """Everything the checklist panel decides by."""

    version: str = Field(min_length=1, max_length=20)
    sha256: str
    """Over the whole text of the file."""
    thresholds: Thresholds
    points: dict[str, dict[str, Points]]
    """By check and answer; those of ``trend`` and ``attention`` are computed."""
    names: dict[str, str]
    """What a check asks for in a word or two, by check."""
    means: dict[str, dict[str, str]]
    """Each answer in a few words, by check; thresholds stand in braces."""
    reviewer: tuple[ReviewerRule, ...]
    """In panel order."""

    @property
    def panel_version(self) -> str:
        """What a review is filed under: version, and the first eight digits of the hash."""
        return f"{self.version}+{self.sha256[:8]}"

    def meaning(self, check: str, answer: str) -> str:
        """Say an answer in a few words."""
        return self.means[check][answer].format_map(self.thresholds.model_dump())

    def of(self, reviewer: Reviewer) -> ReviewerRule:
        """Give the rules of one reviewer."""
        return next(rule for rule in self.reviewer if rule.key == reviewer)


def parse_rules(text: str) -> Rules:
    """Make rules of the text of a rules file; pydantic's ValidationError names what is wrong."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Rules.model_validate({**tomllib.loads(text), "sha256": digest})


@cache
def load_rules() -> Rules:
    """Read the rules shipped inside the package."""
    return parse_rules(files("digest.panel").joinpath("rules.toml").read_text(encoding="utf-8"))
