"""The nouns of identity: what rules found of a launch, what looks alike, what an editor decided."""

from enum import StrEnum

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value
from digest.model.captures import Flag
from digest.model.catalogue import MergeTier


class Placement(Value):
    """Where the rules put one launch, and the evidence; an editor's decision may say otherwise."""

    source: str = Field(max_length=60)
    native_id: str = Field(max_length=300)
    tool: str = Field(max_length=120)
    """Slug the rules gave it: it stays, whatever is merged or split later."""
    tier: MergeTier
    keys: tuple[str, ...] = ()
    """The launch's own safe keys that count, the most telling first."""
    vetoes: tuple[str, ...] = ()
    rule_version: str = Field(max_length=20)
    decided_at: AwareDatetime

    @property
    def launch(self) -> tuple[str, str]:
        """Key of the launch: source and native id."""
        return self.source, self.native_id


class Lookalike(Value):
    """Two tools that an editor should look at: likeness only ever suggests."""

    tool: str = Field(max_length=120)
    other: str = Field(max_length=120)
    reason: str

    @property
    def pair(self) -> tuple[str, str]:
        """The slugs, sorted: one spelling of the pair."""
        first, second = sorted((self.tool, self.other))
        return first, second


class DecisionKind(StrEnum):
    """What an editor can decide about tools."""

    MERGE = "merge"
    SPLIT = "split"
    APART = "apart"
    FLAG = "flag"
    JOB = "job"


class Decision(Value):
    """
    What an editor decided about tools; it outranks the rules until it is undone, and is never lost.

    ======  ==============================  ==================================
    kind    ``tool``                        ``other``
    ======  ==============================  ==================================
    merge   the tool that is kept           the tool that becomes part of it
    split   the tool that launches leave    the tool made of them
    apart   one of two that are not one     the other
    flag    the tool that is judged         empty
    job     the tool that is judged         empty
    ======  ==============================  ==================================
    """

    id: int = Field(default=0, ge=0)
    """Its number, from 1 in the order of decisions; 0 until it is stored."""
    kind: DecisionKind
    tool: str = Field(max_length=120)
    other: str = Field(default="", max_length=120)
    keys: dict[str, str] = Field(default_factory=dict)
    """Safe key → slug it stands for by this decision; a launch's own key is ``launch:source/id``."""
    flag: Flag | None = None
    is_set: bool = False
    """True: the flag is put on the tool; False: it is taken off."""
    job: str | None = Field(default=None, max_length=60)
    """Key of the job that the tool does."""
    by: str = Field(min_length=1, max_length=120)
    reason: str = ""
    decided_at: AwareDatetime
    undone_by: str | None = Field(default=None, max_length=120)
    undone_at: AwareDatetime | None = None

    @property
    def stands(self) -> bool:
        """True until it is undone."""
        return self.undone_at is None

    @property
    def pair(self) -> tuple[str, str]:
        """Both slugs, sorted."""
        first, second = sorted((self.tool, self.other))
        return first, second

    @property
    def line(self) -> str:
        """The decision in one line, with its number and its editor."""
        told = {
            DecisionKind.MERGE: f"{self.other} is part of {self.tool}",
            DecisionKind.SPLIT: f"{self.other} was split off {self.tool}",
            DecisionKind.APART: f"{self.tool} and {self.other} are kept apart",
            DecisionKind.FLAG: f"{self.flag} {'set on' if self.is_set else 'cleared of'} {self.tool}",
            DecisionKind.JOB: f"{self.tool} does the job {self.job}",
        }[self.kind]
        reason = f": {self.reason}" if self.reason else ""
        return f"decision {self.id}, {told} ({self.by}{reason})"
