"""
Judge published comparisons anew: which verdicts moved since readers were told, and the answer now.

Pure: takes what was told and what is said now, gives revisions; the caller says what changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from digest.issues.drafting import draft_comparison
from digest.issues.sides import Side
from digest.model import (
    Card,
    Comparison,
    Job,
    Move,
    PairPlan,
    Review,
    Revision,
)

Reason = Callable[[Review, Review], str]
"""Says what changed from one review to the next; empty where nothing did."""


def revise(
    told: Comparison,
    *,
    original: Comparison,
    sides: Mapping[str, Side],
    job: Job,
    reason: Reason,
    now: datetime,
) -> Revision | None:
    """
    Judge a published comparison anew.

    Args:
        told: The comparison as readers were last told: as published, or as revised last.
        original: As it was published.
        sides: The two tools as they are known now, by slug.
        job: The comparison's job.
        reason: Says what changed from one review to the next.
        now: When it is looked at; aware.

    Returns:
        The revision, or None where no verdict moved and the answer is the same.
    """
    a, b = sides[told.a.slug], sides[told.b.slug]
    moves = tuple(
        move
        for card, side in ((told.a, a), (told.b, b))
        for move in _moves(card, side, original, reason=reason, now=now)
    )
    drafted = _drafted(original, a, b, job=job, now=now)
    if not moves and (told.answer.kind is drafted.answer.kind or not _comparable(told, a, b)):
        return None
    changes = [move.why for move in moves] or _changes(told, (a, b), reason)
    return Revision(
        comparison=drafted,
        before=told.answer,
        moves=moves,
        why="; ".join(dict.fromkeys(change for change in changes if change)),
        revised_at=now,
    )


def _comparable(told: Comparison, *sides: Side) -> bool:
    """Tell whether all reviews are made as those were that readers know."""
    cards = {card.slug: card for card in (told.a, told.b)}
    return all(
        [review.method for review in cards[side.tool.slug].reviews]
        == [review.method for review in side.reviews]
        for side in sides
    )


def _drafted(original: Comparison, a: Side, b: Side, *, job: Job, now: datetime) -> Comparison:
    """Write the comparison as it would be written now; its place and its "why" stay."""
    pair = PairPlan(
        a=original.a.slug,
        b=original.b.slug,
        job=original.job,
        score=original.score,
        why=original.why,
    )
    drafted = draft_comparison(
        pair, a, b, week=original.week, position=original.position, job=job, now=now
    )
    return drafted.model_copy(update={"slug": original.slug})


def _moves(
    card: Card, side: Side, original: Comparison, *, reason: Reason, now: datetime
) -> Iterable[Move]:
    """Give the verdicts that moved; what a model said is not moved by a checklist."""
    former = {review.reviewer: review for review in card.reviews}
    for review in side.reviews:
        before = former.get(review.reviewer)
        if before is None or before.verdict is review.verdict or before.method != review.method:
            continue
        yield Move(
            tool=card.slug,
            name=card.name,
            reviewer=review.reviewer,
            before=before.verdict,
            after=review.verdict,
            why=reason(before, review),
            panel_before=card.panel,
            panel_after=side.panel,
            comparison=original.slug,
            week=original.week,
            moved_at=now,
        )


def _changes(told: Comparison, sides: Sequence[Side], reason: Reason) -> list[str]:
    """Say what changed in reviews whose verdicts stayed: it tipped the scores."""
    found = []
    for card, side in zip((told.a, told.b), sides, strict=True):
        former = {review.reviewer: review for review in card.reviews}
        found += [
            reason(former[review.reviewer], review)
            for review in side.reviews
            if review.reviewer in former
        ]
    return found


def moves_told(revisions: Iterable[Revision]) -> tuple[Move, ...]:
    """
    Give the moves an issue lists: each verdict once, from the tool's newest comparison.

    Args:
        revisions: Of this issue, in any order.

    Returns:
        By tool, in panel order inside one.
    """
    newest: dict[str, str] = {}
    for revision in revisions:
        for move in revision.moves:
            newest[move.tool] = max(newest.get(move.tool, ""), move.week)
    found = {
        (move.tool, move.reviewer): move
        for revision in revisions
        for move in revision.moves
        if move.week == newest[move.tool]
    }
    return tuple(sorted(found.values(), key=lambda move: (move.name.casefold(), move.tool)))
