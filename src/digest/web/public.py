"""
The pages anyone may read: issues, comparisons, tools, the method.

An issue and its comparisons become public when an editor approves the issue, so that every link of
a mail works before the first one leaves. A tool's page shows what is known of it as soon as it is
known; reviews of it only where they stand in a public comparison.
"""

from collections.abc import Collection
from datetime import datetime
from itertools import chain
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.responses import JSONResponse, RedirectResponse, Response

from digest.errors import NotFoundError
from digest.model import Community, Comparison, Issue, Reviewer, Tool
from digest.store import issues as issue_store
from digest.store import readers as reader_store
from digest.store import tools as tool_store
from digest.web import urls, words
from digest.web.feed import ATOM, Entry, atom
from digest.web.meta import Meta, comparison_meta, issue_line, issue_meta
from digest.web.templating import Site
from digest.web.views import ComparisonView, Sources, comparison_view, take, tool_facts

FEED_ENTRIES = 20
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


def issue_views(site: Site, session: Session, issue: Issue) -> list[ComparisonView]:
    """Give an issue's comparisons as pages show them, in its order, with the votes of now."""
    votes = reader_store.communities_of(session, issue.week)
    return [
        comparison_view(comparison, votes.get(comparison.slug, Community()), asks(site))
        for comparison in issue.comparisons
    ]


def home(site: SiteOf) -> Response:
    """Show what this is, the sign-up, and the latest issue."""
    with site.parts.db.read() as session:
        issue = issue_store.latest_issue(session)
        views = issue_views(site, session, issue) if issue else []
    line = "Two tools that do the same job, side by side, every week: which one to pick, and why."
    meta = Meta(title=site.parts.brand, description=line, path=urls.HOME)
    return site.page("home.html", meta=meta, issue=issue, views=views)


def archive(site: SiteOf) -> Response:
    """List all public issues, newest first."""
    with site.parts.db.read() as session:
        issues = issue_store.published_issues(session)
        dates = {issue.week: released_at(session, issue) for issue in issues}
    meta = Meta(
        title="All issues",
        description=f"Every issue of {site.parts.brand}, newest first.",
        path=urls.ISSUES,
    )
    return site.page("archive.html", meta=meta, issues=issues, dates=dates)


def feed(site: SiteOf) -> Response:
    """Give the newest issues as an Atom feed."""
    with site.parts.db.read() as session:
        issues = issue_store.published_issues(session)[:FEED_ENTRIES]
        entries = [
            Entry(
                path=urls.issue(issue.week),
                title=issue.title,
                line=issue_line(issue),
                updated_at=released_at(session, issue),
                comparisons=tuple(
                    (f"{c.a.name} vs {c.b.name}", c.answer.line, urls.compare(c.slug))
                    for c in issue.comparisons
                ),
            )
            for issue in issues
        ]
    document = atom(entries, brand=site.parts.brand, base_url=site.parts.base_url)
    return Response(document, media_type=ATOM)


def issue_page(site: SiteOf, week: str) -> Response:
    """Show one issue: what its mail says, on the web."""
    with site.parts.db.read() as session:
        issue = _issue(session, week)
        views = issue_views(site, session, issue)
        published_at = released_at(session, issue)
        approval = issue_store.approval_of(session, week)
    meta = issue_meta(issue, site.parts, published_at=published_at)
    return site.page(
        "issue.html", meta=meta, headers=LIVE, issue=issue, views=views, approval=approval
    )


def issue_json(site: SiteOf, week: str) -> Response:
    """Give one issue as JSON."""
    with site.parts.db.read() as session:
        issue = _issue(session, week)
        votes = reader_store.communities_of(session, week)
        published_at = released_at(session, issue)
    extra = {"community": {slug: community_data(votes[slug]) for slug in sorted(votes)}}
    return _json(site, issue, urls.issue(week), published_at=published_at, extra=extra)


def comparison_json(site: SiteOf, slug: str) -> Response:
    """Give one comparison as JSON."""
    with site.parts.db.read() as session:
        found = issue_store.comparison_by_slug(session, slug)
        if found is None:
            other = _reverse(session, slug)
            return _moved(f"{urls.compare(other.slug)}.json")
        votes = reader_store.community_of(session, found.week, slug)
        published_at = released_at(session, _issue(session, found.week))
    extra = {"community": community_data(votes)}
    return _json(site, found, urls.compare(slug), published_at=published_at, extra=extra)


def comparison_page(site: SiteOf, slug: str) -> Response:
    """Show one comparison whole; the reverse order of the names leads to it."""
    with site.parts.db.read() as session:
        found = issue_store.comparison_by_slug(session, slug)
        if found is None:
            return _moved(urls.compare(_reverse(session, slug).slug))
        issue = _issue(session, found.week)
        votes = reader_store.community_of(session, found.week, slug)
        published_at = released_at(session, issue)
        approval = issue_store.approval_of(session, found.week)
        others = _others(session, found)
        rivals = _rivals(session, found)
    view = comparison_view(found, votes, asks(site))
    return site.page(
        "compare.html",
        meta=comparison_meta(view, site.parts, published_at=published_at),
        headers=LIVE,
        view=view,
        issue=issue,
        published_at=published_at,
        approval=approval,
        others=others,
        newer=_newer(found, others),
        rivals=rivals,
    )


def tool_page(site: SiteOf, slug: str) -> Response:
    """Show what is known of one tool, and every public comparison it stands in."""
    with site.parts.db.read() as session:
        parts_of = tool_store.parts(session)
        if whole := parts_of.get(slug):
            return RedirectResponse(urls.tool(whole), FOR_NOW)
        slugs = {slug, *(part for part, whole in parts_of.items() if whole == slug)}
        tool = tool_store.tool_by_slug(session, slug)
        comparisons = _comparisons_of(session, slugs)
        if tool is None or (tool.flags and not comparisons):
            raise NotFoundError("tool", slug)
        facts = tool_store.facts_of(session, [slug, *tool_store.kin_of(session, tool)])
        rivals = [rival for rival in tool_store.rivals_of(session, tool) if not rival.flags]
    sources = Sources()
    cards = [c.a if c.a.slug in slugs else c.b for c in comparisons[:1]]
    takes = [take(review, asks(site), sources) for card in cards for review in card.reviews]
    return site.page(
        "tool.html",
        meta=_tool_meta(tool, is_listed=bool(comparisons)),
        tool=tool,
        card=cards[0] if cards else None,
        job=_job(site, tool, comparisons),
        takes=takes,
        facts=tool_facts(facts.pop(slug), sources, kin=chain.from_iterable(facts.values())),
        notes=sources.notes,
        comparisons=comparisons,
        rivals=rivals,
    )


def about(site: SiteOf) -> Response:
    """Show who is behind this, how to have a mistake corrected, and what is stored of readers."""
    meta = Meta(
        title="About, corrections, privacy",
        description="Who publishes this, how mistakes are corrected, and what is kept about readers.",
        path=urls.ABOUT,
    )
    return site.page("about.html", meta=meta)


def health(site: SiteOf) -> Response:
    """Answer ``ok`` while the database can be read."""
    with site.parts.db.read() as session:
        issue_store.issue_state(session, "")
    return Response("ok\n", media_type="text/plain")


def robots(site: SiteOf) -> Response:
    """Let search engines read everything but what lies behind readers' links."""
    closed = "".join(f"Disallow: {prefix}\n" for prefix in urls.TOKEN_PREFIXES)
    home = f"# {site.parts.url(urls.HOME)}\n"
    return Response(f"{home}User-agent: *\n{closed}", media_type="text/plain")


def favicon() -> Response:
    """Lead browsers that ask for an icon without reading the page to ours."""
    return _moved(urls.MARK)


def community_data(community: Community) -> dict[str, Any]:
    """Give a count of votes for JSON."""
    return {**community.model_dump(), "votes": community.votes}


def _issue(session: Session, week: str) -> Issue:
    issue = issue_store.published_issue(session, week)
    if issue is None:
        raise NotFoundError("issue", week)
    return issue


def _reverse(session: Session, slug: str) -> Comparison:
    """Give the comparison stored in the other order; names may hold "-vs-" themselves."""
    parts = slug.split("-vs-")
    for cut in range(1, len(parts)):
        first, second = "-vs-".join(parts[:cut]), "-vs-".join(parts[cut:])
        found = issue_store.comparison_of_tools(session, first, second)
        if found:
            return found
    raise NotFoundError("comparison", slug)


def _moved(path: str) -> Response:
    return RedirectResponse(path, PERMANENTLY, headers=DAY_LONG)


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


def _comparisons_of(session: Session, slugs: Collection[str]) -> list[Comparison]:
    """Give the public comparisons a tool stands in under any of its slugs, newest first."""
    found = {
        (each.week, each.position): each
        for slug in slugs
        for each in issue_store.comparisons_of_tool(session, slug)
    }
    return [found[key] for key in sorted(found, key=lambda key: (key[0], -key[1]), reverse=True)]


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


def _job(site: Site, tool: Tool, comparisons: list[Comparison]) -> str:
    if comparisons:
        return comparisons[0].job_label
    return site.parts.job_labels.get(tool.job, "Job not known yet")


def _tool_meta(tool: Tool, *, is_listed: bool) -> Meta:
    return Meta(
        title=tool.name,
        description=tool.tagline or f"What is known of {tool.name}, with sources.",
        path=urls.tool(tool.slug),
        is_listed=is_listed,
    )


def _json(
    site: Site,
    noun: Issue | Comparison,
    path: str,
    *,
    published_at: datetime,
    extra: dict[str, Any],
) -> Response:
    head = {
        "url": site.parts.url(path),
        "published_at": published_at.isoformat(),
        "disclosure": words.DISCLOSURE,
    }
    return JSONResponse({**head, **noun.model_dump(mode="json"), **extra}, headers=LIVE)
