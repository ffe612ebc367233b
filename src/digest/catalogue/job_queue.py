"""
Say which tools an editor should give a job, the most worthwhile first.

Pure: takes tools, gives tools. A tool whose job is not sure is never paired; an answer is worth most
where it lets a new tool that people look at be paired, and where it is quickly given.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence

from digest.model import Tool

UNPAIRED = ("other", "unsorted")
"""Jobs that pair nothing."""


def unsure(tools: Iterable[Tool], *, below: float) -> list[Tool]:
    """
    Give the tools whose job waits for an editor, the most worthwhile first.

    Args:
        tools: The catalogue: tools that stand alone.
        below: Confidence under which a job is not sure; where pairing begins.

    Returns:
        Those whose job no editor chose, by the ISO week of their launch, newest first; inside a week
        those with a job before those that are probably none of ours; then by attention (the share of
        tools waiting that have a lower count of the same metric, highest first), then the nearly
        sure first. What a flag holds back from pairing is left out.
    """
    waiting = [
        tool
        for tool in tools
        if tool.job_by != "editor" and tool.job_confidence < below and not tool.flags
    ]
    counts = defaultdict(list)
    for tool in waiting:
        if tool.popularity is not None:
            counts[tool.popularity_metric].append(tool.popularity)
    ranks = {metric: sorted(found) for metric, found in counts.items()}

    def worth(tool: Tool) -> tuple[object, ...]:
        year, week, _ = tool.launched_at.isocalendar()
        return (
            (-year, -week),
            tool.job in UNPAIRED,
            -_share(tool, ranks.get(tool.popularity_metric, ())),
            -tool.job_confidence,
            tool.slug,
        )

    return sorted(waiting, key=worth)


def _share(tool: Tool, counts: Sequence[int]) -> float:
    if tool.popularity is None or not counts:
        return 0.0
    return bisect_left(counts, tool.popularity) / len(counts)
