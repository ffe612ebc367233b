"""
From tools to facts of their own pages: choose, fetch, keep, judge, read, store; page by page.

May be run again at any time: a page is asked for once in its time, conditionally where its server
takes that. What a page said stays until a good reading of the same page says otherwise.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.catalogue.arrivals import arrival, cited_address
from digest.catalogue.own_pages import (
    due_at,
    in_batches,
    is_due,
    is_fresh,
    next_visits,
    shown_address,
)
from digest.catalogue.page_facts import read_page_facts
from digest.catalogue.tools import refreshed
from digest.errors import CaptureError
from digest.model import (
    Capture,
    Fact,
    Outcome,
    PageOutcome,
    PageRole,
    PageText,
    ProductPage,
    Source,
    SourceState,
    Value,
    Visit,
)
from digest.sources.captures import CaptureStore
from digest.sources.fetch import Fetched, Fetcher
from digest.sources.product_pages import READER_VERSION, read_product_page
from digest.steps.visits import known_from
from digest.store import captures as capture_store
from digest.store import pages as store
from digest.store import sources as source_store
from digest.store import tools as tool_store
from digest.store.engine import Database

SOURCE = "own_pages"
"""What captures of such pages are kept under."""
GROUPS_AT_ONCE = 2
"""Batches in work at the same time: 80 hosts and their pages are open at most."""
GONE_STATUSES = frozenset({404, 410})
GOOD = frozenset({PageOutcome.OK, PageOutcome.UNCHANGED})


class PageReport(Value):
    """What one visit to one page brought."""

    tool: str
    role: PageRole
    url: str
    outcome: PageOutcome
    reason: str | None = None
    """Why nothing was read; or, of a page that was, why its own word about its address was not taken."""
    facts: int = 0


class Look(Value):
    """What became of one page, before it is stored."""

    outcome: PageOutcome
    reason: str | None = None
    page: PageText | None = None
    arrived: str = ""
    cited: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class EnrichParts:
    """What visiting pages works with."""

    db: Database
    fetcher: Fetcher
    captures: CaptureStore
    clock: Callable[[], datetime]


async def enrich(
    visits: Sequence[Visit],
    *,
    parts: EnrichParts,
    on_report: Callable[[PageReport], None] = lambda _report: None,
) -> tuple[PageReport, ...]:
    """
    Visit pages and those they lead to; different hosts at the same time.

    Returns:
        One report per page looked at: a page in trouble stops no other.
    """
    places = asyncio.Semaphore(GROUPS_AT_ONCE)

    async def one(visit: Visit) -> list[PageReport]:
        reports = await walk(visit, parts=parts)
        for report in reports:
            on_report(report)
        return reports

    async def group(batches: Sequence[Sequence[Visit]]) -> list[PageReport]:
        done: list[PageReport] = []
        for batch in batches:
            async with places:
                for reports in await asyncio.gather(*map(one, batch)):
                    done += reports
        return done

    groups = await asyncio.gather(*map(group, in_batches(visits)))
    return tuple(report for reports in groups for report in reports)


async def walk(visit: Visit, *, parts: EnrichParts) -> list[PageReport]:
    """Visit a page, then those that it leads to, or is known to have led to."""
    with parts.db.read() as session:
        stored = store.pages_of(session, [visit.tool])[visit.tool]
    if not is_due(visit, stored.get(visit.role), now=parts.clock()):
        return []  # another run was here meanwhile, or this one before it was tried again
    look, report = await _visit(visit, stored.get(visit.role), parts)
    following = (
        next_visits(visit, look.page.links, arrived=look.arrived)
        if look.page
        else known_from(visit, stored)
    )
    others = [
        await _visit(each, stored.get(each.role), parts)
        for each in following
        if is_due(each, stored.get(each.role), now=parts.clock())
    ]
    return [report, *(found for _, found in others)]


async def _visit(
    visit: Visit, stored: ProductPage | None, parts: EnrichParts
) -> tuple[Look, PageReport]:
    fetched = await parts.fetcher.fetch(
        Source(name=SOURCE, kind="product_page", url=visit.url),
        _as_state(visit, stored, now=parts.clock()),
        parser_version=READER_VERSION,
        obeys_robots=True,
    )
    look = await asyncio.to_thread(_kept_and_read, visit, fetched, parts)
    _store(visit, look, fetched=fetched, stored=stored, parts=parts)
    report = PageReport(
        tool=visit.tool,
        role=visit.role,
        url=visit.url,
        outcome=look.outcome,
        reason=look.reason,
        facts=len(look.facts),
    )
    return look, report


def _as_state(visit: Visit, page: ProductPage | None, *, now: datetime) -> SourceState | None:
    """Give what the fetcher needs to ask conditionally; None where the whole page is wanted."""
    if page is None or not is_fresh(page, now=now):
        return None
    return SourceState(
        source=SOURCE,
        kind="product_page",
        url=visit.url,
        etag=page.etag,
        last_modified=page.last_modified,
        validator_url=page.validator_url,
    )


def _kept_and_read(visit: Visit, fetched: Fetched, parts: EnrichParts) -> Look:
    """Keep the body, then read it; what could not be kept is not believed either."""
    if fetched.body is not None:
        try:
            parts.captures.put(fetched.body)
        except CaptureError as error:
            return Look(outcome=PageOutcome.FAILED, reason=str(error))
    return _read(visit, fetched)


def _read(visit: Visit, fetched: Fetched) -> Look:
    capture = fetched.capture
    if fetched.outcome is not Outcome.OK or capture is None or fetched.body is None:
        is_lost = capture is not None and capture.status in GONE_STATUSES
        is_gone = is_lost or fetched.leads_home
        outcome = PageOutcome.GONE if is_gone else PageOutcome(fetched.outcome.value)
        return Look(outcome=outcome, reason=fetched.reason)
    if elsewhere := arrival(visit.url, capture.final_url):
        return Look(outcome=elsewhere[0], reason=elsewhere[1])
    reading = read_product_page(capture, fetched.body)
    if reading.page is None:
        return Look(outcome=reading.outcome, reason=reading.reason)
    return _read_facts(visit, capture, reading.page)


def _read_facts(visit: Visit, capture: Capture, page: PageText) -> Look:
    cited = cited_address(shown_address(capture.final_url), page)
    return Look(
        outcome=PageOutcome.OK,
        reason=cited.refused,
        page=page,
        arrived=capture.final_url,
        cited=cited.url,
        facts=read_page_facts(
            page,
            visit,
            cited=cited.url,
            capture_key=capture.key,
            observed_at=capture.fetched_at,
        ),
    )


def _store(
    visit: Visit, look: Look, *, fetched: Fetched, stored: ProductPage | None, parts: EnrichParts
) -> None:
    """Store a visit in one transaction; only a good reading touches facts."""
    now = parts.clock()
    with parts.db.write() as session:
        if fetched.capture is not None:
            capture_store.put_capture(session, fetched.capture)
        source_store.put_robots_texts(session, parts.fetcher.take_robots())
        # held: README and home page of one tool may be read by two workers at once
        tool = tool_store.tool_by_slug(session, visit.tool, holds=True)
        store.put_page(session, _next_page(visit, look, fetched, stored, now))
        if look.outcome is not PageOutcome.OK:
            return
        store.replace_page_facts(session, visit.tool, visit.role, look.facts)
        if tool is not None:
            facts = tool_store.facts_of(session, [visit.tool])[visit.tool]
            tool_store.put_tools(session, [refreshed(tool, facts)])


def _next_page(
    visit: Visit, look: Look, fetched: Fetched, stored: ProductPage | None, now: datetime
) -> ProductPage:
    """
    Work out how the page stands after this visit.

    Validators are kept only from a good one: what was no content must be fetched whole again.
    """
    before = stored or ProductPage(
        **visit.model_dump(include={"tool", "role", "site", "url"}),
        outcome=look.outcome,
        checked_at=now,
        due_at=now,
    )
    changes: dict[str, Any] = {
        "site": visit.site,
        "url": visit.url,
        "outcome": look.outcome,
        "reason": look.reason,
        "checked_at": now,
        "due_at": due_at(look.outcome, now=now, not_before=fetched.not_before),
    }
    if look.outcome in GOOD:
        changes |= {
            "good_at": now,
            "etag": fetched.etag,
            "last_modified": fetched.last_modified,
            "validator_url": fetched.validator_url,
        }
    if look.outcome is PageOutcome.OK:
        key = fetched.capture.key if fetched.capture else ""
        changes |= {"cited": look.cited, "capture_key": key, "read_at": now}
    return before.model_copy(update=changes)
