"""
The pages anyone may read: issues, the archive and its feeds, the method.

An issue and its comparisons become public when an editor approves the issue, so that every link of
a mail works before the first one leaves. A tool's page shows what is known of it as soon as it is
known; reviews of it only where they stand in a public comparison.
"""

from sqlmodel import Session
from starlette.responses import Response

from digest.model import Community, Issue
from digest.store import issues as issue_store
from digest.store import readers as reader_store
from digest.web import urls
from digest.web.feed import ATOM, JSON_FEED, RSS, Entry, atom, json_feed, rss
from digest.web.meta import Meta, issue_line, issue_meta
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
from digest.web.templating import Site
from digest.web.views import ComparisonView, comparison_view

FEED_ENTRIES = 20


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
    document = atom(_entries(site), brand=site.parts.brand, base_url=site.parts.base_url)
    return Response(document, media_type=ATOM)


def feed_rss(site: SiteOf) -> Response:
    """Give the newest issues as an RSS feed."""
    document = rss(_entries(site), brand=site.parts.brand, base_url=site.parts.base_url)
    return Response(document, media_type=RSS)


def feed_json(site: SiteOf) -> Response:
    """Give the newest issues as a JSON feed."""
    document = json_feed(_entries(site), brand=site.parts.brand, base_url=site.parts.base_url)
    return Response(document, media_type=JSON_FEED)


def _entries(site: Site) -> list[Entry]:
    with site.parts.db.read() as session:
        issues = issue_store.published_issues(session)[:FEED_ENTRIES]
        return [
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


def issue_page(site: SiteOf, week: str) -> Response:
    """Show one issue: what its mail says, on the web."""
    with site.parts.db.read() as session:
        issue = public_issue(session, week)
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
        issue = public_issue(session, week)
        votes = reader_store.communities_of(session, week)
        published_at = released_at(session, issue)
    reviews = [each for c in issue.comparisons for each in (*c.a.reviews, *c.b.reviews)]
    extra = {"community": {slug: community_data(votes[slug]) for slug in sorted(votes)}}
    return as_json(
        site, issue, urls.issue(week), reviews=reviews, published_at=published_at, extra=extra
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
    return redirected(urls.MARK)
