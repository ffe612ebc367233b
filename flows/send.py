"""Send an approved issue: refused unless approved; may be run again, adds nothing the second time."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Annotated, Any

import anyio
from prefect import flow, task
from prefect.artifacts import (
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from digest.model import DeliveryCount
from digest.steps.send import send_issue
from flows.support import due_of_this_run, is_worth_retrying, parts, refuse_when_late, show

LOOK_EVERY_S = 2.0

Week = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-W\d{2}$", description="ISO week of the approved issue, such as 2026-W47"
    ),
]


@task(
    name="send-issue",
    task_run_name="send {week}",
    tags={"digest", "send"},
    retries=3,
    retry_delay_seconds=[60, 300, 900],
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=6 * 3600,
    cache_policy=NO_CACHE,
)
async def send_task(week: str) -> DeliveryCount:
    """
    Drain the week's ledger in a thread of its own; the progress artifact follows it.

    Cancelled or out of time, the thread ends its group of mails and lets the others go.
    """
    artifact = await acreate_progress_artifact(
        progress=0.0, key=f"send-{week.lower()}", description=f"Mails of {week} with a named end"
    )
    seen = (0, 0)
    stop = threading.Event()

    def note(done: int, audience: int) -> None:
        nonlocal seen
        seen = (done, audience)

    def work() -> DeliveryCount:
        with parts() as resources, resources.transport() as transport:
            return send_issue(
                week,
                parts=resources.send_parts(),
                transport=transport,
                stop=stop.is_set,
                on_progress=note,
            )

    running = asyncio.create_task(asyncio.to_thread(work))
    try:
        while not running.done():
            await asyncio.wait({running}, timeout=LOOK_EVERY_S)
            done, audience = seen
            percent = 100.0 * done / audience if audience else 0.0
            await show(aupdate_progress_artifact(artifact_id=artifact, progress=percent))
    finally:
        stop.set()
        with anyio.CancelScope(shield=True):  # a time-out would cut this wait short as well
            await asyncio.wait({running})
    return running.result()


async def send_and_show(week: str) -> State[Any]:
    """Send, show the deliveries by state as a table, and give the run's end."""
    count = await send_task(week)
    await acreate_table_artifact(
        key=f"deliveries-{week.lower()}",
        table=[{"state": str(state), "deliveries": n} for state, n in count.states.items() if n],
        description=f"{week}: audience {count.audience}, states add up: {count.sums}",
    )
    return ending(week, count)


def ending(week: str, count: DeliveryCount) -> State[Any]:
    """Give the state a run ends in: failed while somebody's mail still needs a sender."""
    states = ", ".join(f"{number} {state}" for state, number in count.states.items() if number)
    message = f"{week}: {states} of {count.audience}"
    if count.is_finished:
        return Completed(message=message)
    return Failed(message=f"{message}; start the deployment send for {week} to go on")


@flow(name="send", flow_run_name="send-{week}", timeout_seconds=8 * 3600)
async def send(week: Week) -> State[Any]:
    """Send the week's approved issue to everybody in its frozen audience."""
    with parts() as resources:
        after_hours = resources.settings.late_after_hours
    due = await due_of_this_run()
    refuse_when_late(week, due=due, after_hours=after_hours, now=datetime.now(UTC))
    return await send_and_show(week)
