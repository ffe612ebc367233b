"""The paths of the pages, written once."""

from urllib.parse import quote

HOME = "/"
ISSUES = "/issues"
FEED = "/issues/feed.xml"
FEED_RSS = "/issues/feed.rss"
FEED_JSON = "/issues/feed.json"
COMPARISONS = "/compare"
REVIEWERS = "/reviewers"
METHOD = "/method"
ABOUT = "/about"
SUBSCRIBE = "/subscribe"
HEALTH = "/healthz"
STATIC = "/static"
OPERATE = "/operate"
OPERATE_SOURCES = f"{OPERATE}/sources"
DESK = "/desk"
FEEDBACK = "/feedback"
"""Where mail services post to; the name of one follows."""

ROBOTS = "/robots.txt"
FAVICON = "/favicon.ico"
MARK = f"{STATIC}/mark.svg"

TOKEN_PREFIXES = ("/confirm/", "/unsubscribe/", "/resubscribe/", "/vote/")
"""Pages behind a signed link."""
PRIVATE_PREFIXES = (*TOKEN_PREFIXES, SUBSCRIBE, HEALTH, OPERATE, DESK, FEEDBACK)
"""Pages no cache keeps and no search engine lists."""


def issue(week: str) -> str:
    """Give the path of an issue."""
    return f"{ISSUES}/{quote(week, safe='')}"


def compare(slug: str) -> str:
    """Give the path of a comparison."""
    return f"/compare/{quote(slug, safe='')}"


def tool(slug: str) -> str:
    """Give the path of a tool."""
    return f"/tools/{quote(slug, safe='')}"


def reviewer(key: str) -> str:
    """Give the path of a reviewer."""
    return f"{REVIEWERS}/{quote(key, safe='')}"


def confirm(token: str) -> str:
    """Give the path that confirms a sign-up."""
    return f"/confirm/{token}"


def unsubscribe(token: str) -> str:
    """Give the path that ends a subscription."""
    return f"/unsubscribe/{token}"


def resubscribe(token: str) -> str:
    """Give the path that takes leaving back."""
    return f"/resubscribe/{token}"


def vote(week: str, slug: str, token: str) -> str:
    """Give the path a subscriber votes at; ``?c=a`` marks a choice."""
    return f"/vote/{quote(week, safe='')}/{quote(slug, safe='')}/{token}"


def operate_source(name: str, act: str) -> str:
    """Give the path that does something to a source: accept, mute or unmute."""
    return f"{OPERATE_SOURCES}/{quote(name, safe='')}/{act}"


def desk_plan(week: str) -> str:
    """Give the path of a week's plan at the editors' desk."""
    return f"{DESK}/{quote(week, safe='')}/plan"


def desk_act(week: str, act: str) -> str:
    """Give the path that asks something of a week's plan, such as pin, ban or freeze."""
    return f"{DESK}/{quote(week, safe='')}/{act}"


def desk_sending(week: str) -> str:
    """Give the path of how a week's mails stand."""
    return f"{DESK}/{quote(week, safe='')}/sending"


def desk_order(week: str, act: str) -> str:
    """Give the path that pauses, resumes or cancels a week's issue."""
    return f"{desk_sending(week)}/{act}"


def without_slash(path: str) -> str | None:
    """
    Give the path a path with slashes at its end was meant for; None where it has none.

    It is a path on this site, whatever stands in it: two slashes in front would name another one.
    """
    meant = "/" + path.strip("/\\")
    return quote(meant) if path.endswith("/") and meant != HOME else None


def is_private(path: str) -> bool:
    """Say whether a path is behind a signed link, or answers a form."""
    return path.startswith(PRIVATE_PREFIXES)
