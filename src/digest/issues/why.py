"""The reader's sentence "why these two", made from the record of the plan alone."""

from datetime import datetime, timedelta

from digest.issues.scoring import Scored, names
from digest.model import LONG_AGO, Candidate, Job, Tool
from digest.model.wording import day, small


def why(pair: Scored, job: Job, *, cutoff: datetime, is_pinned: bool) -> str:
    """
    Say why two tools meet: the shared job, who names whom, and when they came out.

    Args:
        pair: The chosen pair, in the order it is shown.
        job: The job of the first; an editor may pair it with a neighbouring one.
        cutoff: End of the seven days that new tools are of.
        is_pinned: True where an editor asked for the pair.
    """
    a, b = pair.a, pair.b
    same = a.tool.job == b.tool.job
    opening = "Both do the same job" if same else "They do neighbouring jobs"
    sentences = [f"{opening}: {small(job.label)}." if same else f"{opening}."]
    naming = _naming(a, b)
    if naming:
        sentences.append(naming)
    sentences.append(_dates(a, b, cutoff))
    if is_pinned:
        sentences.append("An editor chose this pair.")
    return " ".join(sentences)


def _naming(a: Candidate, b: Candidate) -> str | None:
    forth, back = names(a, b), names(b, a)
    if forth and back:
        return "Each one's own announcement names the other."
    if not (forth or back):
        return None
    names_it, named = (a, b) if forth else (b, a)
    whose = f"{names_it.tool.name}'{'' if names_it.tool.name.endswith('s') else 's'}"
    return f"{whose} own announcement names {named.tool.name}."


def _dates(a: Candidate, b: Candidate, cutoff: datetime) -> str:
    # The window ends with a past week's last day, whose end is the next day's midnight.
    new = f"new in the seven days to {day(cutoff - timedelta(microseconds=1))}"
    if a.is_fresh and b.is_fresh:
        return f"Both are {new}: {_since(a.tool)}, and {_since(b.tool)}."
    if not (a.is_fresh or b.is_fresh):
        return f"{_since(a.tool)}, and {_since(b.tool)}."
    newer, older = (a, b) if a.is_fresh else (b, a)
    return f"{newer.tool.name} is {new}: it {_verb(newer.tool)}, while {_since(older.tool)}."


def _since(tool: Tool) -> str:
    return f"{tool.name} {_verb(tool)}"


def _verb(tool: Tool) -> str:
    if tool.launched_at == LONG_AGO:
        return "has been out for long"
    return f"{'launched on' if tool.launch_dated else 'was out by'} {day(tool.launched_at)}"
