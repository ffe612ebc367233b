"""
The operators' room: how every source stands, and an operator's word on it.

From stored readings alone: opening the page asks no site anything.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Form
from starlette.responses import RedirectResponse, Response

from digest.errors import DigestError
from digest.model import Source
from digest.steps.collecting import overdue
from digest.steps.health import (
    accept_source,
    mute_source,
    named_source,
    source_healths,
    unmute_source,
)
from digest.web import urls
from digest.web.health_views import FOR_GOOD, health_view, in_order, summary
from digest.web.meta import Meta
from digest.web.operators import Operator, OperatorOf, SenderOf, form_token
from digest.web.pages import SiteOf
from digest.web.templating import Site

LONGEST_MUTE = 3660
"""Days."""


def sources_page(site: SiteOf, who: OperatorOf) -> Response:
    """Show how every source stands."""
    return _page(site, who)


def accept(site: SiteOf, who: SenderOf, name: str) -> Response:
    """Make a source's last suspect reading the new normal."""

    def act(source: Source, now: datetime) -> None:
        accept_source(site.parts.db, source, by=who.name, now=now)

    return _acted(site, who, name, act)


def mute(site: SiteOf, who: SenderOf, name: str, days: Annotated[str, Form()] = "") -> Response:
    """Open no incident of a source for so many days; 0 is for good."""

    def act(source: Source, now: datetime) -> None:
        until = FOR_GOOD if days == "0" else now + timedelta(days=_days(days))
        mute_source(site.parts.db, source, until=until, by=who.name, now=now)

    return _acted(site, who, name, act)


def unmute(site: SiteOf, who: SenderOf, name: str) -> Response:
    """Let incidents of a source be opened again."""

    def act(source: Source, _now: datetime) -> None:
        unmute_source(site.parts.db, source)

    return _acted(site, who, name, act)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LONGEST_MUTE):
        raise DigestError(f"{text[:20]!r} is no number of days from 1 to {LONGEST_MUTE}")
    return int(text)


def _acted(
    site: Site, who: Operator, name: str, act: Callable[[Source, datetime], None]
) -> Response:
    """Do something to a source and show how it stands now; or say why it could not be done."""
    try:
        source = named_source(site.parts.sources(), name)
        act(source, site.parts.clock())
    except DigestError as error:
        return _page(site, who, problem=str(error), status=HTTPStatus.BAD_REQUEST)
    return RedirectResponse(f"{urls.OPERATE_SOURCES}#{source.name}", HTTPStatus.SEE_OTHER)


def _page(
    site: Site, who: Operator, *, problem: str | None = None, status: int = HTTPStatus.OK
) -> Response:
    sources: Sequence[Source] = ()
    try:
        sources = site.parts.sources()
    except DigestError as error:  # the sources file is broken: what was read of it still stands
        problem = str(error)
    now = site.parts.clock().astimezone(UTC)
    views = [health_view(each, now=now) for each in source_healths(site.parts.db, sources)]
    meta = Meta(
        title="Sources",
        description="How every source stands.",
        path=urls.OPERATE_SOURCES,
        is_listed=False,
    )
    return site.page(
        "sources.html",
        meta=meta,
        status=status,
        views=in_order(views),
        summary=summary(views),
        problem=problem,
        overdue=overdue(site.parts.db, now=now),
        who=who.name,
        shown=form_token(site, who),
        now=now,
    )
