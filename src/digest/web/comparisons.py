"""
The page of one comparison: as it would be written now, with what it said before, and as JSON.

The reverse order of the names leads to the stored one; what an editor took back is gone.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session
from starlette.responses import Response

from digest.errors import NotFoundError, WithdrawnError
from digest.model import Community, Comparison, Issue, Revision, Tool
from digest.model.wording import day
from digest.store import issues as issue_store
from digest.store import readers as reader_store
from digest.store import reviews as review_store
from digest.store import tools as tool_store
from digest.web import urls
from digest.web.history import history_data, told_before
from digest.web.meta import Meta, comparison_meta
from digest.web.pages import (
    LIVE,
    SiteOf,
    as_json,
    asks,
    community_data,
    public_issue,
    redirected,
    released_at,
)
from digest.web.views import comparison_view


def comparisons(site: SiteOf) -> Response:
    """List every comparison by category, newest first."""
    with site.parts.db.read() as session:
        found = issue_store.public_comparisons(session)
    groups: dict[str, list[Comparison]] = {}
    for item in found:
        groups.setdefault(item.category, []).append(item)
    meta = Meta(
        title="All comparisons",
        description="Every comparison by category, the newest first.",
        path=urls.COMPARISONS,
    )
    return site.page("comparisons.html", meta=meta, groups=dict(sorted(groups.items())))


@dataclass(frozen=True, slots=True)
class _Found:
    """A public comparison with all that its page says around it."""

    told: Comparison
    """As it was published."""
    revisions: list[Revision]
    """How it was judged anew since, newest first."""
    issue: Issue
    published_at: datetime
    votes: Community

    @property
    def now(self) -> Comparison:
        """As it would be written now."""
        return self.revisions[0].comparison if self.revisions else self.told

    @property
    def updated_at(self) -> datetime | None:
        """When its verdicts or its answer last changed; None where they stand as published."""
        return self.revisions[0].revised_at if self.revisions else None


def comparison_json(site: SiteOf, slug: str) -> Response:
    """Give one comparison as JSON."""
    with site.parts.db.read() as session:
        found = _found(session, slug)
        if found is None:
            return redirected(f"{urls.compare(_reverse(session, slug).slug)}.json")
    extra = {
        "updated_at": found.updated_at.isoformat() if found.updated_at else None,
        "community": community_data(found.votes),
        "history": history_data(found.revisions),
    }
    return as_json(
        site,
        found.now,
        urls.compare(slug),
        reviews=(*found.now.a.reviews, *found.now.b.reviews),
        published_at=found.published_at,
        extra=extra,
    )


def comparison_page(site: SiteOf, slug: str) -> Response:
    """Show one comparison whole."""
    with site.parts.db.read() as session:
        found = _found(session, slug)
        if found is None:
            return redirected(urls.compare(_reverse(session, slug).slug))
        approval = issue_store.approval_of(session, found.told.week)
        others = _others(session, found.told)
        rivals = _rivals(session, found.told)
    view = comparison_view(found.now, found.votes, asks(site))
    return site.page(
        "compare.html",
        meta=comparison_meta(
            view, site.parts, published_at=found.published_at, updated_at=found.updated_at
        ),
        headers=LIVE,
        view=view,
        issue=found.issue,
        published_at=found.published_at,
        updated_at=found.updated_at,
        history=told_before(found.revisions),
        approval=approval,
        others=others,
        newer=_newer(found.told, others),
        rivals=rivals,
    )


def _found(session: Session, slug: str) -> _Found | None:
    """Give the newest public comparison with this slug. Raises WithdrawnError."""
    told = issue_store.comparison_by_slug(session, slug)
    if told is None:
        return None
    back = issue_store.withdrawal_of(session, told.week, slug)
    if back:
        raise WithdrawnError(slug, f"{back.reason} ({day(back.withdrawn_at)})")
    issue = public_issue(session, told.week)
    return _Found(
        told=told,
        revisions=review_store.revisions_of(session, slug, told.week),
        issue=issue,
        published_at=released_at(session, issue),
        votes=reader_store.community_of(session, told.week, slug),
    )


def _reverse(session: Session, slug: str) -> Comparison:
    """Give the comparison stored in the other order; names may hold "-vs-" themselves."""
    parts = slug.split("-vs-")
    for cut in range(1, len(parts)):
        first, second = "-vs-".join(parts[:cut]), "-vs-".join(parts[cut:])
        found = issue_store.comparison_of_tools(session, first, second)
        if found:
            return found
    raise NotFoundError("comparison", slug)


def _others(session: Session, comparison: Comparison) -> list[Comparison]:
    """Give the other public comparisons of both tools, newest first; older ones of the pair too."""
    tools = (comparison.a.slug, comparison.b.slug)
    found = {
        (other.week, other.slug): other
        for tool in tools
        for other in issue_store.comparisons_of_tool(session, tool)
    }
    found.pop((comparison.week, comparison.slug), None)
    return [found[key] for key in sorted(found, reverse=True)]


def _newer(comparison: Comparison, others: list[Comparison]) -> Comparison | None:
    """Give a later comparison of the same two tools; ``others`` are newest first."""
    tools = {comparison.a.slug, comparison.b.slug}
    same = (other for other in others if {other.a.slug, other.b.slug} == tools)
    return next((other for other in same if other.week > comparison.week), None)


def _rivals(session: Session, comparison: Comparison) -> list[Tool]:
    parts_of = tool_store.parts(session)
    slugs = {parts_of.get(card.slug, card.slug) for card in (comparison.a, comparison.b)}
    tools = [tool for slug in sorted(slugs) if (tool := tool_store.tool_by_slug(session, slug))]
    rivals = tool_store.rivals_of(session, *tools) if tools else []
    return [rival for rival in rivals if not rival.flags]
