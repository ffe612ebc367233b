"""Notes on pairs: asked in both orders, and never more than a remark on the answer."""

from datetime import datetime
from typing import Any

import pytest

from digest.model import Answer, AnswerKind
from digest.panel.base import Pairing
from digest.panel.llm.notes import SEES_NONE, SWAPPED
from tests.panel.llm.careful_model import shown
from tests.panel.llm.support import Memory, Scripted, larch, make_panel

NOTE = (
    "What the two say of their licence and of how they are begun is much alike [{0}], while only "
    "one of them tells where it runs, and that is what tells them apart."
)


def pairing(kind: AnswerKind = AnswerKind.A, **more: Any) -> Pairing:
    answer = Answer(kind=kind, line="Pick Larch.", pick_a_if=("it runs",), pick_b_if=())
    return Pairing(slug="larch-vs-maple", a=larch(), b=larch("maple", **more), answer=answer)


def preferring(*names: str):
    """A model that prefers the tool of that name, wherever it stands; one name for each order."""
    asked = list(names)

    def answer(_instructions: str, message: str) -> dict[str, Any]:
        wanted = asked.pop(0) if len(asked) > 1 else asked[0]
        place = "neither"
        for line in message.splitlines():
            if line.startswith('{"shown"'):
                place = "first" if "first" in line else "second"
            if line == f'{{"tool": "{wanted}"}}':
                break
        else:
            place = "neither"
        first = next(iter(shown(message)[0].items()))
        cited = {"evidence_id": first[0], "quote": first[1].split(")")[0]}
        return {"preferred": place, "note": NOTE.format(first[0]), "citations": [cited]}

    return answer


def annotated(pair: Pairing, answer: Any, now: datetime) -> tuple[Answer | None, Scripted]:
    scripted = Scripted(answer)
    panel = make_panel(scripted.model(), writes_notes=True)
    return panel.annotate([pair], memory=Memory(), now=now).get(pair.slug), scripted


def test_a_note_in_both_orders_explains_the_answer(now: datetime):
    pair = pairing()

    answer, scripted = annotated(pair, preferring("Larch"), now)

    assert answer.note.startswith("What the two say of their licence")
    assert "[1]" in answer.note
    assert answer.note_by == "openai:scripted-1"
    assert answer.note_citations[0].label == "our records"
    assert len(scripted.shown) == 2
    assert answer.model_copy(update={"note": None, "note_by": None, "note_citations": ()}) == (
        pair.answer
    )


def test_golden_10_orders_that_disagree_are_too_close_for_the_model_and_change_nothing(now):
    pair = pairing()

    answer, _ = annotated(pair, preferring("Larch", "Maple"), now)

    assert (answer.note, answer.kind, answer.line) == (SWAPPED, AnswerKind.A, "Pick Larch.")


def test_golden_10_a_model_that_always_takes_the_first_is_found_out(now: datetime):
    def first(instructions: str, message: str) -> dict[str, Any]:
        return {**preferring("Larch")(instructions, message), "preferred": "first"}

    answer, _ = annotated(pairing(), first, now)

    assert answer.note == SWAPPED


@pytest.mark.parametrize(
    ("kind", "prefers", "said"),
    [
        (AnswerKind.B, "Larch", "the model leaned to Larch"),
        (AnswerKind.TOO_CLOSE, "Maple", "the model leaned to Maple"),
        (AnswerKind.A, "nobody", SEES_NONE),
    ],
)
def test_a_model_of_another_opinion_is_heard_and_changes_nothing(now, kind, prefers, said):
    answer, _ = annotated(pairing(kind), preferring(prefers), now)

    assert said in answer.note
    assert answer.kind is kind


def test_where_there_is_no_answer_nobody_is_asked(now: datetime):
    answer, scripted = annotated(pairing(AnswerKind.INSUFFICIENT), preferring("Larch"), now)

    assert (answer, scripted.shown) == (None, [])


def test_both_tools_are_shown_with_as_much_evidence(now: datetime):
    """The one with the longer pages does not look the better for it."""
    long = pairing(description="Maple does this and that. " * 20)

    _, scripted = annotated(long, preferring("Larch"), now)

    message = scripted.shown[0][1][0].parts[0].content
    sizes = [0, 0]
    for line in message.splitlines():
        if line.startswith('{"shown"'):
            side = int("second" in line)
        if line.startswith('{"id"'):
            sizes[side] += len(line)
    assert 0.75 < sizes[0] / sizes[1] < 1.33
    ids = [line.split('"')[3] for line in message.splitlines() if line.startswith('{"id"')]
    assert ids == [f"E{n}" for n in range(1, len(ids) + 1)]


def test_a_note_that_cannot_be_shown_is_left_out(now: datetime):
    def bad(instructions: str, message: str) -> dict[str, Any]:
        return {**preferring("Larch")(instructions, message), "note": "I tried both, no joke."}

    answer, scripted = annotated(pairing(), bad, now)

    assert answer is None
    assert len(scripted.shown) == 4  # each order once more, with what to mend


def test_a_note_is_kept_and_taken_again(now: datetime):
    memory, scripted = Memory(), Scripted(preferring("Larch"))
    panel = make_panel(scripted.model(), writes_notes=True)

    first = panel.annotate([pairing()], memory=memory, now=now)
    again = panel.annotate([pairing()], memory=memory, now=now)

    assert first == again
    assert len(scripted.shown) == 2


def test_a_note_is_kept_as_soon_as_it_is_there_and_paid_for(now: datetime):
    """What breaks on the next pair costs none that was written."""

    class Full(Memory):
        def keep(self, key: str, document: str, *, tool: str, now: datetime) -> None:
            if self:
                raise OSError("the disk is full")
            super().keep(key, document, tool=tool, now=now)

    memory, other = Full(), pairing().model_copy(update={"slug": "larch-vs-rowan"})
    panel = make_panel(Scripted(preferring("Larch")).model(), writes_notes=True)

    with pytest.raises(OSError, match="disk is full"):
        panel.annotate([pairing(), other], memory=memory, now=now)

    assert len(memory) == 1
    assert panel.spent.requests == 4
