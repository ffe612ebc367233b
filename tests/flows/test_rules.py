"""What flows decide by themselves, without a server: retries, lateness, how a run ends."""

import logging
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from prefect.client.schemas.objects import State, StateDetails, StateType
from prefect.events import AutomationCore
from prefect.server.events.actions import SendNotification
from prefect.server.events.schemas.automations import EventTrigger
from prefect.server.events.schemas.events import ReceivedEvent
from prefect.states import Completed, Failed
from pydantic import ValidationError

from digest.errors import (
    ApprovalError,
    BlockedError,
    FetchError,
    LateError,
    MailboxError,
    RefusedError,
    SchemaError,
    SettingsError,
    StoreError,
    TransportError,
)
from digest.model import (
    DeliveryCount,
    DeliveryState,
    FaultKind,
    FeedbackEffect,
    Incident,
    IncidentEnd,
    Outcome,
    PageOutcome,
    PageRole,
    Source,
    SourceState,
)
from digest.steps.collecting import CollectReport
from digest.steps.enrich import PageReport
from digest.steps.feedback import TakeReport
from digest.steps.ingest import SourceReport
from digest.steps.sharing import Share
from flows import feedback, ingest, research, send, shards, support, weekly
from flows.telling import Told

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
WEEK = "2026-W47"
DEPLOYMENTS = Path(__file__).parents[2] / "deployment" / "prefect.yaml"


@pytest.mark.parametrize(
    "error",
    [
        StoreError("the database is locked"),
        FetchError("https://a.example", "no answer"),
        TransportError("mail:25", "no connection"),
        MailboxError("bounces", "no answer"),
        ConnectionResetError("gone"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_trouble_that_passes_is_tried_again(error):
    assert await support.is_worth_retrying(None, None, Failed(data=error))


@pytest.mark.parametrize(
    "error",
    [
        SchemaError("older than this program"),
        BlockedError("https://a.example", "robots.txt"),
        TransportError("mail:25", "it refuses our sender", permanent=True),
        ApprovalError(WEEK, "nobody released it"),
        RefusedError(WEEK, "most were refused"),
        SettingsError("DIGEST_SMTP_URL", "no such form"),
        TimeoutError("its thread may still be at work"),
        KeyError("a mistake of ours"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_a_person_has_to_mend_is_not_tried_again(error):
    assert not await support.is_worth_retrying(None, None, Failed(data=error))


async def test_a_task_that_did_not_fail_is_not_tried_again():
    assert not await support.is_worth_retrying(None, None, Completed(data=1))


def scheduled(hours_ago: float, name: str = "Scheduled") -> State[None]:
    details = StateDetails(scheduled_time=NOW - timedelta(hours=hours_ago))
    return State(type=StateType.SCHEDULED, name=name, state_details=details)


def test_a_run_is_due_when_it_was_planned_for():
    states = [scheduled(8), scheduled(8, "Late"), State(type=StateType.PENDING)]

    assert support.due_time(states) == NOW - timedelta(hours=8)


def test_a_resumed_run_is_due_when_it_was_resumed():
    states = [scheduled(70), State(type=StateType.PAUSED), scheduled(0.1, "Resuming")]

    assert support.due_time(states) == NOW - timedelta(hours=0.1)


@pytest.mark.parametrize("name", ["AwaitingConcurrencySlot", "AwaitingRetry"])
def test_waiting_for_a_slot_or_a_retry_makes_a_run_no_less_late(name):
    assert support.due_time([scheduled(8), scheduled(0, name)]) == NOW - timedelta(hours=8)


def test_a_run_that_nobody_planned_is_never_late():
    due = support.due_time([State(type=StateType.PENDING), State(type=StateType.RUNNING)])

    support.refuse_when_late(WEEK, due=due, after_hours=6, now=NOW)

    assert due is None


def test_the_last_moment_of_the_hours_allowed_is_in_time():
    due = NOW - timedelta(hours=6)

    support.refuse_when_late(WEEK, due=due, after_hours=6, now=NOW)
    with pytest.raises(LateError, match="was due at 2026-11-20 03:00 UTC, more than 6 hours ago"):
        support.refuse_when_late(WEEK, due=due, after_hours=6, now=NOW + timedelta(seconds=1))


def test_a_late_run_without_a_week_says_which_run_it_is():
    with pytest.raises(LateError, match="issue of this run"):
        support.refuse_when_late(None, due=NOW - timedelta(days=1), after_hours=6, now=NOW)


def test_a_run_knows_by_its_tag_what_it_has_built():
    assert weekly.week_in_review(["digest", f"review:{WEEK}", "weekly"]) == WEEK
    assert weekly.week_in_review(["digest", "weekly"]) is None


def test_a_send_ends_well_when_every_recipient_has_a_named_end():
    count = DeliveryCount(audience=3, states={DeliveryState.ACCEPTED: 2, DeliveryState.REJECTED: 1})

    end = send.ending(WEEK, count)

    assert (end.type, end.message) == (StateType.COMPLETED, f"{WEEK}: 2 accepted, 1 rejected of 3")


def test_a_send_that_leaves_somebody_waiting_fails_and_says_how_to_go_on():
    count = DeliveryCount(audience=3, states={DeliveryState.ACCEPTED: 2, DeliveryState.DEFERRED: 1})

    end = send.ending(WEEK, count)

    assert end.type is StateType.FAILED
    assert end.message.endswith(f"start the deployment send for {WEEK} to go on")


def share(*, over: str = "", **states: int) -> Share:
    count = DeliveryCount(audience=sum(states.values()), states=states)
    return Share(ended=2, count=count, over=over)


@pytest.mark.parametrize("why", ["it is sent", "it is paused", "it was cancelled"])
def test_a_shard_whose_issue_is_over_ends_well_and_says_why(why):
    end = send.share_ending(WEEK, share(accepted=5, over=why))

    assert end.type is StateType.COMPLETED
    assert end.message == f"{WEEK}: 2 by this shard; {why}"


def test_a_shard_that_leaves_some_to_others_ends_well_since_its_parent_sees_to_them():
    end = send.share_ending(WEEK, share(accepted=5, deferred=1, leased=2))

    assert end.type is StateType.COMPLETED
    assert end.message == f"{WEEK}: 2 by this shard; 3 are with other senders or due later"


def test_trouble_of_a_send_stands_in_the_log_of_its_run_and_beside_its_progress(caplog):
    told = Told(WEEK, logging.getLogger("a run"))

    told.remark("mail leaves unsigned")
    before = told.described
    told.troubles("mail:25: no connection; trying again in 4 s")
    during = told.described
    told.troubles("")

    assert before == told.described == "Mails of 2026-W47 with a named end"
    assert during == f"{before}. mail:25: no connection; trying again in 4 s"
    assert caplog.messages == [
        "mail leaves unsigned",
        "mail:25: no connection; trying again in 4 s",
        "the trouble is over; sending goes on",
    ]


@pytest.mark.parametrize("number", [0, -1, send.MOST_SHARDS + 1])
def test_a_number_of_shards_that_makes_no_sense_is_refused(number):
    with pytest.raises(ValidationError):
        weekly.WeeklyParameters(shards=number)


def test_a_shard_is_shown_with_the_address_of_its_run():
    assert shards.shard_row("send-2026-W47-shard-1", "4f") == {
        "shard": "send-2026-W47-shard-1",
        "run": "[4f](/runs/flow-run/4f)",
    }


def test_the_deployments_give_a_send_its_shards():
    deployments = yaml.safe_load(DEPLOYMENTS.read_text(encoding="utf-8"))["deployments"]
    named = {f"{each['entrypoint'].partition(':')[2]}/{each['name']}": each for each in deployments}

    helping = named["send_shard/send-shard"]

    assert f"{send.send_shard.name}/{helping['name']}" == shards.DEPLOYMENT
    assert "concurrency_limit" not in helping
    assert helping["work_pool"]["work_queue_name"] == "shards"


def state_of(outcome: Outcome, *, checked_at: datetime) -> SourceState:
    return SourceState(
        source="hn",
        kind="hn_algolia",
        url="https://hn.example",
        outcome=outcome,
        items=30,
        checked_at=checked_at,
    )


def row_of(outcome: Outcome, *, checked_at: datetime = NOW):
    state = state_of(outcome, checked_at=checked_at)
    return ingest.source_row("hn", state, end=Failed(message="a KeyError"), since=NOW)


def test_one_source_that_could_be_read_is_enough():
    end = ingest.ending([row_of(Outcome.UNCHANGED), row_of(Outcome.FAILED)])

    assert (end.type, end.message) == (StateType.COMPLETED, "1 of 2 sources read well")


def test_no_source_read_well_is_a_failure():
    assert ingest.ending([row_of(Outcome.SUSPECT), row_of(Outcome.FAILED)]).type is StateType.FAILED


@pytest.mark.parametrize("before", [None, NOW - timedelta(hours=6)])
def test_a_source_that_broke_its_task_fails_the_run_whatever_it_gave_before(before):
    state = state_of(Outcome.OK, checked_at=before) if before else None
    broken = ingest.source_row("hn", state, end=Failed(message="a KeyError"), since=NOW)

    end = ingest.ending([row_of(Outcome.OK), broken])

    assert (broken["outcome"], broken["reason"]) == ("broke its task", "a KeyError")
    assert end.type is StateType.FAILED


@pytest.mark.parametrize(
    "wish", [{"week": "47"}, {"test_recipient": "nobody"}, {"pinned_pairs": ["a+b"] * 8}]
)
def test_wishes_that_cannot_be_met_are_refused(wish):
    with pytest.raises(ValidationError):
        weekly.WeeklyParameters(**wish)


def test_a_host_is_asked_again_only_for_what_may_pass():
    gone = SourceReport(source="gone", kind="feed", outcome=Outcome.FAILED, reason="no such page")
    silent = gone.model_copy(update={"source": "silent", "reason": "no answer", "may_pass": True})

    assert ingest.passing_trouble("a.example", [gone]) is None
    assert "silent: no answer" in str(ingest.passing_trouble("a.example", [gone, silent]))


@pytest.mark.parametrize(
    "each",
    [
        ingest.ingest_host,
        ingest.research_catalogue,
        weekly.build_task,
        weekly.test_copy_task,
        send.open_task,
        send.send_task,
        feedback.collect_task,
        send.share_task,
    ],
    ids=lambda each: each.name,
)
def test_every_task_has_a_tag_a_time_limit_and_retries_by_error_class(each):
    assert "digest" in each.tags
    assert each.timeout_seconds > 0
    assert each.retries > 0
    assert each.retry_condition_fn is support.is_worth_retrying


def test_a_collection_fails_while_a_mailbox_cannot_be_read_and_says_what_it_did_all_the_same():
    taken = TakeReport(
        new=Counter({FeedbackEffect.BOUNCED: 2}), warnings=("2026-W47: too many complaints",)
    )
    good = CollectReport(read=3, removed=3, taken=taken)
    bad = replace(good, troubles=(MailboxError("bounces", "no answer"),))

    said = "3 mails read; new: 2 bounced; 2026-W47: too many complaints"
    assert feedback.ending(good).is_completed()
    assert feedback.ending(good).message == said
    assert feedback.ending(bad).is_failed()
    assert feedback.ending(bad).message == f"{said}; mailbox bounces: no answer"


def visited(outcome, *, facts=0):
    return PageReport(
        tool="ember",
        role=PageRole.HOME,
        url="https://ember.example/",
        outcome=outcome,
        facts=facts,
    )


def test_a_research_run_says_what_became_of_its_pages():
    reports = [visited(PageOutcome.OK, facts=3), visited(PageOutcome.GONE)]

    end = research.ending(reports, broken=0)

    assert end.is_completed()
    assert end.message == "2 pages (1 gone, 1 ok), 3 facts"
    assert research.ending([], broken=0).message == "0 pages (none due), 0 facts"


def test_pages_in_trouble_fail_no_research_run_and_a_broken_batch_does():
    assert research.ending([visited(PageOutcome.FAILED)], broken=0).is_completed()

    end = research.ending([visited(PageOutcome.OK)], broken=2)

    assert end.is_failed()
    assert "2 batches broke" in end.message


def test_a_page_is_one_line_of_the_summary():
    row = research.page_row(visited(PageOutcome.BLOCKED))

    assert row == {
        "tool": "ember",
        "page": "home",
        "outcome": "blocked",
        "facts": 0,
        "url": "https://ember.example/",
        "reason": "",
    }


AUTOMATIONS = Path(__file__).parents[2] / "deployment" / "automations.yaml"


def incident(**fields) -> Incident:
    return Incident(
        source="hn",
        kind=FaultKind.PARTIAL,
        reason="14 items where 157 are usual",
        opened_at=NOW - timedelta(hours=6),
        last_bad_at=NOW,
        **fields,
    )


def told(**fields) -> list[dict]:
    """The events of a report."""
    events = []
    report = SourceReport(source="hn", kind="feed", outcome=Outcome.SUSPECT, **fields)
    ingest.tell(report, emit=lambda **event: events.append(event))
    return events


def over(end: IncidentEnd, **fields) -> Incident:
    return incident(ended_at=NOW, end=end, **fields)


def test_an_incident_is_an_event_when_it_opens_when_it_is_time_and_when_it_ends():
    opened = told(incident=incident(), is_opened=True)
    going_on = told(incident=incident())
    alerted = told(incident=incident(alerted_at=NOW), is_alert=True)
    ended = told(ended=over(IncidentEnd.RECOVERED))
    at_once = told(incident=incident(alerted_at=NOW), is_opened=True, is_alert=True)

    def names(events):
        return [event["event"].removeprefix("digest.source.incident.") for event in events]

    assert list(map(names, (opened, going_on, alerted, ended, at_once))) == [
        ["opened"],
        [],
        ["alerted"],
        ["ended"],
        ["opened", "alerted"],
    ]
    assert opened[0]["resource"]["prefect.resource.id"] == "digest.source.hn"
    assert opened[0]["payload"]["reason"] == "14 items where 157 are usual"


def automations():
    return yaml.safe_load(AUTOMATIONS.read_text(encoding="utf-8"))["automations"]


def heard(events) -> list[str]:
    """Names of the automations that would act on these events, by Prefect's own rule."""
    received = [ReceivedEvent(id=uuid4(), occurred=NOW, **event) for event in events]
    return [
        each["name"]
        for each in automations()
        if any(EventTrigger.model_validate(each["trigger"]).covers(event) for event in received)
    ]


def test_the_automations_are_what_prefect_takes():
    for each in automations():
        AutomationCore.model_validate(each)
        for action in each["actions"]:
            SendNotification.model_validate(action)  # checks the templates as well


def test_the_automations_notify_once_when_it_is_time_and_once_when_it_is_over():
    first, second = (each["name"] for each in automations())
    alerted = incident(alerted_at=NOW)

    assert heard(told(incident=incident(), is_opened=True)) == []
    assert heard(told(incident=alerted, is_alert=True)) == [first]
    assert heard(told(ended=over(IncidentEnd.RECOVERED, alerted_at=NOW))) == [second]
    assert heard(told(ended=over(IncidentEnd.RECOVERED))) == []
    assert heard(told(ended=over(IncidentEnd.CHANGED, alerted_at=NOW))) == []


def test_a_source_with_an_open_incident_says_so_in_its_line():
    state = state_of(Outcome.SUSPECT, checked_at=NOW)

    row = ingest.source_row("hn", state, end=Completed(), since=NOW, incident=incident())

    assert row["incident"] == "partial since 2026-11-20T03:00:00+00:00"
    assert row_of(Outcome.OK)["incident"] == ""


def listed(name, url, **how):
    return Source(name=name, kind="feed", url=url, **how)


def test_sources_are_grouped_by_what_somebody_registered_and_nothing_secret_names_a_run():
    sources = [
        listed("a", "https://export.arxiv.example/api?token=hunter2"),
        listed("b", "https://rss.arxiv.example:8443/rss"),
        listed("c", "http://127.0.0.11:8930/feed"),
        listed("d", "http://127.0.0.12:8930/feed"),
        listed("e", "https://rss.arxiv.example/off", enabled=False),
    ]

    assert ingest.by_host(sources) == {
        "arxiv.example": ["a", "b"],
        "127.0.0.11": ["c"],
        "127.0.0.12": ["d"],
    }


def test_a_source_that_is_switched_off_has_its_line_and_does_not_count():
    line = ingest.skipped_row("e", None)
    read = {"outcome": Outcome.OK}

    assert line == {
        "source": "e",
        "last good": "never",
        "incident": "",
        "outcome": "skipped",
        "launches": 0,
        "reason": "switched off",
    }
    assert ingest.ending([read, line]).message == "1 of 1 sources read well"
