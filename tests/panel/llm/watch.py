"""
Put 30 tools with known answers, half of them skips, to a judge: how often is it right, and how?

    DIGEST_PANEL_MODEL=openai:NAME DIGEST_PANEL_OPENAI_KEY=… python tests/panel/llm/watch.py

takes the model panel's settings as a build does, caps included; without a model a scripted one that
reads carefully is asked. Prints a line for each reviewer, and one for notes asked in both orders.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from digest.catalogue.given import read_given
from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.model import Answer, AnswerKind, Method, Review, Reviewer, Verdict
from digest.panel.base import Pairing, Panel
from digest.panel.llm.assembly import assemble
from digest.panel.llm.notes import SWAPPED
from digest.panel.llm.panel import LlmPanel, Tried
from digest.panel.rules import load_rules
from digest.settings import load_settings
from digest.steps.given_reviews import GivenReviews, NoMemory, review_given
from tests.panel.llm.support import NOW, make_panel

KNOWN = Path(__file__).parents[2] / "data" / "panel" / "known.jsonl"
SHIPS_TOO_MUCH = 0.8
"""Half of the tools are skips: a reviewer that ships more than this says yes to everything."""


@dataclass(frozen=True)
class Rates:
    """How one reviewer did."""

    reviewer: Reviewer
    right: float
    """Calls that are the known answer, of all tools."""
    ships: float
    no_calls: float
    unknown: float
    """Questions left open."""
    miscited: float
    sent_back: float
    fell_back: float

    def line(self) -> str:
        """Give a line of the table."""
        rates = (self.right, self.ships, self.no_calls, self.unknown)
        tries = (self.miscited, self.sent_back, self.fell_back)
        cells = " | ".join(f"{rate:.0%}" for rate in (*rates, *tries))
        alarm = " ships too much" if self.ships > SHIPS_TOO_MUCH else ""
        return f"| {self.reviewer} | {cells} |{alarm}"


def known() -> tuple[list[str], str]:
    """Give the known answers, and the tools as lines."""
    rows = [json.loads(line) for line in KNOWN.read_text().splitlines()]
    return [row["expected"] for row in rows], "\n".join(json.dumps(row["tool"]) for row in rows)


def judged(panel: Panel, *, most: int | None = None) -> GivenReviews:
    """Have them reviewed; all, or as many of the first."""
    lines = "\n".join(known()[1].splitlines()[:most])
    return review_given(
        read_given(lines, name=KNOWN.name, now=NOW),
        panel=panel,
        rules=load_rules(),
        classifier=JobClassifier(load_jobs()),
        now=NOW,
    )


def rates(found: GivenReviews, tried: Sequence[Tried]) -> Iterator[Rates]:
    """Give each reviewer's rates; what fell back is no answer of the judge."""
    expected, _ = known()
    for place, reviewer in enumerate(Reviewer):
        reviews = [each[place] for each in found.run.reviews.values()]
        by_model = [each for each in reviews if each.method is Method.MODEL]
        own = [each for each in tried if each.reviewer is reviewer]
        right = [
            each.verdict == answer and each.method is Method.MODEL
            for each, answer in zip(reviews, expected, strict=False)
        ]
        yield Rates(
            reviewer=reviewer,
            right=_share(right),
            ships=_share(each.verdict is Verdict.SHIP for each in by_model),
            no_calls=_share(each.verdict is Verdict.NO_CALL for each in by_model),
            unknown=_share(_open(by_model)),
            miscited=_share(each.miscited for each in own),
            sent_back=_share(each.sent_back for each in own),
            fell_back=_share(each.fell_back for each in own),
        )


def _open(reviews: Iterable[Review]) -> Iterator[bool]:
    for review in reviews:
        yield from (check.points is None for check in review.checks)


def _share(claims: Iterable[bool]) -> float:
    found = list(claims)
    return sum(found) / len(found) if found else 0.0


def swaps(panel: LlmPanel, found: GivenReviews) -> str:
    """Say how often a note on a ship and a skip is the same in both orders."""
    pairs = [
        Pairing(
            slug=f"{a.tool.slug}-vs-{b.tool.slug}",
            a=a,
            b=b,
            answer=Answer(kind=AnswerKind.A, line=""),
        )
        for a, b in zip(found.subjects[::2], found.subjects[1::2], strict=True)
    ]
    answers = panel.annotate(pairs, memory=NoMemory(), now=NOW)
    kept = sum(answer.note != SWAPPED for answer in answers.values())
    return f"notes: {len(answers)} of {len(pairs)} usable, {kept} of them the same in both orders"


def main() -> None:
    """Print the table."""
    settings = load_settings()
    has_model = settings.panel_model is not None
    panel = assemble(settings, load_rules()) if has_model else make_panel()
    found = judged(panel)
    head = "right | ships | no call | questions open | miscited | sent back | fell back"
    sys.stdout.write(f"| reviewer | {head} |\n|---|---|---|---|---|---|---|---|\n")
    for each in rates(found, panel.tried):
        sys.stdout.write(f"{each.line()}\n")
    if has_model:
        sys.stdout.write(f"{swaps(panel, found)}\n")
    for line in found.run.remarks:
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
