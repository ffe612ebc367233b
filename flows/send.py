"""
Send an approved issue: refused unless approved; may be run again, adds nothing the second time.

Several runs can send one issue, on as many machines: ``send`` with ``shards`` opens the issue,
starts the others (``send_shard``) and is one of them. Each is a whole, resumable sender on the one
ledger and claims what is next whenever it is free (FOR UPDATE SKIP LOCKED): a shard is what its
worker can take, no fixed part. A slow machine holds nobody up, and a dead one's share is taken by
the others once its leases have run out.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import anyio
from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import (
    acreate_progress_artifact,
    acreate_table_artifact,
    aupdate_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import Field

from digest.errors import StoreError
from digest.model import DeliveryCount
from digest.steps.send import deliveries_of
from digest.steps.sharing import Share, join_send, lead_send, open_send
from flows.shards import show_shards, show_share, start_shards
from flows.support import due_of_this_run, is_worth_retrying, parts, refuse_when_late, show
from flows.telling import Told

LOOK_EVERY_S = 5.0
"""Seconds between two looks at the ledger: counting a million deliveries takes a third of one."""
MOST_SHARDS = 32

Week = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-W\d{2}$", description="ISO week of the approved issue, such as 2026-W47"
    ),
]
Shards = Annotated[
    int,
    Field(
        ge=1,
        le=MOST_SHARDS,
        description="Runs that send together, on as many machines; more than 1 needs PostgreSQL",
    ),
]


@task(
    name="open-send",
    task_run_name="open {week}",
    tags={"digest", "send"},
    retries=3,
    retry_delay_seconds=[10, 60, 300],
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=900,
    cache_policy=NO_CACHE,
)
async def open_task(week: str, shards: int) -> bool:
    """Let the issue pass the gate and freeze its audience, so that others can join in."""
    told = Told(week, get_run_logger())
    return await asyncio.to_thread(_open, week, shards, told)


def _open(week: str, shards: int, told: Told) -> bool:
    with parts() as resources:
        return open_send(week, parts=resources.send_parts(), shards=shards, on_remark=told.remark)


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
async def send_task(week: str) -> Share:
    """Drain the week's ledger to its end; the progress artifact follows the whole issue."""
    told = Told(week, get_run_logger())
    artifact = await acreate_progress_artifact(
        progress=0.0, key=f"send-{week.lower()}", description=told.described
    )
    reached = 0.0

    def work(stop: Callable[[], bool]) -> Share:
        with parts() as resources, resources.transport() as transport:
            for sentence in resources.signing_remarks():
                told.remark(sentence)
            return lead_send(
                week,
                parts=resources.send_parts(),
                transport=transport,
                stop=stop,
                on_trouble=told.troubles,
                on_remark=told.remark,
            )

    async def look() -> None:
        nonlocal reached
        percent = await asyncio.to_thread(_percent, week)
        reached = reached if percent is None else percent
        await show(
            aupdate_progress_artifact(
                artifact_id=artifact, progress=reached, description=told.described
            )
        )

    return await in_a_thread(work, look=look)


@task(
    name="send-share",
    task_run_name="share of {week}",
    tags={"digest", "send"},
    retries=3,
    retry_delay_seconds=[60, 300, 900],
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=6 * 3600,
    cache_policy=NO_CACHE,
)
async def share_task(week: str) -> Share:
    """Send of an issue under way what is there to be taken."""
    told = Told(week, get_run_logger())

    def work(stop: Callable[[], bool]) -> Share:
        with parts() as resources, resources.transport() as transport:
            return join_send(
                week,
                parts=resources.send_parts(),
                transport=transport,
                stop=stop,
                on_trouble=told.troubles,
            )

    return await in_a_thread(work)


async def _nothing() -> None:
    """Look at nothing."""


async def in_a_thread(
    work: Callable[[Callable[[], bool]], Share], *, look: Callable[[], Awaitable[None]] = _nothing
) -> Share:
    """
    Send in a thread of its own, and look now and then how far it is.

    Cancelled or out of time, the thread ends its group of mails and lets the others go.
    """
    stop = threading.Event()
    running = asyncio.create_task(asyncio.to_thread(work, stop.is_set))
    try:
        while not running.done():
            await asyncio.wait({running}, timeout=LOOK_EVERY_S)
            await look()
    finally:
        stop.set()
        with anyio.CancelScope(shield=True):  # a time-out would cut this wait short as well
            await asyncio.wait({running})
    return running.result()


def _percent(week: str) -> float | None:
    """Give how much of the whole issue has its named end; None while the ledger is away."""
    try:
        with parts() as resources:
            count, _ = deliveries_of(resources.db, week, state=None)
    except StoreError:  # the sender waits for it and says so
        return None
    return 100.0 * count.settled / count.audience if count.audience else 0.0


async def send_and_show(week: str, *, shards: int = 1) -> State[Any]:
    """Send, alone or with other runs, show the deliveries by state, and give the run's end."""
    if shards > 1 and await open_task(week, shards):
        parent = runtime.flow_run.id
        runs = await start_shards(week, number=shards - 1, parent=parent)
        await show_shards(week, runs)
    share = await send_task(week)
    if shards > 1:
        await show_share(week, name=runtime.flow_run.name, ended=share.ended)
    count = share.count
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


def share_ending(week: str, share: Share) -> State[Any]:
    """Give the state a shard ends in: completed, since the run that started it sees to the rest."""
    left = share.count.audience - share.count.settled
    rest = share.over or f"{left} are with other senders or due later"
    return Completed(message=f"{week}: {share.ended} by this shard; {rest}")


@flow(name="send", flow_run_name="send-{week}", timeout_seconds=8 * 3600)
async def send(week: Week, shards: Shards = 1) -> State[Any]:
    """Send the week's approved issue to everybody in its frozen audience."""
    with parts() as resources:
        after_hours = resources.settings.late_after_hours
    due = await due_of_this_run()
    refuse_when_late(week, due=due, after_hours=after_hours, now=datetime.now(UTC))
    return await send_and_show(week, shards=shards)


@flow(name="send-shard", timeout_seconds=8 * 3600)
async def send_shard(week: Week) -> State[Any]:
    """Help a send that another run began; ends well when the issue is sent, paused or cancelled."""
    share = await share_task(week)
    await show_share(week, name=runtime.flow_run.name, ended=share.ended)
    return share_ending(week, share)
