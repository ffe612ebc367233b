"""
Collect a source's listing: its first page, and those that follow from it, as its kind asks for them.

Takes a source and what is known of it; gives what became of it, and never raises for what sites do.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from digest.model import Capture, Outcome, Source, SourceState
from digest.sources import parsers
from digest.sources.address import stored_url
from digest.sources.asking import first_request, next_request, way_of
from digest.sources.config import request_url
from digest.sources.fetch import Fetched, Fetcher
from digest.sources.paging import Request, Response, window_start


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of one source."""

    fetched: Fetched
    """The first page's outcome and validators, with the latest wish of the host."""
    responses: tuple[Response, ...] = ()
    """The pages in their order, the last one maybe in trouble; none where nothing came."""
    trouble: str | None = None
    """Why the page after the last one did not come."""


async def collect(
    source: Source,
    state: SourceState | None,
    *,
    fetcher: Fetcher,
    now: datetime,
    insists: bool = False,
    newer: Callable[[], SourceState | None] | None = None,
) -> Collected:
    """
    Ask for a source's pages, one after the other.

    A first page that is unchanged stands for the whole listing: what is new is at its beginning.
    Pages after it are always asked for whole, since nothing is stored without all of them.

    Args:
        source: What to ask.
        state: What its last readings left behind.
        fetcher: Carries the requests out.
        now: The time that windows in addresses count from.
        insists: True where the operator named the source: one that is gone is asked again.
        newer: Gives the state anew, should another worker read the source while we wait for its host.
    """
    if (gone := _known_gone(source, state)) and not insists:
        return Collected(gone)
    url = request_url(source, now)
    asked = source.model_copy(update={"url": url})
    request = first_request(source, url=url, since=window_start(now))
    first = await _fetch(fetcher, asked, state, request, newer=newer)
    collected = Collected(first, _responses(first))
    while _goes_on(collected) and (following := next_request(collected.responses, source)):
        collected = _with_page(collected, await _fetch(fetcher, asked, None, following))
    return collected


async def _fetch(
    fetcher: Fetcher,
    asked: Source,
    state: SourceState | None,
    request: Request,
    *,
    newer: Callable[[], SourceState | None] | None = None,
) -> Fetched:
    return await fetcher.fetch(
        asked,
        state,
        parser_version=parsers.version_of(asked),
        obeys_robots=parsers.KINDS[asked.kind].is_html,
        request=request,
        credential=way_of(asked).credential,
        newer=newer,
    )


def _known_gone(source: Source, state: SourceState | None) -> Fetched | None:
    """Give the outcome of a source whose address answered 410, without asking it again."""
    if state is None or state.gone_at is None or state.url != stored_url(source.url):
        return None
    reason = (
        f"{stored_url(source.url)}: has been gone for good since {state.gone_at:%Y-%m-%d} (410), so "
        "it is not asked; correct the source's url, remove the source, or read it by its name"
    )
    return Fetched(outcome=Outcome.FAILED, reason=reason, is_gone=True)


def _responses(fetched: Fetched) -> tuple[Response, ...]:
    if fetched.capture is None or fetched.body is None:
        return ()
    return (Response(fetched.capture, fetched.body),)


def _goes_on(collected: Collected) -> bool:
    """Return True where the last page came well, so that the next one may be asked for."""
    is_first_well = collected.fetched.outcome is Outcome.OK and bool(collected.responses)
    return is_first_well and not collected.trouble


def _with_page(collected: Collected, page: Fetched) -> Collected:
    """Add one more page; the page before it leads on to it, whether it came or not."""
    *others, last = collected.responses
    last = replace(last, capture=last.capture.model_copy(update={"leads_on": True}))
    key = (*others, last)[0].capture.key
    number = len(collected.responses) + 1
    came = tuple(
        replace(item, capture=_page_of(item.capture, key, number)) for item in _responses(page)
    )
    waits = [at for at in (collected.fetched.not_before, page.not_before) if at]
    is_well = page.outcome is Outcome.OK and came
    is_refused = page.outcome is Outcome.BLOCKED or (not is_well and page.not_before is not None)
    changes = {"not_before": max(waits, default=None), "refuses_more": is_refused}
    fetched = collected.fetched.model_copy(update=changes)
    return Collected(
        fetched, (*others, last, *came), None if is_well else page.reason or "no content"
    )


def _page_of(capture: Capture, listing: str, number: int) -> Capture:
    return capture.model_copy(update={"listing": listing, "page": number})
