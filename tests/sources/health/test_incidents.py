"""One incident is one time that a source did not tell the truth; somebody is told of it once."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.model import FaultKind, IncidentEnd, Outcome, Reading, ReadingRecord, SourceState
from digest.sources.health.incidents import (
    Change,
    Standing,
    alert_after,
    decide,
    is_muted,
    looks,
    why_not_normal,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)


def bad(kind=FaultKind.PARTIAL, reason="14 items where 157 are usual", **fields):
    return Reading(outcome=Outcome.SUSPECT, fault=kind, reason=reason, **fields)


GOOD = Reading(outcome=Outcome.OK)
SILENT = Reading(outcome=Outcome.FAILED, fault=FaultKind.UNREACHABLE, reason="no answer")


class Life:
    """Readings of one source, one after the other, with what became of its incidents."""

    def __init__(self, source):
        self.source = source
        self.now = NOW
        self.open = None
        self.failures = 0
        self.is_muted = False
        self.alerts = []
        self.ended = []

    def reads(self, *readings) -> Change:
        for number, reading in enumerate(readings):
            before = Standing(
                open=self.open,
                items=157,
                capture_key="good",
                failures=self.failures,
                is_muted=self.is_muted,
            )
            change = decide(
                reading, source=self.source, before=before, at=self.now, capture_key=f"c{number}"
            )
            self._note(reading, change)
        return change

    def _note(self, reading, change):
        self.failures = self.failures + 1 if reading.fault is FaultKind.UNREACHABLE else 0
        if change.ended:
            self.ended.append(change.ended)
            self.open = None
        self.open = change.standing or self.open
        if change.is_alert:
            self.alerts.append(change.standing)
        self.now += SIX_HOURS


@pytest.fixture
def life(make_source):
    return lambda **options: Life(make_source("feed", **options))


def test_the_first_suspect_reading_opens_an_incident_and_tells_nobody_yet(life):
    change = life().reads(bad())

    incident = change.standing
    assert (change.is_opened, change.is_alert) == (True, False)
    assert (incident.kind, incident.opened_at, incident.suspects) == (FaultKind.PARTIAL, NOW, 1)
    assert (incident.items_before, incident.capture_before) == (157, "good")
    assert incident.alerted_at is None


def test_somebody_is_told_at_the_second_and_never_again(life):
    source = life()

    source.reads(*[bad()] * 12)

    assert len(source.alerts) == 1
    assert source.alerts[0].alerted_at == NOW + SIX_HOURS
    assert source.open.suspects == 12


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, 2),
        ({"expected_every_days": 2}, 2),
        ({"every_hours": 24}, 2),
        ({"every_hours": 168}, 1),
        ({"every_hours": 168, "alert_after": 3}, 3),
    ],
)
def test_a_source_that_is_read_weekly_is_told_of_at_once(life, options, wanted):
    source = life(**options)

    source.reads(*[bad()] * 4)

    assert alert_after(source.source) == wanted
    assert source.alerts[0].suspects == wanted


def test_a_blip_is_over_before_anybody_is_told(life):
    source = life()

    source.reads(bad(), GOOD, bad(), GOOD)

    assert source.alerts == []
    assert [each.end for each in source.ended] == [IncidentEnd.RECOVERED] * 2


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.OK_EMPTY, Outcome.UNCHANGED])
def test_any_good_reading_ends_it(life, outcome):
    source = life()

    source.reads(bad(), bad(), Reading(outcome=outcome))

    (ended,) = source.ended
    assert (ended.end, ended.ended_at, ended.ended_by) == (
        IncidentEnd.RECOVERED,
        NOW + 2 * SIX_HOURS,
        "",
    )


def test_a_change_that_lasts_ends_it_as_a_step(life):
    source = life()

    source.reads(bad(), bad(), GOOD.model_copy(update={"is_step": True}))

    assert source.ended[0].end is IncidentEnd.STEP


@pytest.mark.parametrize(
    "reading",
    [
        Reading(outcome=Outcome.BLOCKED, reason="a bot check"),
        Reading(outcome=Outcome.FAILED, reason="asked to wait until 12:00"),
    ],
    ids=["blocked", "asked to wait"],
)
def test_a_block_or_a_wait_is_no_evidence_of_breakage(life, reading):
    source = life()

    assert source.reads(reading, reading, reading, reading, reading) == Change()

    source.reads(bad(), reading, bad())
    assert source.open.suspects == 2
    assert len(source.alerts) == 1


def test_content_of_another_kind_is_evidence(life):
    unreadable = Reading(outcome=Outcome.FAILED, fault=FaultKind.UNREADABLE, reason="not JSON")

    assert life().reads(unreadable).standing.kind is FaultKind.UNREADABLE


def test_a_host_that_is_silent_for_a_day_is_an_incident(life):
    source = life()

    source.reads(SILENT, SILENT, SILENT)
    assert source.open is None

    source.reads(SILENT)
    assert (source.open.kind, source.open.suspects) == (FaultKind.UNREACHABLE, 4)
    assert len(source.alerts) == 1


def test_the_same_trouble_at_another_depth_is_the_same_incident(life):
    source = life()

    source.reads(bad(), bad(FaultKind.EMPTY, "no items"), bad(FaultKind.MALFORMED, "cut off"))

    assert source.ended == []
    assert (source.open.kind, source.open.reason) == (FaultKind.PARTIAL, "cut off")


def test_another_trouble_has_an_incident_of_its_own_and_nobody_is_told_twice(life):
    source = life()

    source.reads(bad(), bad(), bad(FaultKind.ALL_DATES_SAME), bad(FaultKind.ALL_DATES_SAME))

    assert [each.end for each in source.ended] == [IncidentEnd.CHANGED]
    assert source.open.kind is FaultKind.ALL_DATES_SAME
    assert source.open.suspects == 4
    assert len(source.alerts) == 1


def test_another_trouble_before_anybody_was_told_counts_on(life):
    source = life()

    source.reads(bad(), bad(FaultKind.DATES_MISSING))

    assert [each.kind for each in source.alerts] == [FaultKind.DATES_MISSING]


def test_a_page_that_stays_as_it_is_for_too_long_has_as_many_items_as_before(life):
    stalled = bad(FaultKind.STALLED, reason="nothing new since 1 November 2026")

    assert life().reads(stalled).standing.items == 157
    assert life().reads(stalled, stalled).standing.items == 157


def test_a_muted_source_opens_nothing(life):
    source = life()
    source.is_muted = True

    assert source.reads(bad(), bad(), bad()) == Change()


def test_a_mute_ends_at_its_hour():
    state = SourceState(source="a", kind="feed", url="https://a.example", muted_until=NOW)

    assert is_muted(state, at=NOW - SIX_HOURS)
    assert not is_muted(state, at=NOW)
    assert not is_muted(None, at=NOW)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ({"fault": "partial", "items": 20}, None),
        ({"fault": "all_dates_same", "items": 20}, None),
        ({"outcome": "ok", "items": 20}, "its last reading is not suspect; nothing to accept"),
        ({"is_baseline": True, "items": 20}, "its last reading is not suspect"),
        ({"fault": "empty"}, "its last reading is empty, which is never normal"),
        ({"fault": "malformed", "items": 20, "reason": "cut off"}, "its last reading could not be"),
        ({"fault": "stalled", "reason": "old"}, "its page is as it was (old), so there is nothing"),
        ({"fault": "partial", "items": 3}, "3 items are below its floor of 5; set a lower one"),
    ],
)
def test_an_operator_cannot_make_normal_what_would_be_suspect_again(make_source, last, said):
    record = ReadingRecord(source="a", read_at=NOW, **{"outcome": "suspect", **last})

    found = why_not_normal(record, source=make_source("feed", floor=5))

    assert found == said if said is None else found.startswith(said)


def test_a_source_that_was_never_read_has_nothing_to_accept(make_source):
    assert why_not_normal(None, source=make_source("feed")) is not None


def test_a_run_that_tries_again_at_once_has_looked_once(life):
    source = life()
    unreadable = Reading(outcome=Outcome.FAILED, fault=FaultKind.UNREADABLE, reason="not JSON")

    for _ in range(3):
        source.reads(unreadable)
        source.now -= SIX_HOURS - timedelta(minutes=2)

    assert (source.open.suspects, source.alerts) == (1, [])
    assert source.open.last_bad_at == NOW


def test_looks_are_half_an_hour_apart():
    def minutes(*ago):
        return [NOW - timedelta(minutes=each) for each in ago]

    assert looks(minutes(2, 4, 360, 362, 720), at=NOW) == 2
    assert looks(minutes(30), at=NOW) == 1
    assert looks([], at=NOW) == 0
