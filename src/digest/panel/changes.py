"""
Tell whether a review comes to the same as the one before it, and what changed where it does not.

Pure: takes reviews, gives a hash or a sentence.
"""

import hashlib
import json
from collections.abc import Mapping

from digest.model import Check, Review
from digest.panel.checks import COMPUTED

TOLD = 3
"""Changes of answers that a reason names, the weightiest first."""
UNKNOWN = "unknown"


def outcome(review: Review) -> str:
    """
    Give a hash of what a review comes to: verdict, answers, and the rules it was made by.

    Words and sources are no part of it, and of points that follow a count only on which side they
    are: a percentile moves with every tool that comes.
    """
    answers = [(check.key, _worth(check), check.points is None) for check in review.checks]
    parts = [review.verdict, review.method, review.panel_version, sorted(answers)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _worth(check: Check) -> float:
    points = check.points or 0.0
    if check.key not in COMPUTED:
        return points
    return float((points > 0) - (points < 0))


def reason(before: Review, after: Review) -> str:
    """
    Say what changed from one review to the next, beginning small and without a full stop.

    Other rules and another way to judge are named, then the answers that changed, those that
    moved the score most first; empty where nothing did. Where a verdict moved though no answer did,
    a reviewer's bound on the age of the last release was passed: nothing else decides alone.
    """
    said = []
    if before.method != after.method:
        said.append(f"judged by {before.method} before, now by {after.method}")
    elif before.panel_version != after.panel_version:
        said.append(f"rules {_version(before, after)} → {_version(after, before)}")
    known = {check.key: check for check in before.checks}
    changed = [
        (known[check.key], check)
        for check in after.checks
        if check.key in known and _differs(known[check.key], check, before=before, after=after)
    ]
    changed.sort(key=lambda pair: -abs(_effect(pair[1]) - _effect(pair[0])))
    said += [_changed(old, new) for old, new in changed[:TOLD]]
    if not said and before.verdict is not after.verdict:
        said.append("no newer commit or release has come, and its last one is long ago by now")
    return "; ".join(said)


def _version(review: Review, other: Review) -> str:
    """Give the number of a panel version; with its hash where the numbers are the same."""
    number, _, _ = review.panel_version.partition("+")
    is_same = number == other.panel_version.partition("+")[0]
    return review.panel_version if is_same else number


def _differs(old: Check, new: Check, *, before: Review, after: Review) -> bool:
    """Tell whether an answer is another; a count that only moved counts where the verdict did."""
    if (old.points is None) != (new.points is None) or _worth(old) != _worth(new):
        return True
    return old.points != new.points and before.verdict is not after.verdict


def _effect(check: Check) -> float:
    return (check.points or 0.0) * check.weight


def _changed(old: Check, new: Check) -> str:
    name = new.name or new.key.replace("_", " ")
    return f"{name} was {_answer(old)}, now {_answer(new)}"


def _answer(check: Check) -> str:
    if check.points is None:
        return f"{UNKNOWN}, as sources differ" if check.dissent else UNKNOWN
    if check.answer:
        return check.answer
    worth: Mapping[bool, str] = {True: "in its favour", False: "against it"}
    return worth[check.points > 0]
