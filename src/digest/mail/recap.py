"""What became of earlier issues: verdicts that moved, and the vote on the last lead."""

from collections.abc import Sequence

from digest.model import Move, PastVote
from digest.model.wording import counted, day, moved


def move_lines(moves: Sequence[Move]) -> tuple[str, ...]:
    """Say each move in a sentence or two; how the panel stands now is said once for a tool."""
    lines, last = [], ""
    for move in moves:
        panel = (
            f" The panel now: {move.panel_after.label}, before {move.panel_before.label}."
            if move.tool != last and move.panel_after != move.panel_before
            else ""
        )
        lines.append(moved(move) + panel)
        last = move.tool
    return tuple(lines)


def vote_lines(vote: PastVote | None) -> tuple[str, ...]:
    """Say how readers voted on the last issue's lead; empty where nobody did."""
    if vote is None or not vote.community.votes:
        return ()
    count = vote.community
    favourite = {"a": vote.a, "b": vote.b}.get(vote.preferred or "")
    said = (
        f"{vote.a} vs {vote.b}: {counted(count.votes, 'vote')} by {day(vote.counted_at)}. "
        f"{count.a} for {vote.a}, {count.b} for {vote.b}, {count.both} for both, "
        f"{count.neither} for neither."
    )
    verdict = (
        f"Of those who chose one, readers prefer {favourite}."
        if favourite
        else "That is too few, or too even, to name a favourite."
    )
    return said, verdict
