"""
Choose the pages of tools' own that are due: which tools, which of their pages, in which order.

Reads the catalogue; writes only where a tool's address is another now, so that what was found from
the old one is forgotten.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from digest.catalogue.own_pages import FOUND_FROM, first_visits, is_due
from digest.errors import DigestError, NotFoundError
from digest.model import Fact, FactKind, PageRole, ProductPage, Tool, Visit
from digest.store import pages as store
from digest.store import tools as tool_store
from digest.store.engine import Database

TOOLS_A_RUN = 200
"""Tools one run looks at, the newest first; each has at most five pages."""


def due_visits(
    db: Database, *, now: datetime, limit: int = TOOLS_A_RUN, tool: str | None = None
) -> tuple[Visit, ...]:
    """
    Give the pages to begin with, of the tools that are due, the newest first.

    Args:
        db: Open.
        now: Aware.
        limit: Most tools, 1 or more.
        tool: Slug of the only tool that is wanted; its pages are still given only when due.

    Raises:
        NotFoundError: There is no such tool.
        DigestError: It has no page of its own, or is part of another tool.
    """
    with db.write() as session:
        tools = [_named(session, tool)] if tool else store.tools_due(session, now=now, limit=limit)
        slugs = [each.slug for each in tools]
        facts = tool_store.facts_of(session, slugs)
        pages = store.pages_of(session, slugs)
        found: list[Visit] = []
        for each in tools:
            first = _first_visits(each, facts[each.slug])
            stored = pages[each.slug]
            if any(page.site != (each.site or "") for page in stored.values()):
                store.drop_pages(session, each.slug)
                stored = {}
            found += _due_of(first, stored, now=now)
            if tool and not first:
                raise DigestError(
                    f"tool {tool!r} has no page of its own: all that is known of it are listings, "
                    "hosts that many makers share, or entries of pages about many products"
                )
    return tuple(found)


def _named(session: Session, slug: str) -> Tool:
    found = tool_store.tool_by_slug(session, slug)
    if found is None:
        raise NotFoundError("tool", slug, "digest tools list has them")
    whole = tool_store.parts(session).get(slug)
    if whole:
        raise DigestError(f"tool {slug!r} is part of {whole!r} by now; name that one")
    return found


def _first_visits(tool: Tool, facts: Sequence[Fact]) -> tuple[Visit, ...]:
    claimed = [fact for fact in facts if fact.page is None]
    places = (str(fact.value) for fact in claimed if fact.kind is FactKind.REPOSITORY)
    sized = {FactKind.PARAMETERS, FactKind.CONTEXT_LENGTH}
    is_model = any(fact.kind in sized for fact in claimed)
    return first_visits(tool, repository=next(places, None), is_model=is_model)


def _due_of(
    first: Sequence[Visit], stored: dict[PageRole, ProductPage], *, now: datetime
) -> list[Visit]:
    """Give the first pages that are due; for one that is not, those found from it that are."""
    due: list[Visit] = []
    for visit in first:
        if is_due(visit, stored.get(visit.role), now=now):
            due.append(visit)
        else:
            due += [each for each in known_from(visit, stored) if stored[each.role].due_at <= now]
    return due


def known_from(visit: Visit, stored: dict[PageRole, ProductPage]) -> list[Visit]:
    """Give the pages that earlier visits found from this one."""
    return [
        visit.model_copy(update={"role": role, "url": page.url})
        for role, page in sorted(stored.items())
        if FOUND_FROM.get(role) is visit.role
    ]
