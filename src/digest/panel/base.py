"""What a panel is to the rest of the program: tools go in, a review by each reviewer comes out."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from digest.model import Answer, PanelRun, Subject, Value


class Memory(Protocol):
    """Where answers that were paid for are kept from run to run."""

    def recall(self, keys: Collection[str]) -> Mapping[str, str]:
        """Give what is kept under these keys, as far as anything is."""

    def keep(self, key: str, document: str, *, tool: str, now: datetime) -> None:
        """Keep an answer, at once: what comes after it may fail."""


class Pairing(Value):
    """Two tools that meet, and the answer that was computed for them."""

    slug: str
    a: Subject
    b: Subject
    answer: Answer


class Estimate(Value):
    """What a run would cost at most, and about; nothing was asked."""

    reviews: int
    reused: int
    """Reviews that are kept already."""
    calls: int
    """One a review; each may need a second one."""
    tokens_in: int
    tokens_out: int
    usd: float | None
    """About; None where nobody says what a model costs."""
    worst_tokens: int
    worst_usd: float | None
    """With every answer sent back once and as long as it may be."""
    models: tuple[str, ...]


class Panel(Protocol):
    """Four reviewers, whoever they are."""

    @property
    def reads_pages(self) -> bool:
        """Whether the texts of tools' own pages should be laid before it."""

    @property
    def writes_notes(self) -> bool:
        """Whether it says something of two tools side by side."""

    def review(self, subjects: Sequence[Subject], *, memory: Memory, now: datetime) -> PanelRun:
        """Review each tool by itself. Never fails for what a reviewer outside of here does."""

    def annotate(
        self, pairs: Sequence[Pairing], *, memory: Memory, now: datetime
    ) -> Mapping[str, Answer]:
        """Give answers with a note, by the pair's slug; those left out stay as they are."""


class RulePanel:
    """The checklist: it has reviewed every tool before any is laid before a panel."""

    reads_pages = False
    writes_notes = False

    def review(self, subjects: Sequence[Subject], *, memory: Memory, now: datetime) -> PanelRun:  # noqa: ARG002 # the protocol's
        """Give the reviews that stand."""
        return PanelRun(reviews={each.tool.slug: each.reviews for each in subjects})

    def annotate(
        self,
        pairs: Sequence[Pairing],  # noqa: ARG002 # the protocol's
        *,
        memory: Memory,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
    ) -> Mapping[str, Answer]:
        """Write no note: the answer says it all."""
        return {}
