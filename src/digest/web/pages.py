"""What all public pages share: the site, what is public, caching, and answers as JSON."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, RedirectResponse, Response

from digest.errors import NotFoundError
from digest.model import Community, Comparison, Issue, Review, Reviewer, Tool
from digest.model.wording import disclosure
from digest.store import issues as issue_store
from digest.web.templating import Site

PERMANENTLY = 308
FOR_NOW = 307
"""An editor made one tool part of another, and may undo it."""
DAY_LONG = {"cache-control": "public, max-age=86400"}
LIVE = {"cache-control": "public, no-cache"}
"""For pages with a count of votes: kept, but asked for each time, so that a voter sees the vote."""


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


SiteOf = Annotated[Site, Depends(_site)]


def asks(site: Site) -> dict[Reviewer, str]:
    """Give each reviewer's question."""
    return {rule.key: rule.asks for rule in site.parts.rules.reviewer}


def released_at(session: Session, issue: Issue) -> datetime:
    """Give when an issue became public."""
    approval = issue_store.approval_of(session, issue.week)
    return approval.approved_at if approval else issue.built_at


def public_issue(session: Session, week: str) -> Issue:
    """Give a released issue. Raises NotFoundError."""
    issue = issue_store.published_issue(session, week)
    if issue is None:
        raise NotFoundError("issue", week)
    return issue


def redirected(path: str) -> Response:
    """Lead to another address for good."""
    return RedirectResponse(path, PERMANENTLY, headers=DAY_LONG)


def community_data(community: Community) -> dict[str, Any]:
    """Give a count of votes for JSON."""
    return {**community.model_dump(), "votes": community.votes}


def as_json(
    site: Site,
    noun: Issue | Comparison | Tool,
    path: str,
    *,
    reviews: Iterable[Review] = (),
    published_at: datetime | None = None,
    extra: dict[str, Any],
) -> Response:
    """Give a noun as JSON, with its address, the day of its release and the disclosure in front."""
    head: dict[str, Any] = {"url": site.parts.url(path)}
    if published_at:
        head["published_at"] = published_at.isoformat()
    head["disclosure"] = disclosure(reviews)
    return JSONResponse({**head, **noun.model_dump(mode="json"), **extra}, headers=LIVE)
