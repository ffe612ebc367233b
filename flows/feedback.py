"""Read what came back of mails, every ten minutes; may be killed, adds nothing the second time."""

import asyncio
import threading
from typing import Any

import anyio
from prefect import flow, runtime, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from digest.model.wording import counted
from digest.steps.collecting import CollectReport, collect_all
from flows.support import is_worth_retrying, parts


@task(
    name="collect-feedback",
    tags={"digest", "feedback"},
    retries=1,
    retry_delay_seconds=60,
    retry_condition_fn=is_worth_retrying,
    timeout_seconds=3600,
    cache_policy=NO_CACHE,
)
async def collect_task() -> CollectReport:
    """Empty the mailboxes in a thread of its own; cancelled, it ends its batch and stops."""
    stop = threading.Event()

    def work() -> CollectReport:
        with parts() as resources:
            return collect_all(
                resources.mailboxes(), parts=resources.collect_parts(), stop=stop.is_set
            )

    running = asyncio.create_task(asyncio.to_thread(work))
    try:
        await asyncio.wait({running})
    finally:
        stop.set()
        with anyio.CancelScope(shield=True):  # a time-out would cut this wait short as well
            await asyncio.wait({running})
    return running.result()


def _run_name() -> str:
    return f"feedback-{runtime.flow_run.scheduled_start_time:%Y-%m-%d-%H%M}"


@flow(name="feedback", flow_run_name=_run_name, timeout_seconds=2 * 3600)
async def feedback() -> State[Any]:
    """Take what servers said and what mailboxes hold; the run fails where a mailbox cannot be read."""
    report = await collect_task()
    sentences = [*report.taken.warnings, *map(str, report.troubles)]
    if sentences:
        await acreate_table_artifact(
            key="feedback-warnings",
            table=[{"look at": sentence} for sentence in sentences],
            description="What came back of mails and wants a person",
        )
    return ending(report)


def ending(report: CollectReport) -> State[Any]:
    """Give the state a run ends in: failed while a mailbox cannot be read."""
    effects = ", ".join(f"{number} {effect}" for effect, number in sorted(report.taken.new.items()))
    message = f"{counted(report.read, 'mail')} read; new: {effects or 'nothing'}"
    for sentence in report.taken.warnings:
        message += f"; {sentence}"
    if report.troubles:
        return Failed(message="; ".join([message, *map(str, report.troubles)]))
    return Completed(message=message)
