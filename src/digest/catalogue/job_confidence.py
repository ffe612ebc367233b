"""
Say how sure a job is: confidence c means that of tools like this one a share c is right.

Pure: takes what words and tags say, gives a number in [0, 1]. All figures are read off real
launches that a person labelled; docs/decisions/0020-jobs-by-words.md has them.
"""

from math import exp

TAGGED, TAGGED_TWICE, CONTRADICTED = 0.75, 0.85, 0.55
"""
Confidence by tags: one, several, or some against clear words or other tags.

Of launches labelled by a person, tags that the words agree with were right 101 times of 101, against
words that say another job clearly 14 of 18: an editor should see those.
"""
SUREST = 0.99
"""No rule is ever surer."""
CLEAR = 0.6
"""Confidence from which words are clear; also where pairing begins."""

Curve = tuple[float, float, float, float]
CURVE: Curve = (0.7, 0.39, 0.78, -0.5)
"""
From log-odds to confidence: a logistic curve over the odds, the lead on the second job, and no AI.

Read off real launches labelled by a person and off our own sentences, each left out in turn; never
off the held-out set. benchmarks/jobs.py prints what it would be now.
"""
CURVE_WITH_MEANING: Curve = (0.45, 0.18, 0.51, -0.26)
"""The same where the meaning of a text counts beside its words; read off the same, with MiniLM."""


def confidence_of(odds: float, lead: float, *, is_ai: bool, curve: Curve = CURVE) -> float:
    """
    Give the share of tools like this one whose job is found right.

    Args:
        odds: Log-odds of the job found, by itself.
        lead: How far they are ahead of the second job's.
        is_ai: False where a text nowhere speaks of models: mostly no AI tools.
        curve: Of the scores that the odds are of.
    """
    base, per_odds, per_lead, no_ai = curve
    told = base + per_odds * odds + per_lead * lead + (0.0 if is_ai else no_ai)
    return round(min(1 / (1 + exp(-told)), SUREST), 3)


def confidence_of_tags(hits: int, *, agreed: float, against: float) -> float:
    """
    Give the share of tools whose tags name the right job.

    Args:
        hits: Tags that name the job, 1 or more.
        agreed: Confidence of the words in this very job; 0 where they say another.
        against: Confidence of the words in another job of ours; 1 where other tags name one.
    """
    sure = TAGGED_TWICE if hits > 1 else TAGGED
    if agreed:
        sure = 1 - (1 - sure) * (1 - agreed)
    elif against >= CLEAR:
        sure = CONTRADICTED
    return round(min(sure, SUREST), 3)
