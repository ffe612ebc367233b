"""The nouns of a planning: the tools that may meet, the pairs with their scores, and the whole record."""

from pydantic import AwareDatetime, model_validator
from sqlmodel import Field

from digest.model.base import Value
from digest.model.catalogue import Fact, Tool


class Candidate(Value):
    """A tool as the planner sees it."""

    tool: Tool
    facts: tuple[Fact, ...] = ()
    is_fresh: bool
    attention: float | None = None
    coverage: float = Field(ge=0, le=1)
    """Share of the job's fact rows, and of the panel's checks, that are known."""
    calls: int = Field(ge=0)
    """Reviewers who made a call."""
    ships: int = Field(ge=0)
    """Those of them who would ship it."""
    text: str = ""
    """Description for similarity, with the tool's and the vendor's name removed."""
    evidence_sha256: str = ""
    """Of the snapshot its reviews rest on; empty where unknown."""
    is_gone: bool = False
    """True where its own site or repository was gone when it was last looked at."""


class PairScore(Value):
    """The parts of a pair's score, each in [0, 1], and their weighted sum."""

    substitutability: float
    rivalry: float
    freshness: float
    balance: float
    contrast: float
    total: float
    joint: float | None = None
    """Half of substitutability: how sure it is that both do this job."""
    similarity: float | None = None
    """A quarter of it: rank of the likeness of their texts among the job's pairs; None unknown."""
    overlap: float | None = None
    """A quarter of it: tags, platforms, buyers and size in common; None unknown."""
    defaulted: tuple[str, ...] = ()
    """Parts that stand at their default because something is unknown."""


class PairPlan(Value):
    """Two tools that could meet, in canonical order, and what became of the idea."""

    a: str
    b: str
    job: str
    score: PairScore
    is_pinned: bool = False
    reason: str | None = None
    """Why it was not chosen; None for a chosen pair."""
    why: str = ""
    """Reader's sentence "why these two", for a chosen pair."""
    is_forced: bool = False
    """True where an editor's word outranks "one product" or "already published"."""
    note: str = ""
    """The editor's, on a forced pair."""
    replaces: str | None = None
    """The pair, ``slug+slug``, in whose place an editor wanted the next best."""
    next_best: str | None = None
    """For a chosen pair: the pair, ``slug+slug``, that would stand in its place."""

    @property
    def key(self) -> str:
        """The pair as editors write it: ``slug+slug``, sorted."""
        return "+".join(sorted((self.a, self.b)))


class Contender(Value):
    """A tool that may be paired, as the plan remembers it, and what became of it."""

    tool: str
    name: str
    job: str
    job_confidence: float
    is_fresh: bool
    coverage: float
    attention: float | None
    calls: int
    ships: int
    pairs: int
    """Pairs it was scored in."""
    best: str | None
    """The best of them, ``slug+slug``; None without one."""
    reason: str | None
    """Why that one was not chosen, or why there is none; None where the tool is in a chosen pair."""


class Rejection(Value):
    """A tool that did not become a candidate, and the first reason."""

    tool: str
    reason: str
    name: str = ""
    """Its name; empty in plans of before 2026-12."""


class Plan(Value):
    """The record of one planning: same input and configuration, same bytes."""

    week: str
    window_start: AwareDatetime
    cutoff: AwareDatetime
    config_sha256: str
    considered_tools: int = Field(default=0, ge=0)
    """All tools looked at, incumbents too: those that may be paired, and the rejections."""
    passed: int = Field(default=0, ge=0)
    """Tools that may be paired; new ones and incumbents."""
    fresh: int
    """New tools among those looked at, whether or not they may be paired."""
    scored: int = Field(default=0, ge=0)
    """Pairs that were scored, those with a tool of which too little is known included."""
    chosen: tuple[PairPlan, ...] = ()
    considered: tuple[PairPlan, ...] = ()
    """Pairs that were not chosen, best first: so many of the best, and each new tool's own best."""
    candidates: tuple[Contender, ...] = ()
    """Tools that may be paired, by slug: every new one, and the incumbents of the pairs above."""
    rejections: tuple[Rejection, ...] = ()
    pinned: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()
    forced: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read_older(cls, given: object) -> object:
        """Read a plan of before 2026-12, which held the number of candidates and not the list."""
        if isinstance(given, dict) and isinstance(given.get("candidates"), int):
            scored = len(given.get("chosen", ())) + len(given.get("considered", ()))
            return {"scored": scored, **given, "candidates": (), "passed": given["candidates"]}
        return given
