"""
Read arXiv's announcements (rss.arxiv.org/rss/<subject>): the papers of one day.

New versions of papers are announced in the same list: they are no launches, and passed over.
"""

import re
from functools import partial

from digest.model import Capture, Launch, LaunchDateSource, Reading, Source
from digest.sources.parsers.feed import whole
from digest.sources.preprints import paper_id, paper_launch
from digest.sources.readings import gather, ok_empty, suspect
from digest.sources.syndication import Entry, read_feed

VERSION = "1"

_PREAMBLE = re.compile(
    r"arXiv:\S{5,40}\s+Announce Type:\s*(?P<type>[a-z-]{2,20})(?:\s+Abstract:)?\s*"
)
_REPLACED = "replace"
"""Begins the type of an announcement that is no paper's first."""


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read the whole day; never raises."""
    feed = read_feed(body, capture)
    if isinstance(feed, Reading):
        return feed
    if not feed.entries and feed.empty_because:
        return whole(ok_empty(feed.empty_because), feed)
    if not feed.entries:
        return suspect("no papers, and no word that this is right")
    first = [entry for entry in feed.entries if not _is_replaced(entry)]
    if not first:
        return whole(ok_empty("only new versions of papers were announced"), feed)
    reading = gather(first, partial(_launch, capture, source))
    passed_over = len(feed.entries) - len(first)
    counted = {"rows": len(feed.entries), "passed_over": passed_over}
    return whole(reading.model_copy(update=counted), feed)


def _is_replaced(entry: Entry) -> bool:
    known = paper_id(entry)
    if known and known.version and known.version > 1:
        return True
    said = _PREAMBLE.match(entry.description)
    return bool(said and said["type"].startswith(_REPLACED))


def _launch(capture: Capture, source: Source, entry: Entry) -> Launch | None:
    abstract = _PREAMBLE.sub("", entry.description, count=1)
    return paper_launch(capture, source, entry, abstract=abstract, dated_by=LaunchDateSource.FEED)
