"""Send an approved issue: refused unless approved; may be run again, adds nothing the second time."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

from prefect import flow, task
from prefect.artifacts import (
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from pydantic import Field

from digest.model import DeliveryCount
from digest.steps.send import send_issue
from flows.support import is_worth_retrying, parts, refuse_when_late

Week = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-W\d{2}$", description="ISO week of the approved issue, such as 2026-W47"
    ),
]


@task(
    name="send-issue",
    task_run_name="send {week}",
    retries=3,
    retry_delay_seconds=[60, 300, 900],
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=6 * 3600,
    cache_policy=NO_CACHE,
)
async def send_task(week: str) -> DeliveryCount:
    """Drain the week's ledger in a thread of its own; the progress artifact follows it."""
    artifact = await create_progress_artifact(  # type: ignore[misc] # awaitable inside a loop
        progress=0.0, key=f"send-{week.lower()}", description=f"Mails of {week} with a named end"
    )
    seen = (0, 0)

    def note(done: int, audience: int) -> None:
        nonlocal seen
        seen = (done, audience)

    def work() -> DeliveryCount:
        with parts() as resources, resources.transport() as transport:
            return send_issue(
                week, parts=resources.send_parts(), transport=transport, on_progress=note
            )

    running = asyncio.create_task(asyncio.to_thread(work))
    while not running.done():
        await asyncio.wait({running}, timeout=2)
        done, audience = seen
        percent = 100.0 * done / audience if audience else 0.0
        await update_progress_artifact(artifact_id=artifact, progress=percent)  # type: ignore[misc] # as above
    return running.result()


@flow(name="send", flow_run_name="send-{week}", timeout_seconds=8 * 3600)
async def send(week: Week) -> DeliveryCount:
    """Send the week's approved issue to everybody in its frozen audience."""
    with parts() as resources:
        settings = resources.settings
    refuse_when_late(week, after_hours=settings.late_after_hours, now=datetime.now(UTC))
    count = await send_task(week)
    await create_table_artifact(  # type: ignore[misc] # awaitable inside a running loop
        key=f"deliveries-{week.lower()}",
        table=[{"state": str(state), "deliveries": n} for state, n in count.states.items() if n],
        description=f"{week}: audience {count.audience}, states add up: {count.sums}",
    )
    return count
