"""What a build came to, as one JSON document for programs and as Markdown for people."""

from collections import Counter
from typing import Any

from digest.model import Comparison, Edition, Issue, IssueState, Move, Plan, Value
from digest.model.wording import REVIEWERS, VERDICTS


class BuildReport(Value):
    """What a build came to; without an issue, ``note`` says why."""

    week: str
    state: IssueState | None
    plan: Plan
    issue: Issue | None = None
    edition: Edition | None = None
    note: str | None = None
    decisions: tuple[str, ...] = ()
    """What editors decided about tools looked at: flags lifted or set, paid places pinned."""
    panel: tuple[str, ...] = ()
    """What the model panel came to: orders hidden in evidence, reviews that fell back, the cost."""
    watch: tuple[str, ...] = ()
    """Reviewers that hardly tell tools apart."""

    @property
    def moves(self) -> tuple[Move, ...]:
        """Verdicts on tools of earlier issues that moved; the issue tells of them."""
        return self.issue.moves if self.issue else ()

    @property
    def rejected(self) -> dict[str, int]:
        """How many tools fell for which reason, commonest first."""
        reasons = Counter(rejection.reason for rejection in self.plan.rejections)
        return dict(reasons.most_common())

    def document(self) -> dict[str, Any]:
        """Give the report as one JSON document: comparisons whole, the plan, why tools fell."""
        comparisons = self.issue.comparisons if self.issue else ()
        return {
            "week": self.week,
            "state": self.state,
            "note": self.note,
            "number": self.issue.number if self.issue else None,
            "title": self.issue.title if self.issue else None,
            "edition": self.edition.sha256 if self.edition else None,
            "comparisons": [_comparison_document(item) for item in comparisons],
            "moves": [move.model_dump(mode="json") for move in self.moves],
            "rejected": self.rejected,
            "decisions": list(self.decisions),
            "panel": list(self.panel),
            "watch": list(self.watch),
            "plan": self.plan.model_dump(mode="json"),
        }

    def markdown(self) -> str:
        """Give the report as Markdown for people who follow a run."""
        lines = [f"# {self.issue.title if self.issue else 'No issue'} ({self.week})", ""]
        for item in self.issue.comparisons if self.issue else ():
            lines.append(f"{item.position}. **{item.a.name} vs {item.b.name}**: {item.answer.line}")
            lines.append(f"   {item.why}")
        lines += [f"- moved: {move_line(move)}" for move in self.moves]
        lines += ["", self.note or "", "", "| left out | tools |", "|---|---|"]
        lines += [f"| {reason} | {number} |" for reason, number in self.rejected.items()]
        lines += [f"\n- {line}" for line in (*self.decisions, *self.panel, *self.watch)]
        if self.edition:
            lines += ["", f"Edition `{self.edition.sha256[:12]}`. Release it with"]
            short = self.edition.sha256[:12]
            lines += ["", f"    digest approve {self.week} --by NAME --edition {short}"]
        return "\n".join(lines)


def move_line(move: Move) -> str:
    """Say a move in one line, for the desk."""
    verdicts = f"{VERDICTS[move.before].lower()} → {VERDICTS[move.after].lower()}"
    return f"{move.name}, {REVIEWERS[move.reviewer]}: {verdicts} ({move.why})"


def _comparison_document(item: Comparison) -> dict[str, Any]:
    document = item.model_dump(mode="json")
    return document | {
        "tools": [item.a.slug, item.b.slug],
        "tiles": {
            side: {
                "panel": {"label": card.panel.label, "percent": card.panel.percent},
                "community": {"label": "—", "votes": 0},
                "entry": card.entry_price,
            }
            for side, card in (("a", item.a), ("b", item.b))
        },
        "reviews": {
            "a": [review.model_dump(mode="json") for review in item.a.reviews],
            "b": [review.model_dump(mode="json") for review in item.b.reviews],
        },
        "pick_a_if": list(item.answer.pick_a_if),
        "pick_b_if": list(item.answer.pick_b_if),
    }
