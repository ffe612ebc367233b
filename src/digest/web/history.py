"""What a comparison said before: each change of its answer or of a verdict, with its day and reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.model import Revision
from digest.model.wording import moved


@dataclass(frozen=True, slots=True)
class Change:
    """One time that a comparison was judged anew."""

    on: datetime
    before: str
    """The answer until then."""
    after: str
    is_answer_new: bool
    why: str
    moves: tuple[str, ...]


def told_before(revisions: Sequence[Revision]) -> list[Change]:
    """Give the changes of a comparison, newest first."""
    return [
        Change(
            on=revision.revised_at,
            before=revision.before.line,
            after=revision.comparison.answer.line,
            is_answer_new=revision.before.line != revision.comparison.answer.line,
            why=revision.why,
            moves=tuple(moved(move) for move in revision.moves),
        )
        for revision in revisions
    ]


def history_data(revisions: Sequence[Revision]) -> list[dict[str, Any]]:
    """Give the changes of a comparison for JSON, newest first."""
    return [
        {
            "revised_at": revision.revised_at.isoformat(),
            "before": revision.before.model_dump(mode="json"),
            "after": revision.comparison.answer.model_dump(mode="json"),
            "why": revision.why,
            "moves": [move.model_dump(mode="json") for move in revision.moves],
        }
        for revision in revisions
    ]
