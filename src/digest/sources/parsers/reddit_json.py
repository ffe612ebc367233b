"""
Read a listing of Reddit's API (oauth.reddit.com/r/<name>/new): JSON, one object per post.

Listings mix posts with comments, and what moderators pinned is not counted among the ``limit``:
neither is a launch.
"""

import html
from functools import partial

from digest.model import Capture, Flag, Launch, LaunchDateSource, Popularity, Reading, Source
from digest.sources.names import announced
from digest.sources.parsers.reddit_rss import SITE, outside, post_id
from digest.sources.readings import failed, gather, launch_of, ok_empty, suspect
from digest.sources.text import first_sentence, prose_of_markdown
from digest.sources.urls import web_url
from digest.sources.wire import (
    JsonObject,
    count_at,
    flag_at,
    object_at,
    raw_at,
    read_json,
    rows_at,
    text_at,
    unix_at,
    without_nothing,
)

VERSION = "1"

_POST = "t3"


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read one page of a listing; never raises."""
    data = read_json(body, capture)
    if isinstance(data, Reading):
        return data
    listing = object_at(data, "data")
    things = rows_at(listing, "children")
    if things is None:
        said = text_at(data, "message")
        return (
            failed(f"Reddit answered with an error: {said}")
            if said
            else suspect("no list of posts: layout unknown")
        )
    if not things and count_at(listing, "dist") == 0:
        return ok_empty("the listing has no posts (dist 0)")
    posts = [object_at(thing, "data") for thing in things if _is_post(thing)]
    if not posts:
        return suspect(f"no post among {len(things)} things of the listing", rows=len(things))
    reading = gather(posts, partial(_launch, capture, source))
    return reading.model_copy(update={"rows": len(things), "passed_over": len(things) - len(posts)})


def _is_post(thing: object) -> bool:
    """Tell a post from a comment, and from what moderators pinned to the top."""
    if not isinstance(thing, dict) or thing.get("kind") != _POST:
        return False
    return not flag_at(object_at(thing, "data"), "stickied")


def _launch(capture: Capture, source: Source, post: JsonObject) -> Launch | None:
    page = web_url(raw_at(post, "permalink"), base=SITE)
    url = outside(web_url(html.unescape(raw_at(post, "url")), base=SITE))
    title = text_at(post, "title")
    said = announced(title, url=url)
    description = prose_of_markdown(raw_at(post, "selftext"))
    launched_at = unix_at(post, "created_utc")  # "created" is off by the server's zone
    return launch_of(
        capture,
        source,
        native_id=post_id(text_at(post, "name"), f"t3_{text_at(post, 'id')}", page),
        title=title,
        name=said.name,
        tagline=said.tagline or first_sentence(description),
        description=description,
        url=url,
        discussion_url=page,
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.API if launched_at else None,
        published_raw=_seconds(post),
        popularity=count_at(post, "score"),
        popularity_metric=Popularity.REDDIT_SCORE,
        author=text_at(post, "author") or None,
        flags=(Flag.NSFW,) if flag_at(post, "over_18") else (),
        details=without_nothing(
            {
                "subreddit": text_at(post, "subreddit"),
                "flair": text_at(post, "link_flair_text"),
                "comments": count_at(post, "num_comments"),
                "upvote_percent": _percent(post),
            }
        ),
    )


def _seconds(post: JsonObject) -> str | None:
    """Give the post's seconds since 1970, which stand as a decimal number, as text."""
    seconds = count_at(post, "created_utc")
    return str(seconds) if seconds is not None else None


def _percent(post: JsonObject) -> int | None:
    """Give the share of votes that are up, in per cent."""
    share = post.get("upvote_ratio")
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        return None
    return round(share * 100)
