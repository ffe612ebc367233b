"""
Facts about real incidents: what a source gave before, while and after it did not tell the truth.

The responses lie outside the repository; without the folder these skip.
"""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.model import FaultKind, Outcome
from digest.sources.health import (
    Counts,
    PastReading,
    Promise,
    Trail,
    counts_of,
    find_fault,
    judge,
)

pytestmark = pytest.mark.captures

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
INCIDENTS = [
    ("feed_anthropic_news_2025-11-20", Outcome.SUSPECT, FaultKind.EMPTY, (153, 0, 157)),
    ("feed_anthropic_news_2025-12-05", Outcome.SUSPECT, FaultKind.PARTIAL, (157, 14, 157)),
    ("feed_meta_ai_2026-05-25", Outcome.SUSPECT, FaultKind.PARTIAL, (89, 5, 89)),
    ("feed_weaviate_2026-05-14", Outcome.SUSPECT, FaultKind.EMPTY, (60, 0, 60)),
]


@pytest.fixture
def life(captures_dir, read_as, make_source):
    """Read the responses of one feed in their order, each judged by the accepted ones before."""

    def live(name, *moments, **options):
        source = make_source("feed", **options)
        past, judged = Trail(), []
        for number, moment in enumerate(moments):
            body = (captures_dir / "drift_incidents" / f"{name}_{moment}.xml").read_bytes()
            at = NOW + number * timedelta(hours=6)
            found = judge(read_as("feed", body), source=source, past=past, at=at)
            judged.append(found)
            if found.outcome is Outcome.OK:
                past = Trail(accepted=(PastReading(counts_of(found), at), *past.accepted))
        return judged

    return live


@pytest.mark.parametrize(("name", "outcome", "kind", "items"), INCIDENTS)
def test_a_bad_response_is_suspect_and_the_ones_around_it_are_not(life, name, outcome, kind, items):
    before, during, after = life(name, "before", "during", "after")

    assert tuple(len(each.launches) for each in (before, during, after)) == items
    assert (before.outcome, during.outcome, after.outcome) == (Outcome.OK, outcome, Outcome.OK)
    assert during.fault is kind


def test_a_step_whose_newest_item_even_advances_is_seen(life):
    before, during = life("feed_cursor_2026-04-12", "before", "during")

    assert (len(before.launches), len(during.launches)) == (58, 17)
    assert (during.fault, during.expected) == (FaultKind.PARTIAL, 58)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("arxiv_rss", "arxiv/rss_weekend_empty_2026-08-01.xml"),
        ("ollama_library", "ollama/library_search_empty_2025-08.html"),
    ],
)
def test_what_is_rightly_empty_is_no_alarm_however_much_is_usual(
    captures_dir, read_as, make_source, kind, name
):
    usual = PastReading(Counts(items=176, dated=176, days=90, same_day=4), NOW)
    reading = read_as(kind, (captures_dir / name).read_bytes())

    judged = judge(reading, source=make_source(kind), past=Trail(accepted=(usual,) * 7), at=NOW)

    assert (judged.outcome, judged.fault) == (Outcome.OK_EMPTY, None)


def daily(captures_dir, name):
    """The launch times of a day's list of Product Hunt, as a project wrote it down in Beijing."""
    text = (captures_dir / "producthunt" / name).read_text(encoding="utf-8")
    found = re.findall(r"(\d{4})年(\d\d)月(\d\d)日 (AM|PM)(\d\d):(\d\d)", text)
    zone = ZoneInfo("Asia/Shanghai")
    return [
        datetime(
            int(year),
            int(month),
            int(day),
            int(hour) % 12 + 12 * (half == "PM"),
            int(minute),
            tzinfo=zone,
        )
        for year, month, day, half, hour, minute in found
    ]


def day_counts(times):
    per_day = Counter(at.astimezone(UTC).date() for at in times)
    return Counts(
        items=len(times),
        dated=len(times),
        days=len(per_day),
        minutes=len(set(times)),
        same_day=max(per_day.values()),
        newest_at=max(times),
    )


def test_a_degenerate_day_is_suspect_for_its_number_and_for_its_age(captures_dir):
    """Two products stamped half a year before, where thirty of the day are due."""
    counts = day_counts(daily(captures_dir, "daily_md_2025-09-04_degenerate.md"))
    read_at = datetime(2025, 9, 4, 12, 0, tzinfo=UTC)

    few = find_fault(counts, promise=Promise(floor=20), past=Trail(), at=read_at)
    old = find_fault(
        counts, promise=Promise(floor=1, every=timedelta(days=2)), past=Trail(), at=read_at
    )

    assert (counts.items, counts.newest_at.date()) == (2, date(2025, 3, 8))
    assert (few.kind, old.kind) == (FaultKind.PARTIAL, FaultKind.STALLED)


def test_a_whole_day_is_one_day_of_product_hunt(captures_dir):
    """A day's list has one date by nature: such a source is declared undated."""
    times = daily(captures_dir, "daily_md_2026-08-22_full.md")
    promise = Promise(floor=20, dated=False)

    fault = find_fault(day_counts(times), promise=promise, past=Trail())

    assert len(times) == 30
    assert {at.astimezone(ZoneInfo("America/Los_Angeles")).date() for at in times} == {
        date(2026, 8, 21)
    }
    assert fault is None
