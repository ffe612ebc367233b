"""Read every source once and bring the catalogue up to date; every six hours is a good rhythm."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from prefect import flow, runtime, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed, Failed

from digest.errors import FetchError
from digest.model import Incident, Outcome, Source, SourceState
from digest.model.hosts import registrable
from digest.model.wording import counted
from digest.steps.health import open_incidents
from digest.steps.ingest import SourceReport
from digest.steps.ingest import ingest as ingest_sources
from digest.steps.record import GOOD_OUTCOMES
from digest.steps.research import ResearchReport, research
from digest.steps.status import status
from flows.support import is_worth_retrying, parts

BROKEN = "broke its task"
"""Outcome of a source whose reading ended in a mistake of ours, so that nothing was noted of it."""


@task(
    name="ingest-host",
    task_run_name="ingest {host}",
    tags={"digest", "ingest"},
    retries=2,
    retry_delay_seconds=[30, 120],
    retry_jitter_factor=0.3,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=1800,
    cache_policy=NO_CACHE,
)
async def ingest_host(host: str, names: list[str]) -> list[SourceReport]:
    """
    Read the sources of one host, one after the other: a host is never asked by two tasks at once.

    One that may be had in a minute makes the task try again; those read well are then asked
    conditionally. One that refused us, is not there or brought nonsense waits for the next run.
    """
    with parts() as resources:
        sources = [source for source in resources.sources if source.name in names]
        async with resources.fetcher() as fetcher:
            reports = await ingest_sources(
                sources, parts=resources.ingest_parts(fetcher), on_report=tell
            )
    if trouble := passing_trouble(host, reports):
        raise trouble
    return list(reports)


def passing_trouble(host: str, reports: Iterable[SourceReport]) -> FetchError | None:
    """Give the error that makes the task try again; None where another try now would help nobody."""
    passing = (report for report in reports if report.may_pass)
    found = next(passing, None)
    return FetchError(host, f"{found.source}: {found.reason}") if found else None


def tell(report: SourceReport, *, emit: Callable[..., object] = emit_event) -> None:
    """
    Say as events what became of a source's incidents; an automation can hand them to a person.

    ``opened`` and ``ended`` come once an incident; ``alerted`` once, when it is time to be told.
    """
    if report.ended:
        emit(**incident_event("ended", report.ended))
    if report.incident and report.is_opened:
        emit(**incident_event("opened", report.incident))
    if report.incident and report.is_alert:
        emit(**incident_event("alerted", report.incident))


def incident_event(what: str, incident: Incident) -> dict[str, Any]:
    """Give one event of a source's incident; its labels are what an automation can choose by."""
    return {
        "event": f"digest.source.incident.{what}",
        "resource": {
            "prefect.resource.id": f"digest.source.{incident.source}",
            "prefect.resource.name": incident.source,
            "digest.incident.kind": str(incident.kind),
            "digest.incident.alerted": "true" if incident.alerted_at else "false",
            "digest.incident.end": str(incident.end or "open"),
        },
        "payload": incident.model_dump(mode="json"),
    }


@task(
    name="research",
    tags={"digest", "ingest"},
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=1800,
    cache_policy=NO_CACHE,
)
async def research_catalogue() -> ResearchReport:
    """Turn new launches into tools with facts."""
    return await asyncio.to_thread(_research)


def _research() -> ResearchReport:
    with parts() as resources:
        return research(
            resources.db,
            classifier=resources.classifier,
            incumbents=resources.incumbents,
            embedder=resources.embedder,
        )


def _run_name() -> str:
    return f"ingest-{runtime.flow_run.scheduled_start_time:%Y-%m-%d-%H%M}"


@flow(name="ingest", flow_run_name=_run_name, timeout_seconds=2 * 3600)
async def ingest() -> State[Any]:
    """
    Read all sources, hosts side by side, then bring the catalogue up to date.

    The run fails when no source at all could be read, or one broke a task; any other in trouble is
    shown in the summary.
    """
    with parts() as resources:
        started = resources.settings.clock()
        hosts = by_host(resources.sources)
        off = [source.name for source in resources.sources if not source.enabled]
    runs: list[Any] = [ingest_host(host, names, return_state=True) for host, names in hosts.items()]
    ends: Sequence[State[Any]] = await asyncio.gather(*runs)
    found = await research_catalogue()
    with parts() as resources:
        states = {item.source: item for item in status(resources.db).sources}
        incidents = open_incidents(resources.db)
    rows = [
        source_row(name, states.get(name), end=end, since=started, incident=incidents.get(name))
        for names, end in zip(hosts.values(), ends, strict=True)
        for name in names
    ]
    rows += [skipped_row(name, states.get(name)) for name in off]
    await acreate_table_artifact(
        key="ingest-summary",
        table=rows,
        description=(
            f"{found.launches} launches worked in, {found.tools} tools brought up to date, "
            f"{found.facts} facts read; {counted(len(incidents), 'open incident')}"
        ),
    )
    return ending(rows)


def by_host(sources: Iterable[Source]) -> dict[str, list[str]]:
    """Give the names of the sources that are switched on, by the host that all below it share."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for source in sources:
        if source.enabled:
            hosts[registrable(urlsplit(source.url).hostname or "")].append(source.name)
    return dict(hosts)


def skipped_row(name: str, state: SourceState | None) -> dict[str, Any]:
    """Give the line of a source that is switched off: each one listed is accounted for."""
    row = source_line(name, state)
    return row | {"outcome": str(Outcome.SKIPPED), "launches": 0, "reason": "switched off"}


def source_line(
    name: str, state: SourceState | None, *, incident: Incident | None = None
) -> dict[str, Any]:
    """Give the beginning of a source's line."""
    good_at = state.good_at if state else None
    return {
        "source": name,
        "last good": good_at.isoformat() if good_at else "never",
        "incident": f"{incident.kind} since {incident.opened_at.isoformat()}" if incident else "",
    }


def source_row(
    name: str,
    state: SourceState | None,
    *,
    end: State[Any],
    since: datetime,
    incident: Incident | None = None,
) -> dict[str, Any]:
    """Give a source's line of the summary; one that was not read since then broke its task."""
    row = source_line(name, state, incident=incident)
    if state is None or state.checked_at is None or state.checked_at < since:
        return row | {"outcome": BROKEN, "launches": 0, "reason": end.message or str(end.type)}
    return row | {
        "outcome": str(state.outcome),
        "launches": state.items,
        "reason": state.reason or "",
    }


def ending(rows: Sequence[Mapping[str, Any]]) -> State[Any]:
    """Give the state a run ends in, from the lines of its summary."""
    outcomes = [row["outcome"] for row in rows if row["outcome"] != Outcome.SKIPPED]
    good = sum(outcome in GOOD_OUTCOMES for outcome in outcomes)
    message = f"{good} of {len(outcomes)} sources read well"
    return (
        Completed(message=message) if good and BROKEN not in outcomes else Failed(message=message)
    )
