"""Read every source once and bring the catalogue up to date; every six hours is a good rhythm."""

import asyncio
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.states import Completed, Failed

from digest.errors import FetchError
from digest.model import Outcome
from digest.steps.ingest import SourceReport, ingest_source
from digest.steps.research import ResearchReport, research
from flows.support import is_worth_retrying, parts


@task(
    name="ingest-source",
    task_run_name="ingest {name}",
    retries=2,
    retry_delay_seconds=[30, 120],
    retry_jitter_factor=0.3,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=600,
    cache_policy=None,
)
async def ingest_source_task(name: str) -> SourceReport:
    """Read one source; a source that could not be had is tried again, one that refused is not."""
    with parts() as resources:
        source = next(item for item in resources.sources if item.name == name)
        async with resources.fetcher() as fetcher:
            report = await ingest_source(source, parts=resources.ingest_parts(fetcher))
    if report.outcome is Outcome.FAILED:
        raise FetchError(source.url, report.reason or "could not be had")
    return report


@task(name="research", retries=2, retry_delay_seconds=10, retry_condition_fn=is_worth_retrying)
def research_task() -> ResearchReport:
    """Turn new launches into tools with facts."""
    with parts() as resources:
        return research(
            resources.db, classifier=resources.classifier, now=resources.settings.clock()
        )


@flow(name="ingest", timeout_seconds=3600, log_prints=False)
async def ingest() -> Any:
    """
    Read all sources, each in a task of its own, then bring the catalogue up to date.

    The run fails when no source could be read at all; one in trouble is shown in the summary.
    """
    with parts() as resources:
        sources = {source.name: source.kind for source in resources.sources}
    states = await asyncio.gather(
        *(ingest_source_task(name, return_state=True) for name in sources)
    )
    rows = []
    for (name, kind), state in zip(sources.items(), states, strict=True):
        report = await state.aresult(raise_on_failure=False)
        rows.append(_row(name, kind, report))
    found = research_task()
    await create_table_artifact(  # type: ignore[misc] # awaitable inside a running loop
        key="ingest-summary",
        table=rows,
        description=(
            f"{found.launches} launches worked in, {found.tools} tools brought up to date, "
            f"{found.facts} facts read"
        ),
    )
    good = sum(row["outcome"] in {"ok", "ok_empty", "unchanged"} for row in rows)
    message = f"{good} of {len(rows)} sources read, {sum(row['new'] for row in rows)} new launches"
    return Completed(message=message) if good or not rows else Failed(message=message)


def _row(name: str, kind: str, report: object) -> dict[str, Any]:
    if isinstance(report, SourceReport):
        return {
            "source": name,
            "kind": kind,
            "outcome": str(report.outcome),
            "launches": report.launches,
            "new": report.new,
            "reason": report.reason or "",
        }
    return {
        "source": name,
        "kind": kind,
        "outcome": str(Outcome.FAILED),
        "launches": 0,
        "new": 0,
        "reason": str(report),
    }
