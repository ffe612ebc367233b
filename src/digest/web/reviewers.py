"""The page of one reviewer: what it asks, what it rewards, and its public verdicts by category."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from digest.errors import NotFoundError
from digest.model import Card, Comparison, Reviewer, Verdict
from digest.panel.rulebook import ReviewerRule
from digest.store import issues as issue_store
from digest.web import urls, words
from digest.web.meta import Meta
from digest.web.pages import SiteOf, redirected

SHOWN = 60
"""Verdicts listed on a page, at most."""
COMPUTED = (-1.0, 1.0)
"""Points of a check whose answer is a number: it may be worth anything between these."""


@dataclass(frozen=True, slots=True)
class Said:
    """One public verdict of a reviewer."""

    card: Card
    comparison: Comparison
    verdict: str
    """Enum value: names the chip's colour."""
    word: str


@dataclass(frozen=True, slots=True)
class Row:
    """How a reviewer called the tools of one category."""

    category: str
    path: str
    ship: int
    skip: int
    no_call: int


@dataclass(frozen=True, slots=True)
class Question:
    """One check of a reviewer: what it asks for, its weight, and what an answer is worth."""

    about: str
    weight: str
    best: str
    worst: str


def reviewers(site: SiteOf) -> Response:
    """List the reviewers."""
    meta = Meta(
        title="The reviewers",
        description="Instruments, not people: what each asks of a tool.",
        path=urls.REVIEWERS,
    )
    return site.page("reviewers.html", meta=meta, rules=site.parts.rules)


def reviewer_page(site: SiteOf, persona: str, category: str = "") -> Response:
    """Show one reviewer, with its verdicts in all categories or in one."""
    if persona not in set(Reviewer):
        raise NotFoundError("reviewer", persona)
    key = Reviewer(persona)
    rules = site.parts.rules
    rule = rules.of(key)
    with site.parts.db.read() as session:
        said = _said(issue_store.public_comparisons(session), key)
    rows = _rows(said, key)
    known = category if any(row.category == category for row in rows) else ""
    shown = [each for each in said if known in ("", each.comparison.category)]
    meta = Meta(
        title=f"The {words.REVIEWERS[key]}",
        description=f"{rule.asks} What it asks for, what an answer is worth, and its verdicts.",
        path=urls.reviewer(persona),
    )
    return site.page(
        "reviewer.html",
        meta=meta,
        rule=rule,
        questions=questions(rule, rules.points),
        rules=rules,
        rows=rows,
        category=known,
        said=shown[:SHOWN],
        left=len(shown[SHOWN:]),
    )


def old_reviewer_page(persona: str) -> Response:
    """Lead from the singular to the address of the page."""
    return redirected(urls.reviewer(persona))


def questions(
    rule: ReviewerRule, points: Mapping[str, Mapping[str, float]]
) -> tuple[Question, ...]:
    """Give a reviewer's checks in order, each with its best and its worst answer's points."""
    found = []
    for check in rule.check:
        worth = tuple(points.get(check.key, {}).values()) or COMPUTED
        found.append(
            Question(
                about=check.about,
                weight=f"{check.weight:g}",
                best=_signed(max(worth)),
                worst=_signed(min(worth)),
            )
        )
    return tuple(found)


def _signed(points: float) -> str:
    return f"{points:+g}".replace("-", "−") if points else "0"


def _said(comparisons: Sequence[Comparison], key: Reviewer) -> list[Said]:
    """Give the newest verdict on each tool, newest first."""
    found: dict[str, Said] = {}
    for comparison in comparisons:
        for card in (comparison.a, comparison.b):
            for review in card.reviews:
                if review.reviewer is key and card.slug not in found:
                    verdict, word = review.verdict.value, words.VERDICTS[review.verdict]
                    found[card.slug] = Said(card, comparison, verdict, word)
    return list(found.values())


def _rows(said: Sequence[Said], key: Reviewer) -> list[Row]:
    counts = Counter((each.comparison.category, each.verdict) for each in said)
    return [
        Row(
            category=category,
            path=f"{urls.reviewer(key.value)}?{urlencode({'category': category})}",
            ship=counts[category, Verdict.SHIP.value],
            skip=counts[category, Verdict.SKIP.value],
            no_call=counts[category, Verdict.NO_CALL.value],
        )
        for category in sorted({each.comparison.category for each in said})
    ]
