"""
Read a repository's releases (github.com/<owner>/<repository>/releases.atom): Atom, the last ten.

A release is no launch: ``details`` say that it is one (``is_release``), and its date is the latest
the product's launch can have been.
"""

import re
from functools import partial

from digest.model import Capture, Launch, LaunchDateSource, Reading, Source
from digest.sources.parsers.feed import whole
from digest.sources.readings import gather, launch_of, suspect
from digest.sources.syndication import Entry, read_feed

VERSION = "1"

SITE = "https://github.com/{}/{}"
_ID = re.compile(r"tag:github\.com,2008:Repository/(\d{1,18})/(\S.{0,200})", re.ASCII)
"""The repository's number, which stays while names change, and the release's tag."""
_PAGE = re.compile(r"https://github\.com/([\w.-]{1,100})/([\w.-]{1,100})/releases/", re.ASCII)
_PRERELEASE = re.compile(
    r"(?:^|[\d._-])(?:a|alpha|b|beta|canary|dev|nightly|pre|preview|rc|snapshot)(?:[\d._-]|$)",
    re.IGNORECASE | re.ASCII,
)

_NO_NOTES = "No content."


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole feed; never raises."""
    feed = read_feed(body, capture)
    if isinstance(feed, Reading):
        return feed
    if not feed.entries:
        return suspect("no releases, and no word that this is right")
    return whole(gather(feed.entries, partial(_launch, capture, source)), feed)


def _launch(capture: Capture, source: Source, entry: Entry) -> Launch | None:
    known = _ID.fullmatch(entry.guid or "")
    page = _PAGE.match(entry.link or "")
    if known is None or page is None:
        return None
    owner, name = page.groups()
    title = entry.title or known[2]
    return launch_of(
        capture,
        source,
        native_id=known[0],
        title=title if name.lower() in title.lower() else f"{name} {title}",
        name=name,
        description="" if entry.description == _NO_NOTES else entry.description,
        url=entry.link,
        site=SITE.format(owner, name),
        launched_at=entry.updated,
        launched_at_source=LaunchDateSource.UPDATED if entry.updated else None,
        published_raw=entry.updated_raw,
        author=owner,  # not who pressed the button, often a robot
        details={
            "is_release": True,
            "is_prerelease": _PRERELEASE.search(known[2]) is not None,
            "repository_id": known[1],
            "release": known[2],
        },
    )
