"""The nouns of the third resting place: the plan, the comparisons, the issue and its approval."""

import hashlib
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, StringConstraints, model_validator
from sqlmodel import Field

from digest.model.base import Value
from digest.model.catalogue import EntryPrice, Fact, FactKind, Tool
from digest.model.panel import Citation, Move, Review, Tally
from digest.model.readers import Choice, Community


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


class AnswerKind(StrEnum):
    """Which one to pick."""

    A = "a"
    B = "b"
    TOO_CLOSE = "too_close"
    INSUFFICIENT = "insufficient"


class Answer(Value):
    """The head-to-head answer, its one line, and what would tip a reader to either side."""

    kind: AnswerKind
    line: str
    pick_a_if: tuple[str, ...] = ()
    pick_b_if: tuple[str, ...] = ()
    note: str | None = None
    """What a model says of the pair, asked in both orders; it explains and never decides."""
    note_by: str | None = None
    """That model."""
    note_citations: tuple[Citation, ...] = ()
    """What the note's marks such as [1] point to."""


class FactCell(Value):
    """One side of a fact row; ``text`` None is shown as a dash: could not confirm."""

    text: str | None = None
    url: str | None = None
    source: str | None = None
    observed_at: AwareDatetime | None = None
    quote: str | None = None
    others: tuple["FactCell", ...] = ()
    """What other sources say instead, newest first: both are shown, none is chosen in silence."""


class FactRow(Value):
    """One fact on both sides."""

    kind: FactKind
    label: str
    a: FactCell
    b: FactCell

    @property
    def differs(self) -> bool:
        """True where both sides are known and not the same."""
        return self.a.text is not None and self.b.text is not None and self.a.text != self.b.text


class Card(Value):
    """One tool as a comparison shows it."""

    slug: str
    name: str
    tagline: str
    description: str
    url: str | None
    category: str
    vendor: str | None = None
    entry_price: EntryPrice
    licence: str | None = None
    launched_at: AwareDatetime
    launch_dated: bool
    sources: tuple[str, ...]
    panel: Tally
    reviews: tuple[Review, ...]
    """One per reviewer, in panel order."""


class Comparison(Value):
    """Two tools of one job side by side: all that page, mail and JSON say about them."""

    week: str
    position: int = Field(ge=1)
    slug: str = Field(max_length=250)
    """``a-vs-b`` in canonical order."""
    job: str
    job_label: str
    category: str
    a: Card
    b: Card
    answer: Answer
    why: str
    score: PairScore
    facts: tuple[FactRow, ...]
    evidence_at: AwareDatetime


class Revision(Value):
    """A published comparison judged anew, because evidence or rules have changed since."""

    comparison: Comparison
    """As it would be written now: same tools, same week, same slug."""
    before: Answer
    """What readers were told until now."""
    moves: tuple[Move, ...]
    """Verdicts that changed; none where only scores tipped the answer."""
    why: str
    """What changed, beginning small, without a full stop."""
    revised_at: AwareDatetime


class Newcomer(Value):
    """New this week, without a verdict."""

    slug: str
    name: str
    tagline: str
    job_label: str
    url: str | None


class Withdrawal(Value):
    """A published comparison that an editor took back: its page says so, and nothing else."""

    week: str = Field(max_length=8)
    slug: str = Field(max_length=250)
    by: str = Field(min_length=1, max_length=120)
    reason: str = Field(min_length=1, max_length=300)
    """Said to readers: a sentence's worth, beginning small, without a full stop."""
    withdrawn_at: AwareDatetime


class PastVote(Value):
    """How readers voted on the lead of the issue before."""

    week: str
    slug: str
    """Of that comparison."""
    a: str
    """Name of its first tool."""
    b: str
    community: Community
    preferred: Choice | None = None
    """The tool preferred beyond chance; None where they are split or too few."""
    counted_at: AwareDatetime


class StaleSource(Value):
    """A source that was not read well when the issue was built."""

    source: str
    outcome: str
    good_at: AwareDatetime | None


class IssueState(StrEnum):
    """Where an issue stands; any edit after approval falls back to in_review."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"


class Issue(Value):
    """One week's newsletter, whole: mail, pages and JSON are made from this value alone."""

    week: Annotated[str, StringConstraints(pattern=r"^\d{4}-W\d{2}$")]
    number: int = Field(ge=1)
    title: str
    cutoff: AwareDatetime
    window_start: AwareDatetime
    built_at: AwareDatetime
    comparisons: tuple[Comparison, ...]
    newcomers: tuple[Newcomer, ...] = ()
    moves: tuple[Move, ...] = ()
    """Verdicts on tools of earlier issues that have changed since readers were last told."""
    last_vote: PastVote | None = None
    stale_sources: tuple[StaleSource, ...] = ()
    launches_read: int = 0
    sources_read: int = 0
    note: str | None = None
    """Said to readers when the week is thin; None otherwise."""


class Edition(Value):
    """An issue rendered. Never changed; a change makes a new one."""

    sha256: str = Field(max_length=64)
    """Over subject, preheader, html and text."""
    week: str
    subject: str
    preheader: str
    html: str
    """With slots such as ``@@UNSUBSCRIBE@@`` for what differs per recipient."""
    text: str
    rendered_at: AwareDatetime

    @property
    def is_intact(self) -> bool:
        """True while the content is what ``sha256`` was taken over."""
        content = f"{self.subject}\0{self.preheader}\0{self.html}\0{self.text}"
        return hashlib.sha256(content.encode()).hexdigest() == self.sha256


class Approval(Value):
    """Who released exactly which edition, and when."""

    week: str
    edition_sha256: str = Field(max_length=64)
    by: str = Field(min_length=1, max_length=120)
    approved_at: AwareDatetime
