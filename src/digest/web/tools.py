"""The page of one tool: what is known of it, what reviewers said, where it was compared; and as JSON."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain

from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from digest.catalogue.conflicts import dissent
from digest.catalogue.facts import current_facts
from digest.errors import NotFoundError
from digest.issues.cards import description, tagline
from digest.model import SURE_JOB, Card, Comparison, Fact, Move, Tool
from digest.model.wording import moved
from digest.store import issues as issue_store
from digest.store import reviews as review_store
from digest.store import tools as tool_store
from digest.web import urls
from digest.web.meta import Meta
from digest.web.notes import Sources
from digest.web.pages import FOR_NOW, SiteOf, as_json, asks, redirected
from digest.web.templating import Site
from digest.web.views import has_models, take, tool_facts


@dataclass(frozen=True, slots=True)
class _Known:
    """A tool with all that its page shows."""

    tool: Tool
    facts: tuple[Fact, ...]
    """Its own."""
    kin: tuple[Fact, ...]
    """Of the other listings of its product family."""
    comparisons: list[Comparison]
    card: Card | None
    """As the newest public comparison shows it."""
    moves: list[Move]
    rivals: list[Tool]

    @property
    def description(self) -> str:
        """What it is, as a card says it."""
        if self.card:
            return self.card.description
        standing = current_facts(self.facts, kin=self.kin)
        disputed = {fact.kind for fact in dissent(self.facts, kin=self.kin)}
        return description(self.tool, [fact for fact in standing if fact.kind not in disputed])


def tool_page(site: SiteOf, slug: str) -> Response:
    """Show what is known of one tool, and every public comparison it stands in."""
    with site.parts.db.read() as session:
        if whole := tool_store.parts(session).get(slug):
            return RedirectResponse(urls.tool(whole), FOR_NOW)
        known = _known(session, slug)
    sources = Sources()
    reviews = known.card.reviews if known.card else ()
    named = has_models(reviews)
    takes = [take(each, asks(site), sources, names_writers=named) for each in reviews]
    return site.page(
        "tool.html",
        meta=_tool_meta(known.tool, is_listed=bool(known.comparisons)),
        tool=known.tool,
        tagline=tagline(known.tool),
        about=known.description,
        card=known.card,
        job=_job(site, known.tool, known.comparisons),
        takes=takes,
        facts=tool_facts(known.facts, sources, kin=known.kin),
        notes=sources.notes,
        comparisons=known.comparisons,
        moves=[(move.moved_at, moved(move)) for move in known.moves],
        rivals=known.rivals,
    )


def tool_json(site: SiteOf, slug: str) -> Response:
    """Give one tool as JSON: what is known, with sources, and what reviewers said in public."""
    with site.parts.db.read() as session:
        if whole := tool_store.parts(session).get(slug):
            return RedirectResponse(f"{urls.tool(whole)}.json", FOR_NOW)
        known = _known(session, slug)
    reviews = known.card.reviews if known.card else ()
    facts = current_facts(known.facts, kin=known.kin)
    against = dissent(known.facts, kin=known.kin)
    extra = {
        "facts": [fact.model_dump(mode="json") for fact in facts],
        "dissent": [fact.model_dump(mode="json") for fact in against],
        "panel": known.card.panel.model_dump(mode="json") if known.card else None,
        "reviews": [review.model_dump(mode="json") for review in reviews],
        "moves": [move.model_dump(mode="json") for move in known.moves],
        "comparisons": [urls.compare(each.slug) for each in known.comparisons],
    }
    return as_json(site, known.tool, urls.tool(slug), reviews=reviews, extra=extra)


def old_tool_page(slug: str) -> Response:
    """Lead from the singular to the address of the page."""
    return redirected(urls.tool(slug))


def _known(session: Session, slug: str) -> _Known:
    """Give a tool that may be shown. Raises NotFoundError."""
    slugs = {slug, *(part for part, whole in tool_store.parts(session).items() if whole == slug)}
    tool = tool_store.tool_by_slug(session, slug)
    comparisons = _comparisons_of(session, slugs)
    if tool is None or (tool.flags and not comparisons):
        raise NotFoundError("tool", slug)
    facts = tool_store.facts_of(session, [slug, *tool_store.kin_of(session, tool)])
    cards = [each.a if each.a.slug in slugs else each.b for each in comparisons[:1]]
    return _Known(
        tool=tool,
        facts=tuple(facts.pop(slug)),
        kin=tuple(chain.from_iterable(facts.values())),
        comparisons=comparisons,
        card=cards[0] if cards else None,
        moves=review_store.verdict_history(session, slug),
        rivals=[rival for rival in tool_store.rivals_of(session, tool) if not rival.flags],
    )


def _comparisons_of(session: Session, slugs: Collection[str]) -> list[Comparison]:
    """Give the public comparisons a tool stands in under any of its slugs, newest first."""
    found = {
        (each.week, each.position): each
        for slug in slugs
        for each in issue_store.comparisons_of_tool(session, slug)
    }
    return [found[key] for key in sorted(found, key=lambda key: (key[0], -key[1]), reverse=True)]


def _job(site: Site, tool: Tool, comparisons: list[Comparison]) -> str:
    if comparisons:
        return comparisons[0].job_label
    job = tool.job if tool.job_confidence >= SURE_JOB else ""
    return site.parts.job_labels.get(job, "Job not known yet")


def _tool_meta(tool: Tool, *, is_listed: bool) -> Meta:
    return Meta(
        title=tool.name,
        description=tagline(tool) or f"What is known of {tool.name}, with sources.",
        path=urls.tool(tool.slug),
        is_listed=is_listed,
    )
