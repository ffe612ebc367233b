"""
Voting: which would you ship with? A link of a mail marks a choice; only the button counts it.

Mail scanners follow links, run scripts and some press buttons: the form notes when it was shown,
and an answer faster than a person's is shown again instead of counted. The last answer wins.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Form
from starlette.responses import Response

from digest.errors import LinkError, NotFoundError
from digest.model import Choice, Comparison, Issue, Vote
from digest.readers import links
from digest.readers.votes import is_open, is_too_quick
from digest.steps.readers import cast_vote
from digest.store import issues as issue_store
from digest.store import readers as reader_store
from digest.web import urls
from digest.web.meta import Meta
from digest.web.pages import SiteOf, asks
from digest.web.templating import Site
from digest.web.views import comparison_view


def vote_page(site: SiteOf, week: str, slug: str, token: str, c: str = "") -> Response:
    """Show the four choices, the one of the link marked."""
    links.read_vote_token(token, week, slug, secret=site.parts.secret)
    issue, comparison = _comparison(site, week, slug)
    if not is_open(cutoff=issue.cutoff, now=site.parts.clock()):
        return _closed(site, comparison)
    return _form(site, comparison, token, marked=_choice(c))


def vote(
    site: SiteOf,
    week: str,
    slug: str,
    token: str,
    choice: Annotated[str, Form()] = "",
    shown: Annotated[str, Form()] = "",
) -> Response:
    """Count a vote, and show how all have voted."""
    public_id = links.read_vote_token(token, week, slug, secret=site.parts.secret)
    issue, comparison = _comparison(site, week, slug)
    if not is_open(cutoff=issue.cutoff, now=site.parts.clock()):
        return _closed(site, comparison)
    chosen = _choice(choice)
    problem = _problem(site, chosen, token, shown)
    if problem or chosen is None:
        status = HTTPStatus.BAD_REQUEST if chosen is None else HTTPStatus.OK
        return _form(site, comparison, token, marked=chosen, problem=problem, status=status)
    cast_vote(
        site.parts.db,
        Vote(
            week=week,
            comparison=slug,
            subscriber=public_id,
            choice=chosen,
            voted_at=site.parts.clock(),
        ),
    )
    return _result(site, comparison, chosen, token)


def _choice(text: str) -> Choice | None:
    try:
        return Choice(text)
    except ValueError:
        return None


def _problem(site: Site, chosen: Choice | None, token: str, shown: str) -> str | None:
    if chosen is None:
        return "Choose one of the four, then press the button."
    try:
        shown_at = links.read_form_token(shown, token, secret=site.parts.secret)
    except LinkError:
        return "Press the button once more, and your vote counts."
    if is_too_quick(shown_at=shown_at, now=_ticked(site)):
        return "That was faster than people read, so it was not counted yet. Press once more."
    return None


def _ticked(site: Site) -> datetime:
    return datetime.fromtimestamp(site.parts.ticks(), UTC)


def _comparison(site: Site, week: str, slug: str) -> tuple[Issue, Comparison]:
    with site.parts.db.read() as session:
        issue = issue_store.published_issue(session, week)
    for comparison in issue.comparisons if issue else ():
        if comparison.slug == slug and issue:
            return issue, comparison
    raise NotFoundError("comparison", f"{week}/{slug}")


def _meta(comparison: Comparison) -> Meta:
    title = f"Your vote: {comparison.a.name} vs {comparison.b.name}"
    line = "Which would you ship with?"
    return Meta(title=title, description=line, path=urls.compare(comparison.slug), is_listed=False)


def _form(
    site: Site,
    comparison: Comparison,
    token: str,
    *,
    marked: Choice | None,
    problem: str | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    shown = links.form_token(token, secret=site.parts.secret, now=_ticked(site))
    return site.page(
        "vote.html",
        meta=_meta(comparison),
        status=status,
        comparison=comparison,
        path=urls.vote(comparison.week, comparison.slug, token),
        marked=marked.value if marked else "",
        problem=problem,
        shown=shown,
    )


def _result(site: Site, comparison: Comparison, chosen: Choice, token: str) -> Response:
    with site.parts.db.read() as session:
        community = reader_store.community_of(session, comparison.week, comparison.slug)
    view = comparison_view(comparison, community, asks(site))
    path = urls.vote(comparison.week, comparison.slug, token)
    return site.page(
        "voted.html", meta=_meta(comparison), view=view, chosen=chosen.value, path=path
    )


def _closed(site: Site, comparison: Comparison) -> Response:
    return site.notice(
        "Voting is over",
        "Votes on an issue are taken for 60 days. The comparison shows how readers voted.",
        path=urls.compare(comparison.slug),
        onward=("Read the comparison", urls.compare(comparison.slug)),
    )
