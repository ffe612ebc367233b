"""Read arXiv's search (export.arxiv.org/api/query): Atom, with errors that come as entries."""

from functools import partial

from digest.model import Capture, Launch, LaunchDateSource, Reading, Source
from digest.sources.parsers.feed import refusal, whole
from digest.sources.preprints import paper_launch
from digest.sources.readings import failed, gather, ok_empty, suspect
from digest.sources.syndication import Entry, read_feed

VERSION = "1"


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read one page of papers; never raises."""
    feed = read_feed(body, capture)
    if isinstance(feed, Reading):
        return feed
    said = refusal(feed.entries)
    if said:
        return failed(f"arXiv answered with an error: {said}")
    if not feed.entries and feed.empty_because:
        return whole(ok_empty(feed.empty_because), feed)
    if not feed.entries:
        return suspect("no papers, though arXiv does not say that it found none")
    return whole(gather(feed.entries, partial(_launch, capture, source)), feed)


def _launch(capture: Capture, source: Source, entry: Entry) -> Launch | None:
    # "published" is the first version's date, "updated" the last one's
    return paper_launch(
        capture, source, entry, abstract=entry.description, dated_by=LaunchDateSource.API
    )
