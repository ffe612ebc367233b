"""What past issues forbid: a pair that was published, a tool that was in one lately."""

from collections.abc import Iterable
from datetime import date

from digest.issues.config import PairingConfig
from digest.issues.scoring import Scored
from digest.model import Candidate, Tally, Value


class PublishedPair(Value):
    """One comparison of a released issue, and what the panel said then, where that is known."""

    week: str
    a: str
    b: str
    panel_a: Tally | None = None
    panel_b: Tally | None = None


class History:
    """The released comparisons before a week."""

    def __init__(self, published: Iterable[PublishedPair], *, week: str) -> None:
        self._week = week
        self._pairs = [pair for pair in published if pair.week < week]
        self._issues = sorted({pair.week for pair in self._pairs}, reverse=True)

    def is_resting(self, found: Candidate, config: PairingConfig) -> bool:
        """Say whether the tool was in one of the last issues; issues count, not weeks."""
        rest = config.rest_issues if found.is_fresh else config.incumbent_rest_issues
        lately = set(self._issues[:rest])
        return any(
            pair.week in lately and found.tool.slug in {pair.a, pair.b} for pair in self._pairs
        )

    def objection(self, pair: Scored, config: PairingConfig) -> str | None:
        """
        Say when the pair was published, if it may not return; None where it may.

        It may after half a year, if the panel's count of either tool is another than it was then.
        """
        past = [old for old in self._pairs if {old.a, old.b} == set(pair.key)]
        if not past:
            return None
        last = max(past, key=lambda old: old.week)
        is_long_ago = _weeks_between(last.week, self._week) >= config.repeat_weeks
        if is_long_ago and _has_changed(last, pair):
            return None
        return f"already published in {last.week}"


def _weeks_between(earlier: str, later: str) -> int:
    return (_monday(later) - _monday(earlier)).days // 7


def _monday(week: str) -> date:
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _has_changed(old: PublishedPair, pair: Scored) -> bool:
    then = {old.a: old.panel_a, old.b: old.panel_b}
    return any(
        panel is not None and (panel.ships, panel.calls) != (found.ships, found.calls)
        for found in (pair.a, pair.b)
        for panel in (then[found.tool.slug],)
    )
