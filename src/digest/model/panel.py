"""The nouns of the panel: evidence in, reviews with their citations out."""

import hashlib
from enum import StrEnum

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value
from digest.model.catalogue import Fact, Tool
from digest.model.pages import PageRole


class Verdict(StrEnum):
    """What a reviewer would do with the tool."""

    SHIP = "ship"
    SKIP = "skip"
    NO_CALL = "no_call"


class Reviewer(StrEnum):
    """The panel, in the order it is always shown."""

    BUILDER = "builder"
    SKEPTIC = "skeptic"
    FUTURIST = "futurist"
    FOUNDER = "founder"


class Market(Value):
    """What our own records say around a tool; None where too little is known to say."""

    rivals: int | None = None
    """Other known products of the job when it came, however many listings and versions each has."""
    attention: float | None = Field(default=None, ge=0, le=100)
    """Percentile of popularity inside one source and job, at the same age."""
    job_trend: float | None = None
    """Launches in the job against the quarter before: 0.5 is half as many again."""


class Evidence(Value):
    """Everything a review may rest on: one snapshot of one tool."""

    tool: str
    name: str
    facts: tuple[Fact, ...] = ()
    """What stands: sorted by kind, then newest first."""
    dissent: tuple[Fact, ...] = ()
    """Facts that say otherwise than one that stands, in the same order."""
    market: Market = Market()
    taken_at: AwareDatetime
    launched_at: AwareDatetime
    launch_dated: bool = True
    """False where ``launched_at`` only bounds it: our first sight, or a listing's last change."""

    @property
    def sha256(self) -> str:
        """Hash of what is known, not of when it was looked at."""
        when = {"observed_at", "capture_key"}
        each = {"facts": {"__all__": when}, "dissent": {"__all__": when}}
        text = self.model_dump_json(exclude={"taken_at": True, **each})
        return hashlib.sha256(text.encode()).hexdigest()


class Excerpt(Value):
    """What a page of the tool's own says, as plain text."""

    url: str
    """Page a reader can check."""
    role: PageRole
    fetched_at: AwareDatetime
    text: str


class Snippet(Value):
    """A numbered piece of evidence that a model is shown; it may quote nothing else."""

    id: str
    """``E1``, ``E2`` …, in the order they are shown."""
    label: str
    """Name of the source, or "our records"."""
    source_type: str
    """our_records, announcement, listing, or the role of a page of the tool's own."""
    url: str | None = None
    fetched_at: AwareDatetime
    sha256: str
    """Of the text."""
    text: str = Field(max_length=600)
    """One line without anything a reader of the page cannot see."""


class Citation(Value):
    """The source of one sentence: what a reader can open and compare."""

    number: int = Field(ge=1)
    """Mark in the take, counted from 1 within a review."""
    label: str
    """Name of the source, or "our records"."""
    url: str | None = None
    quote: str
    """Verbatim words, or the count from our records."""
    observed_at: AwareDatetime


class Check(Value):
    """One question of a reviewer, and the answer the evidence gives."""

    key: str
    name: str = ""
    """What is asked for, in a word or two; empty in reviews of before there were names."""
    weight: float = Field(gt=0)
    points: float | None = Field(default=None, ge=-1, le=1)
    """None is unknown: it neither helps nor harms."""
    answer: str = ""
    """What the evidence says, in a few words, such as ``MIT``; empty where it is unknown."""
    sentence: str
    citation: int | None = None
    dissent: tuple[int, ...] = ()
    """Marks of sources that say otherwise. Where they leave it open, ``points`` is None."""


class Rival(Value):
    """A product that a model's review names beside the tool."""

    name: str
    is_verified: bool
    """True where the evidence names it; readers are told which names it does not."""


class Usage(Value):
    """What a review cost: all its requests together, failed ones too."""

    requests: int = Field(default=0, ge=0)
    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    cost_usd: float | None = Field(default=0.0, ge=0)
    """US dollars; None where nobody said what the model costs."""


class Method(StrEnum):
    """Who wrote a review."""

    CHECKLIST = "checklist"
    MODEL = "model"


class Review(Value):
    """One reviewer on one tool over one evidence snapshot."""

    tool: str
    reviewer: Reviewer
    verdict: Verdict
    score: float | None = None
    """Weighted mean of the known checks in [-1, 1]; None where no call was made."""
    take: str
    """Sentences with marks such as [1] that point to citations."""
    checks: tuple[Check, ...] = ()
    citations: tuple[Citation, ...] = ()
    method: Method = Method.CHECKLIST
    evidence_sha256: str
    panel_version: str
    reviewed_at: AwareDatetime
    judge: str | None = None
    """The model that wrote it, such as ``openai:gpt-5-mini``; None for a checklist."""
    judge_vendor: str | None = None
    """Who makes that model."""
    conflict: str | None = None
    """Said to readers where the judge and the tool are of one maker."""
    case_for_skip: str | None = None
    """The strongest argument against, which a model writes before anything else."""
    breaks_when: str | None = None
    """Where it stops being a good choice, by a model's review."""
    named_rivals: tuple[Rival, ...] = ()
    usage: Usage | None = None
    fell_back: str | None = None
    """Why this is a checklist review although a model was asked for; None where it is as asked."""


class Subject(Value):
    """One tool as it is laid before a panel."""

    tool: Tool
    evidence: Evidence
    excerpts: tuple[Excerpt, ...] = ()
    """Of its own pages, as far as they are kept; only a model reads them."""
    reviews: tuple[Review, ...]
    """The checklist's, in panel order: what stands wherever a model gives none."""


class PanelRun(Value):
    """What came of laying tools before a panel."""

    reviews: dict[str, tuple[Review, ...]]
    """By tool, each in panel order."""
    usage: Usage = Usage()
    """Spent in this run, by reviews and notes together."""
    reused: int = 0
    """Reviews that were taken from an earlier run."""
    remarks: tuple[str, ...] = ()
    """For the editor: what fell back and why, what reads like an instruction, what it cost."""


MIN_CALLS = 2
"""Calls below which a share would mislead: the tile shows a dash."""


class Tally(Value):
    """The panel's share: ships out of calls made."""

    ships: int = Field(ge=0, le=20)
    calls: int = Field(ge=0, le=20)
    reviewers: int = Field(ge=0, le=20)

    @property
    def is_known(self) -> bool:
        """True with at least two calls; below that the tile shows a dash."""
        return self.calls >= MIN_CALLS

    @property
    def percent(self) -> int | None:
        """Whole per cent of ships among calls, or None."""
        return round(100 * self.ships / self.calls) if self.is_known else None

    @property
    def label(self) -> str:
        """``3 of 4``, or a dash."""
        return f"{self.ships} of {self.calls}" if self.is_known else "—"


class Move(Value):
    """A reviewer's verdict on a tool that is no longer what readers were last told."""

    tool: str
    name: str
    """The tool's, as readers know it."""
    reviewer: Reviewer
    before: Verdict
    after: Verdict
    why: str
    """What changed, beginning small, without a full stop: ``licence was unknown, now MIT``."""
    panel_before: Tally
    panel_after: Tally
    comparison: str
    """Slug of the newest published comparison of the tool."""
    week: str
    """The issue that comparison stands in."""
    moved_at: AwareDatetime
    """When the new verdict was first seen."""
