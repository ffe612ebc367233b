"""
What a model says of two tools side by side: asked in both orders, and never more than a remark.

Models favour what they see first. Where the two orders disagree, that is what the note says; where
they agree with each other and not with the answer, that is said too. The answer itself is computed
from the reviews and stays.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from digest.model import Answer, AnswerKind, Citation, Reviewer, Value
from digest.panel.base import Pairing
from digest.panel.llm.asking import Asked, Bench, Order
from digest.panel.llm.cases import Docket
from digest.panel.llm.checks import note_complaints
from digest.panel.llm.judges import Judge, choose
from digest.panel.llm.marks import Marks
from digest.panel.llm.prompts import note_instructions, note_message
from digest.panel.llm.schema import NoteAnswer
from digest.panel.snippets import Exhibit, exhibit

SWAPPED = (
    "Asked in both orders, the model named a different tool each time: too close to call for it."
)
LEANS = "Asked in both orders, the model leaned to {name}; the answer counts the reviewers alone."
SEES_NONE = "Asked in both orders, the model saw no clear difference; the reviewers' count decides."


class Note(Value):
    """A note as it is kept."""

    text: str
    by: str
    citations: tuple[Citation, ...] = ()

    def on(self, page: "Page") -> Answer:
        """Give the pair's answer with this note."""
        told = {"note": self.text, "note_by": self.by, "note_citations": self.citations}
        return page.answer.model_copy(update=told)


@dataclass(frozen=True, slots=True)
class Page:
    """One pair as it will be asked about."""

    slug: str
    answer: Answer
    a: Exhibit
    b: Exhibit
    judge: Judge
    key: str


class Notebook:
    """Asks about pairs."""

    def __init__(self, docket: Docket) -> None:
        self._docket = docket

    def page(self, pair: Pairing) -> Page | None:
        """
        Prepare a pair, with as much evidence of the one tool as of the other.

        None where there is no answer to explain, or every judge would judge its own maker's tool.
        """
        if pair.answer.kind is AnswerKind.INSUFFICIENT:
            return None
        judge = self._judge(pair)
        if judge is None:
            return None
        a, b = (exhibit(each, self._docket.rules) for each in (pair.a, pair.b))
        room = min(a.size, b.size)
        a, b = a.within(room).numbered_from(1), b.within(room).numbered_from(1)
        version = self._docket.version(note_instructions(), judge)
        parts = (pair.slug, a.sha256, b.sha256, version, pair.answer.kind)
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return Page(slug=pair.slug, answer=pair.answer, a=a, b=b, judge=judge, key=key)

    def _judge(self, pair: Pairing) -> Judge | None:
        judges = self._docket.setup.all_judges
        own = self._docket.setup.judges[Reviewer.BUILDER]
        for judge in (own, *judges):
            if all(choose(judge, (), each.tool)[1] is None for each in (pair.a, pair.b)):
                return judge
        return None

    async def ask(self, page: Page, bench: Bench, now: datetime) -> Note | None:
        """Ask in both orders; None where either answer cannot be used."""
        one, other = await asyncio.gather(
            bench.ask(page.judge, _order(page.a, page.b, now)),
            bench.ask(page.judge, _order(page.b, page.a, now)),
        )
        return _note(page, one, other)


def _order(first: Exhibit, second: Exhibit, now: datetime) -> Order[NoteAnswer]:
    second = _second(first, second)
    return Order(
        kind=NoteAnswer,
        instructions=note_instructions(),
        message=note_message(first, second, now=now),
        complaints=partial(
            note_complaints,
            snippets=(*first.snippets, *second.snippets),
            names=(first.name, second.name),
        ),
    )


def _note(page: Page, one: Asked[NoteAnswer], other: Asked[NoteAnswer]) -> Note | None:
    if one.answer is None or other.answer is None:
        return None
    kinds = {"first": AnswerKind.A, "second": AnswerKind.B, "neither": AnswerKind.TOO_CLOSE}
    turned = {"first": AnswerKind.B, "second": AnswerKind.A, "neither": AnswerKind.TOO_CLOSE}
    kind, again = kinds[one.answer.preferred], turned[other.answer.preferred]
    by = page.judge.name
    if kind is not again:
        return Note(text=SWAPPED, by=by)
    if kind is not page.answer.kind:
        name = page.a.name if kind is AnswerKind.A else page.b.name
        said = SEES_NONE if kind is AnswerKind.TOO_CLOSE else LEANS.format(name=name)
        return Note(text=said, by=by)
    marks = Marks((*page.a.snippets, *_second(page.a, page.b).snippets))
    marks.take(one.answer.citations)
    return Note(
        text=marks.on(one.answer.note, one.answer.citations), by=by, citations=marks.citations
    )


def _second(first: Exhibit, second: Exhibit) -> Exhibit:
    """Give what is shown second, its snippets numbered on from the first's."""
    return second.numbered_from(len(first.snippets) + 1)
