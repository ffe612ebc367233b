"""The nouns of the third resting place: the comparisons, the issue and its approval."""

import hashlib
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, StringConstraints
from sqlmodel import Field

from digest.model.base import Value
from digest.model.catalogue import EntryPrice, FactKind
from digest.model.panel import Citation, Move, Review, Tally
from digest.model.plans import PairScore
from digest.model.readers import Choice, Community


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
    audience: int | None = None
    """How many had confirmed then; None where nobody counted."""
