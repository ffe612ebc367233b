"""
Lay the tools of the chosen pairs before the panel: their pages' texts in, reviews and notes out.

The checklist has reviewed the whole pool by then, and the pairs are planned on that. A model is asked
only about what readers will see. Each answer is kept as soon as it is there.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from digest.errors import CaptureError
from digest.issues.labels import labelled_note
from digest.model import (
    Capture,
    Excerpt,
    Issue,
    Method,
    PageRole,
    Plan,
    ProductPage,
    Review,
    Subject,
)
from digest.panel.base import Estimate, Memory, Pairing
from digest.panel.verdict import tally
from digest.sources.captures import CaptureStore
from digest.sources.product_pages import read_product_page
from digest.steps.desk import Desk, WeeklyParts
from digest.steps.panel import Reviewed
from digest.store import captures as capture_store
from digest.store import judgements as store
from digest.store import pages as page_store
from digest.store.engine import Database

EXCERPT = 4_000
"""Characters of a page that are read for a panel; it shows fewer."""
ROLES = (PageRole.HOME, PageRole.README, PageRole.PRICING, PageRole.DOCS)
"""Pages whose texts a panel reads, in this order; a licence file says nothing but its name."""


@dataclass(frozen=True, slots=True)
class StoredAnswers:
    """The panel's memory: a table."""

    db: Database

    def recall(self, keys: Collection[str]) -> Mapping[str, str]:
        """Give what is kept under these keys."""
        with self.db.read() as session:
            return store.judgements(session, keys)

    def keep(self, key: str, document: str, *, tool: str, now: datetime) -> None:
        """Keep an answer, in a transaction of its own."""
        with self.db.write() as session:
            store.put_judgement(session, key, document, tool=tool, made_at=now)


@dataclass(frozen=True, slots=True)
class Paneled:
    """A desk after its chosen tools were laid before the panel."""

    desk: Desk
    remarks: tuple[str, ...] = ()
    """For the editor."""


class Estimating(Protocol):
    """A panel that can say beforehand what it would cost."""

    def estimate(
        self, subjects: Sequence[Subject], *, memory: Memory, now: datetime, pairs: int = 0
    ) -> Estimate:
        """Say what reviews of these tools and notes on so many pairs would cost; nobody is asked."""


def lay_before_panel(desk: Desk, plan: Plan, *, parts: WeeklyParts, now: datetime) -> Paneled:
    """
    Have the tools of the chosen pairs reviewed by the panel; its reviews take the others' place.

    Tools that readers know by a model's reviews are laid before it again: what a model said is
    compared with what a model says, never with the checklist.
    """
    told, chosen = _told_by_model(desk), _chosen(plan)
    items = _items(desk, plan)
    run = parts.panel.review(
        subjects_of(list(items.values()), parts=parts), memory=StoredAnswers(parts.db), now=now
    )
    reviewed, told_tools = dict(desk.reviewed), dict(desk.told_tools)
    for slug, reviews in run.reviews.items():
        if slug in chosen:
            reviewed[slug] = with_reviews(reviewed[slug], reviews)
        if slug in told:
            told_tools[slug] = with_reviews(items[slug], _like(told[slug], reviews))
    return Paneled(replace(desk, reviewed=reviewed, told_tools=told_tools), run.remarks)


def said_now(desk: Desk, plan: Plan) -> list[Review]:
    """
    Give what is said of every tool of a desk that was laid before the panel, each review once.

    A chosen tool has what the issue shows; one that readers know has what is compared with that.
    """
    chosen = {slug: desk.reviewed[slug] for slug in _chosen(plan)}
    items = {**desk.reviewed, **desk.told_tools, **chosen}.values()
    return [review for item in items for review in item.side.reviews]


def laid_before(desk: Desk, plan: Plan, *, parts: WeeklyParts) -> list[Subject]:
    """Give what a build would lay before the panel."""
    return subjects_of(list(_items(desk, plan).values()), parts=parts)


def _items(desk: Desk, plan: Plan) -> dict[str, Reviewed]:
    """Give the tools of the chosen pairs in the order of the issue, then those told by a model."""
    chosen = {slug: desk.reviewed[slug] for slug in _chosen(plan)}
    told = _told_by_model(desk)
    return chosen | {slug: item for slug, item in desk.told_tools.items() if slug in told}


def _chosen(plan: Plan) -> dict[str, None]:
    return dict.fromkeys(slug for pair in plan.chosen for slug in (pair.a, pair.b))


def _told_by_model(desk: Desk) -> dict[str, tuple[Review, ...]]:
    """Give the reviews that readers were last told of each tool, where a model wrote any of them."""
    told: dict[str, tuple[Review, ...]] = {}
    for each in sorted(desk.told, key=lambda each: each.last.week):
        told |= {card.slug: card.reviews for card in (each.last.a, each.last.b)}
    return {
        slug: reviews
        for slug, reviews in told.items()
        if any(review.method is Method.MODEL for review in reviews)
    }


def _like(told: Sequence[Review], reviews: Sequence[Review]) -> tuple[Review, ...]:
    """Give each reviewer's review now where it was come by as the one readers know, else that one."""
    known = {review.reviewer: review for review in told}
    return tuple(
        review
        if review.method is known.get(review.reviewer, review).method
        else known[review.reviewer]
        for review in reviews
    )


def subjects_of(items: Sequence[Reviewed], *, parts: WeeklyParts) -> list[Subject]:
    """Give reviewed tools as they are laid before the panel, with their pages where it reads them."""
    texts: Mapping[str, tuple[Excerpt, ...]] = {}
    if parts.panel.reads_pages and items:
        texts = excerpts([item.side.tool.slug for item in items], parts=parts)
    return [
        Subject(
            tool=item.side.tool,
            evidence=item.evidence,
            excerpts=texts.get(item.side.tool.slug, ()),
            reviews=item.side.reviews,
        )
        for item in items
    ]


def with_reviews(item: Reviewed, reviews: tuple[Review, ...]) -> Reviewed:
    """Give a reviewed tool with other reviews, and their count."""
    side = item.side.model_copy(update={"reviews": reviews, "panel": tally(reviews)})
    return replace(item, side=side)


def with_notes(issue: Issue, desk: Desk, *, parts: WeeklyParts, now: datetime) -> Issue:
    """Give the issue with the panel's notes, where it writes any; no answer changes."""
    if not parts.panel.writes_notes:
        return issue
    pairs = []
    for item in issue.comparisons:
        a, b = subjects_of([desk.reviewed[item.a.slug], desk.reviewed[item.b.slug]], parts=parts)
        pairs.append(Pairing(slug=item.slug, a=a, b=b, answer=item.answer))
    answers = parts.panel.annotate(pairs, memory=StoredAnswers(parts.db), now=now)
    comparisons = tuple(
        item.model_copy(update={"answer": labelled_note(answers[item.slug], parts.labels)})
        if item.slug in answers
        else item
        for item in issue.comparisons
    )
    return issue.model_copy(update={"comparisons": comparisons})


def excerpts(tools: Collection[str], *, parts: WeeklyParts) -> dict[str, tuple[Excerpt, ...]]:
    """Read what is kept of tools' own pages; a response that is gone or damaged is passed over."""
    kept = parts.captures
    if kept is None:
        return {}
    with parts.db.read() as session:
        pages = page_store.pages_of(session, tools)
        found = {
            slug: [
                (page, capture)
                for role in ROLES
                if (page := by_role.get(role))
                and (capture := capture_store.capture_of(session, page.capture_key))
            ]
            for slug, by_role in pages.items()
        }
    return {
        slug: tuple(text for page, capture in each if (text := _excerpt(page, capture, kept)))
        for slug, each in found.items()
    }


def _excerpt(page: ProductPage, capture: Capture, kept: CaptureStore) -> Excerpt | None:
    try:
        body = kept.get(capture.body_sha256)
    except CaptureError:
        return None
    reading = read_product_page(capture, body)
    if reading.page is None:
        return None
    return Excerpt(
        url=page.cited or page.url,
        role=page.role,
        fetched_at=capture.fetched_at,
        text="\n".join(reading.page.lines)[:EXCERPT],
    )
