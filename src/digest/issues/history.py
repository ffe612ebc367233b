"""What past issues forbid: a pair that was published, a tool that was in one lately."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date

from pydantic import field_validator
from sqlmodel import Field

from digest.errors import IssueError
from digest.issues.cells import cells
from digest.issues.config import PairingConfig
from digest.issues.weeks import whole_week
from digest.model import Candidate, Comparison, FactKind, Tally, Value

UNSTEADY = frozenset(
    {FactKind.MAINTAINED_AT, FactKind.CREATED_AT, FactKind.SUPERLATIVES, FactKind.RIVAL_NAMED}
)
"""Facts whose change is no news to who chooses: a project that lives has a new commit each week."""


class Shown(Value):
    """What a comparison showed of one side."""

    panel: Tally | None = None
    evidence_sha256: str | None = None
    """Of the snapshot its reviews stood on; None where unknown."""
    cells: Mapping[FactKind, str] = Field(default_factory=dict)


class PublishedPair(Value):
    """One comparison of a released issue, and what it showed, where that is known."""

    week: str
    a: str
    b: str
    shown_a: Shown = Shown()
    shown_b: Shown = Shown()

    @field_validator("week")
    @classmethod
    def _is_a_week(cls, week: str) -> str:
        try:
            whole_week(week, zone=UTC)
        except IssueError as error:
            raise ValueError(str(error)) from error
        return week

    @classmethod
    def of(cls, item: Comparison, *, parts_of: Mapping[str, str]) -> "PublishedPair":
        """Give a comparison as history has it; what is part of another tool by now is that one."""
        sides = {
            side: Shown(
                panel=card.panel,
                evidence_sha256=next((review.evidence_sha256 for review in card.reviews), None),
                cells={
                    row.kind: cell.text
                    for row in item.facts
                    if (cell := getattr(row, side)).text is not None
                },
            )
            for side, card in (("a", item.a), ("b", item.b))
        }
        return cls(
            week=item.week,
            a=parts_of.get(item.a.slug, item.a.slug),
            b=parts_of.get(item.b.slug, item.b.slug),
            shown_a=sides["a"],
            shown_b=sides["b"],
        )

    @property
    def key(self) -> tuple[str, str]:
        """The slugs, sorted."""
        first, second = sorted((self.a, self.b))
        return first, second


class History:
    """The released comparisons before a week."""

    def __init__(self, published: Iterable[PublishedPair], *, week: str) -> None:
        self._week = week
        self._last: dict[tuple[str, str], PublishedPair] = {}
        self._weeks: dict[str, set[str]] = {}
        for pair in sorted(published, key=lambda pair: pair.week):
            if pair.week < week:
                self._last[pair.key] = pair
                for slug in pair.key:
                    self._weeks.setdefault(slug, set()).add(pair.week)
        issues = {week for weeks in self._weeks.values() for week in weeks}
        self._issues = sorted(issues, reverse=True)

    def is_resting(self, found: Candidate, config: PairingConfig) -> bool:
        """Say whether the tool was in one of the last issues; issues count, not weeks."""
        rest = config.rest_issues if found.is_fresh else config.incumbent_rest_issues
        return bool(self._weeks.get(found.tool.slug, set()) & set(self._issues[:rest]))

    def objection(self, a: Candidate, b: Candidate, config: PairingConfig) -> str | None:
        """
        Say when the pair was published, if it may not return; None where it may.

        It may after half a year, if there is a new evidence snapshot of either tool in which
        something a reader saw is another: the panel's count, or a fact that was shown.
        """
        first, second = sorted((a.tool.slug, b.tool.slug))
        last = self._last.get((first, second))
        if last is None:
            return None
        is_long_ago = _weeks_between(last.week, self._week) >= config.repeat_weeks
        then = {last.a: last.shown_a, last.b: last.shown_b}
        if is_long_ago and any(_has_changed(then[each.tool.slug], each) for each in (a, b)):
            return None
        return f"already published in {last.week}"


def _weeks_between(earlier: str, later: str) -> int:
    return (_monday(later) - _monday(earlier)).days // 7


def _monday(week: str) -> date:
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _has_changed(then: Shown, now: Candidate) -> bool:
    """Return True where new evidence changed what was shown; what was unknown then is no change."""
    if then.evidence_sha256 is not None and then.evidence_sha256 == now.evidence_sha256:
        return False
    if then.panel and (then.panel.ships, then.panel.calls) != (now.ships, now.calls):
        return True
    today = cells(now.facts)
    return any(
        today.get(kind, text) != text for kind, text in then.cells.items() if kind not in UNSTEADY
    )
