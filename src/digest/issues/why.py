"""The reader's sentence "why these two", made from the record of the plan alone."""

from digest.issues.scoring import Scored, names
from digest.model import Candidate, Job, Tool
from digest.model.wording import day


def why(pair: Scored, job: Job, *, is_pinned: bool) -> str:
    """
    Say why two tools meet: the shared job, who names whom, and when they came out.

    Args:
        pair: The chosen pair, in the order it is shown.
        job: The job of the first; an editor may pair it with a neighbouring one.
        is_pinned: True where an editor asked for the pair.
    """
    a, b = pair.a, pair.b
    same = a.tool.job == b.tool.job
    opening = "Both do the same job" if same else "They do neighbouring jobs"
    sentences = [f"{opening}: {_small(job.label)}." if same else f"{opening}."]
    naming = _naming(a, b)
    if naming:
        sentences.append(naming)
    sentences.append(_dates(a, b))
    if is_pinned:
        sentences.append("An editor chose this pair.")
    return " ".join(sentences)


def _small(label: str) -> str:
    """Begin a label small inside a sentence, but leave "OCR" as it is."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _naming(a: Candidate, b: Candidate) -> str | None:
    forth, back = names(a, b), names(b, a)
    if forth and back:
        return "Each names the other."
    if forth:
        return f"{a.tool.name} names {b.tool.name}."
    return f"{b.tool.name} names {a.tool.name}." if back else None


def _dates(a: Candidate, b: Candidate) -> str:
    if a.is_fresh and b.is_fresh:
        return f"Both are new this week: {_since(a.tool)}, and {_since(b.tool)}."
    if not (a.is_fresh or b.is_fresh):
        return f"{_since(a.tool)}, and {_since(b.tool)}."
    newer, older = (a, b) if a.is_fresh else (b, a)
    return f"New this week: {_since(newer.tool)}, while {_since(older.tool)}."


def _since(tool: Tool) -> str:
    verb = "launched on" if tool.launch_dated else "was out by"
    return f"{tool.name} {verb} {day(tool.launched_at)}"
