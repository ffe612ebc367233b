"""Read every source once and bring the catalogue up to date; every six hours is a good rhythm."""

import asyncio
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed

from digest.errors import FetchError
from digest.model import Outcome, SourceState
from digest.steps.ingest import GOOD_OUTCOMES, SourceReport
from digest.steps.ingest import ingest as ingest_sources
from digest.steps.research import ResearchReport, research
from digest.steps.status import status
from flows.support import is_worth_retrying, parts


@task(
    name="ingest-host",
    task_run_name="ingest {host}",
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

    One that could not be had makes the task try again; those read well are then asked
    conditionally. One that refused us is not asked again.
    """
    with parts() as resources:
        sources = [source for source in resources.sources if source.name in names]
        async with resources.fetcher() as fetcher:
            reports = await ingest_sources(sources, parts=resources.ingest_parts(fetcher))
    for report in reports:
        if report.outcome is Outcome.FAILED:
            raise FetchError(host, f"{report.source}: {report.reason}")
    return list(reports)


@task(
    name="research",
    retries=2,
    retry_delay_seconds=10,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=1800,
    cache_policy=NO_CACHE,
)
async def research_catalogue() -> ResearchReport:
    """Turn new launches into tools with facts."""
    with parts() as resources:
        return await asyncio.to_thread(research, resources.db, classifier=resources.classifier)


@flow(name="ingest", timeout_seconds=3600)
async def ingest() -> Any:
    """
    Read all sources, hosts side by side, then bring the catalogue up to date.

    The run fails when no source at all could be read; one in trouble is shown in the summary.
    """
    hosts: dict[str, list[str]] = defaultdict(list)
    with parts() as resources:
        for source in resources.sources:
            hosts[urlsplit(source.url).netloc].append(source.name)
    runs: list[Any] = [
        ingest_host(host, names, return_state=True) for host, names in hosts.items()
    ]
    await asyncio.gather(*runs)
    found = await research_catalogue()
    names = {name for group in hosts.values() for name in group}
    with parts() as resources:
        states = [item for item in status(resources.db).sources if item.source in names]
    await create_table_artifact(  # type: ignore[misc] # awaitable inside a running loop
        key="ingest-summary",
        table=[_row(state) for state in states],
        description=(
            f"{found.launches} launches worked in, {found.tools} tools brought up to date, "
            f"{found.facts} facts read"
        ),
    )
    good = sum(state.outcome in GOOD_OUTCOMES for state in states)
    message = f"{good} of {len(names)} sources read well"
    return Completed(message=message) if good else Failed(message=message)


def _row(state: SourceState) -> dict[str, Any]:
    return {
        "source": state.source,
        "kind": state.kind,
        "outcome": str(state.outcome),
        "launches": state.items,
        "last good": state.good_at.isoformat() if state.good_at else "never",
        "reason": state.reason or "",
    }
