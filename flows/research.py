"""Look at the own pages of the newest tools, after each ingest or once a day."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from prefect import flow, runtime, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from digest.catalogue.own_pages import in_batches
from digest.model import Visit
from digest.model.wording import counted
from digest.steps.enrich import PageReport, enrich
from digest.steps.visits import TOOLS_A_RUN, due_visits
from flows.support import is_worth_retrying, parts

TASKS_AT_ONCE = 4
"""Batches in work at the same time, each with up to 40 hosts."""

Limit = Annotated[int, Field(ge=1, le=1_000, description="Most tools of one run, the newest first")]


@task(
    name="visit-pages",
    task_run_name="visit {first} and {others} more",
    tags={"digest", "research"},
    retries=2,
    retry_delay_seconds=[30, 120],
    retry_jitter_factor=0.3,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=3600,
    cache_policy=NO_CACHE,
)
async def visit_pages(first: str, others: int, visits: list[Visit]) -> list[PageReport]:
    """
    Visit a batch of pages, and those they lead to: about 50 to 150 in all.

    Every page is noted as soon as it was seen, so a batch that is tried again goes on where it was;
    a page in trouble has its own next time, and does not make the batch fail.
    """
    del first, others  # they are the run's name
    with parts() as resources:
        async with resources.fetcher() as fetcher:
            reports = await enrich(visits, parts=resources.enrich_parts(fetcher))
    return list(reports)


async def visit_group(
    batches: Sequence[Sequence[Visit]], places: asyncio.Semaphore
) -> list[State[Any]]:
    """Visit the batches of one group one after the other: no host is asked by two tasks at once."""
    ends: list[State[Any]] = []
    for batch in batches:
        async with places:
            run: Any = visit_pages(batch[0].url, len(batch) - 1, list(batch), return_state=True)
            ends.append(await run)
    return ends


def _choose(limit: int) -> tuple[Visit, ...]:
    with parts() as resources:
        return due_visits(resources.db, now=resources.settings.clock(), limit=limit)


def _run_name() -> str:
    return f"research-{runtime.flow_run.scheduled_start_time:%Y-%m-%d-%H%M}"


@flow(name="research", flow_run_name=_run_name, timeout_seconds=4 * 3600)
async def research(limit: Limit = TOOLS_A_RUN) -> State[Any]:
    """
    Look at the pages that are due, groups of hosts side by side.

    The run fails when a batch broke; pages in trouble are shown in the summary.
    """
    visits = await asyncio.to_thread(_choose, limit)
    places = asyncio.Semaphore(TASKS_AT_ONCE)
    groups = [visit_group(batches, places) for batches in in_batches(visits)]
    ends = [end for group in await asyncio.gather(*groups) for end in group]
    reports: list[PageReport] = []
    for end in ends:
        if end.is_completed():
            reports += await end.aresult()
    await acreate_table_artifact(
        key="research-summary",
        table=[page_row(report) for report in reports],
        description=f"{counted(len(reports), 'page')} of {counted(len(visits), 'site')} looked at",
    )
    return ending(reports, broken=sum(not end.is_completed() for end in ends))


def page_row(report: PageReport) -> dict[str, Any]:
    """Give a page's line of the summary."""
    return {
        "tool": report.tool,
        "page": str(report.role),
        "outcome": str(report.outcome),
        "facts": report.facts,
        "url": report.url,
        "reason": report.reason or "",
    }


def ending(reports: Sequence[PageReport], *, broken: int) -> State[Any]:
    """Give the state a run ends in: failed only where a batch of visits broke."""
    counts = Counter(str(report.outcome) for report in reports)
    told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
    facts = counted(sum(report.facts for report in reports), "fact")
    message = f"{counted(len(reports), 'page')} ({told or 'none due'}), {facts}"
    if broken:
        return Failed(message=f"{message}; {counted(broken, 'batch', 'batches')} broke")
    return Completed(message=message)
