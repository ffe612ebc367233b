"""Resting place ②: how the pages of tools' own stand, and the facts that were read from them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, or_
from sqlmodel import Session, and_, col, select

from digest.model import Fact, FactKind, PageRole, ProductPage, Tool
from digest.store.rows import CHUNK, as_noun, as_values, upsert
from digest.store.tables import FactRow, ProductPageRow, ToolRow


def tools_due(session: Session, *, now: datetime, limit: int) -> list[Tool]:
    """
    Give the tools one of whose pages may be looked at now, the newest launch first.

    Those known from a listing alone have no page, flagged ones are held for an editor, parts of
    another are that one. One whose address is another than that its pages were found from is due
    at once.
    """
    own_facts = and_(
        col(FactRow.tool) == col(ToolRow.slug),
        col(FactRow.kind) == FactKind.REPOSITORY,
        col(FactRow.page).is_(None),
    )
    pages = col(ProductPageRow.tool) == col(ToolRow.slug)
    moved = col(ProductPageRow.site) != col(ToolRow.site)
    is_due = or_(col(ProductPageRow.due_at) <= now, moved)
    statement = (
        select(ToolRow)
        .where(or_(col(ToolRow.site).is_not(None), exists().where(own_facts)))
        .where(col(ToolRow.part_of).is_(None), col(ToolRow.flags) == ())
        .where(or_(~exists().where(pages), exists().where(pages, is_due)))
        .order_by(col(ToolRow.launched_at).desc(), col(ToolRow.slug))
        .limit(limit)
    )
    return [as_noun(Tool, row) for row in session.exec(statement)]


def pages_of(session: Session, tools: Collection[str]) -> dict[str, dict[PageRole, ProductPage]]:
    """Give how the pages of these tools stand, by tool and role."""
    found: dict[str, dict[PageRole, ProductPage]] = {tool: {} for tool in sorted(tools)}
    slugs = list(found)
    for start in range(0, len(slugs), CHUNK):
        part = slugs[start : start + CHUNK]
        for row in session.exec(select(ProductPageRow).where(col(ProductPageRow.tool).in_(part))):
            page = as_noun(ProductPage, row)
            found[page.tool][page.role] = page
    return found


def put_page(session: Session, page: ProductPage) -> None:
    """Store how a page stands now."""
    values = as_values(page)
    update = [name for name in values if name not in {"tool", "role"}]
    upsert(session, ProductPageRow, [values], key=["tool", "role"], update=update)


def replace_page_facts(session: Session, tool: str, role: PageRole, facts: Sequence[Fact]) -> None:
    """Store what a page says now in place of what it said before."""
    session.execute(delete(FactRow).where(col(FactRow.tool) == tool, col(FactRow.page) == role))
    values = [as_values(fact) for fact in facts]
    upsert(session, FactRow, values, key=["tool", "source", "kind", "value"])


def drop_pages(session: Session, tool: str) -> None:
    """Forget a tool's pages with what they said: they were found from an address it has no more."""
    session.execute(delete(ProductPageRow).where(col(ProductPageRow.tool) == tool))
    session.execute(
        delete(FactRow).where(col(FactRow.tool) == tool, col(FactRow.page).is_not(None))
    )
