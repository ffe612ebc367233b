"""A real Prefect server, our deployments on it, and runs that a real worker takes up."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from digest.model import IssueState
from digest.steps.readers import import_subscribers
from digest.steps.status import status
from digest.steps.weekly import standing_report
from digest.store.engine import Database
from flows.shards import start_shards
from flows.weekly import WeeklyParameters

WEEK = "2026-W47"
READERS = ("email", "ada@example.com", "grace@example.net", "edsger@example.org")
TESTER = "tester@example.com"
SCHEDULED = {"feedback", "ingest", "research", "weekly"}

pytestmark = [pytest.mark.prefect, pytest.mark.enable_socket]


@pytest.fixture
def db(server) -> Iterator[Database]:
    """The database that the worker works on."""
    database = Database(server.env["DIGEST_DATABASE_URL"])
    yield database
    database.close()


@pytest.fixture(scope="module")
def first_round(server) -> dict[str, dict[str, Any]]:
    """Runs that end without waiting for anybody, side by side: by what is special about each."""
    wishes = {
        "week": WEEK,
        "pinned_pairs": ["spanwright+spanglass"],
        "banned_tools": ["wrenlet-3b"],
        "dry_run": True,
        "test_recipient": TESTER,
    }
    ids = {
        "ingest": server.create("ingest"),
        "late": server.create("weekly", state=planned(hours_ago=7)),
        "thin": server.create("weekly", parameters={"parameters": {"week": "2026-W39"}}),
    }
    ids["file"] = server.create("send", parameters={"week": WEEK, "shards": 2})
    (ids["shard"],) = {asyncio.run(started_shard(server)) for _ in range(2)}
    server.ended(ids["ingest"])
    ids["research"] = server.create("research", parameters={"limit": 2})
    ids["dry"] = server.create("weekly", parameters={"parameters": wishes})
    return {name: server.ended(run) for name, run in ids.items()}


async def started_shard(server) -> str:
    """Start a shard of one and the same run."""
    with temporary_settings({PREFECT_API_URL: server.api}):
        (run,) = await start_shards(WEEK, number=1, parent="a run")
    return str(run.id)


def planned(*, hours_ago: float) -> dict[str, Any]:
    """The state of a run that a schedule planned so long ago."""
    time = datetime.now(UTC) - timedelta(hours=hours_ago)
    return {"type": "SCHEDULED", "state_details": {"scheduled_time": time.isoformat()}}


def artifact(server, key: str) -> dict[str, Any]:
    """The newest artifact of a key."""
    found = [item for item in server.ask("/artifacts/filter") if item["key"] == key]
    return max(found, key=lambda item: item["created"])


def task_runs(server, run: str) -> list[str]:
    """Functions of a flow run's tasks, one for each time that one was run."""
    runs = server.ask("/task_runs/filter", flow_runs={"id": {"any_": [run]}})
    return [item["task_key"].rsplit("-", 1)[0] for item in runs]


def test_an_editor_is_offered_typed_parameters(server):
    weekly = server.ask("/deployments/name/weekly/weekly", method="GET")

    fields = weekly["parameter_openapi_schema"]["definitions"]["WeeklyParameters"]["properties"]

    assert set(fields) == set(WeeklyParameters.model_fields)
    assert all(field["description"] for field in fields.values())


def test_a_week_that_is_none_is_refused_before_there_is_a_run(server):
    with pytest.raises(HTTPError) as refusal:
        server.create("send", parameters={"week": "next week"})

    assert "does not match" in refusal.value.read().decode()


def test_a_worker_finishes_a_run(server, first_round):
    ingested = first_round["ingest"]
    rows = json.loads(artifact(server, "ingest-summary")["data"])

    assert ingested["state_type"] == "COMPLETED"
    assert ingested["state"]["message"] == "7 of 7 sources read well"
    assert len(rows) == 7
    assert {row["outcome"] for row in rows} == {"ok"}


def test_a_site_that_cannot_be_had_fails_no_research_run(server, first_round):
    """The two newest tools of the demo week are on names that lead nowhere by design."""
    researched = first_round["research"]
    rows = json.loads(artifact(server, "research-summary")["data"])

    assert researched["state_type"] == "COMPLETED"
    assert researched["state"]["message"] == "2 pages (2 failed), 0 facts"
    assert all(row["url"].startswith("https://") and ".example/" in row["url"] for row in rows)
    assert all("is not found" in row["reason"] for row in rows)


def test_the_server_takes_the_automations_that_notify(server):
    server.run("prefect", "automation", "create", "--from-file", "deployment/automations.yaml")

    names = {each["name"] for each in server.ask("/automations/filter")}

    assert names >= {"A source stopped telling the truth", "A source tells the truth again"}


def test_the_scheduler_plans_runs_of_what_has_a_schedule(server):
    """A set of pins that breaks the scheduler looks healthy and plans nothing: seen, so tested."""

    def found() -> set[str]:
        runs = server.ask(
            "/flow_runs/filter", flow_runs={"state": {"type": {"any_": ["SCHEDULED"]}}}
        )
        deployments = {item["id"]: item["name"] for item in server.ask("/deployments/filter")}
        return {deployments[run["deployment_id"]] for run in runs}

    server.wait("scheduled runs", lambda: found() >= SCHEDULED, seconds=60)

    assert found() == SCHEDULED


def test_pins_and_bans_arrive(server, first_round):
    shown = artifact(server, f"issue-{WEEK.lower()}")

    assert first_round["dry"]["state_type"] == "COMPLETED"
    assert "Spanwright" in shown["data"]
    assert "Wrenlet 3B" not in shown["data"]


def test_a_dry_run_mails_the_tester_alone(server, first_round, db):
    (mail,) = (server.folder / "outbox").glob("*.eml")

    assert f"To: {TESTER}" in mail.read_text()
    assert "dry run" in first_round["dry"]["state"]["message"]
    assert status(db).deliveries == {}


def test_a_run_that_is_hours_late_builds_and_sends_nothing(server, first_round):
    late = first_round["late"]

    assert late["state_type"] == "FAILED"
    assert "more than 6 hours ago; nothing is sent" in late["state"]["message"]
    assert task_runs(server, late["id"]) == []


def test_a_send_with_shards_is_refused_on_a_file_before_anything_is_opened(server, first_round):
    refused = first_round["file"]

    assert refused["state_type"] == "FAILED"
    assert "2 shards cannot send from a SQLite file" in refused["state"]["message"]
    assert task_runs(server, refused["id"]) == ["open_task"]


def test_a_shard_is_started_once_and_a_worker_takes_it(first_round):
    """The fixture starts it twice for the same run; on this file it is refused, as it has to be."""
    shard = first_round["shard"]

    assert shard["name"] == f"send-{WEEK}-shard-1"
    assert shard["parameters"] == {"week": WEEK}
    assert "cannot send from a SQLite file" in shard["state"]["message"]


def test_a_week_without_launches_ends_well(first_round):
    assert first_round["thin"]["state_type"] == "COMPLETED"
    assert first_round["thin"]["state"]["message"] == "2026-W39: no issue this week"


def test_a_week_waits_for_its_release_and_then_is_sent(server, first_round, db):
    """
    One run, planned five hours ago, through three starts: resumed too early, it waits on.

    From the second start on it runs as on another machine, and there an hour is late already: what
    counts is when it was resumed.
    """
    del first_round
    import_subscribers(
        db, READERS, is_confirmed=True, secret=b"a secret", now=datetime.now(UTC), detail="a test"
    )
    before = server.mails()

    run = server.create("weekly", state=planned(hours_ago=5))
    first = server.ended(run)
    built = standing_report(db, WEEK)
    unreleased = server.create("send", parameters={"week": WEEK})
    resume_elsewhere(server, run)
    second = server.ended(run, starts=2)
    refused = server.ended(unreleased)
    unsent = server.mails() - before
    server.run("digest", "approve", WEEK, "--by", "Ada")
    server.ask(f"/flow_runs/{run}/resume")
    third = server.ended(run, starts=3)

    assert (first["state_name"], first["name"]) == ("Suspended", f"weekly-{WEEK}")
    assert second["state_name"] == "Suspended"
    assert refused["state_type"] == "FAILED"
    assert "nobody has approved edition" in refused["state"]["message"]
    assert unsent == set()
    assert third["state"]["message"] == f"{WEEK}: 3 accepted of 3"
    assert len(server.mails() - before) == 3
    sent = standing_report(db, WEEK)
    assert (sent.state, sent.edition) == (IssueState.SENT, built.edition)
    assert sorted(task_runs(server, run)) == ["build_task", "send_task"]
    assert artifact(server, f"send-{WEEK.lower()}")["data"] == 100.0
    (row,) = json.loads(artifact(server, f"deliveries-{WEEK.lower()}")["data"])
    assert row == {"state": "accepted", "deliveries": 3}


def resume_elsewhere(server, run: str) -> None:
    """Resume a run so that it finds nothing of what an earlier start left on its machine."""
    env = {
        "PREFECT_LOCAL_STORAGE_PATH": str(server.folder / "another-machine"),
        "DIGEST_LATE_AFTER_HOURS": "1",
    }
    server.ask("/work_pools/digest", method="PATCH", is_paused=True)
    server.ask(f"/flow_runs/{run}/resume")
    server.ask(f"/flow_runs/{run}", method="PATCH", job_variables={"env": env})
    server.ask("/work_pools/digest", method="PATCH", is_paused=False)
