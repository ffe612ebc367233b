"""Runs that send one issue together: start them once, and show which they are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
from prefect import get_client, get_run_logger
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound

DEPLOYMENT = "send-shard/send-shard"


async def start_shards(week: str, *, number: int, parent: UUID | str) -> list[FlowRun]:
    """
    Start so many more runs that send the week's issue; gives those that there are now.

    A parent that runs again finds those it has started. They are its subruns: cancelled with it.
    One that cannot be started is told of and does without: the others send its share.
    """
    started = []
    async with get_client() as client:
        for each in range(1, number + 1):
            try:
                run = await arun_deployment(
                    DEPLOYMENT,
                    client=client,
                    parameters={"week": week},
                    flow_run_name=f"send-{week}-shard-{each}",
                    timeout=0,
                    idempotency_key=f"{parent}-shard-{each}",
                )
            except (ObjectNotFound, httpx.HTTPError) as error:
                get_run_logger().warning(
                    "shard %d is not started (%s); is send-shard deployed? Others send its share",
                    each,
                    str(error) or type(error).__name__,
                )
            else:
                started.append(run)
    return started


async def show_shards(week: str, runs: Sequence[FlowRun]) -> None:
    """Show the runs that send together, each with the address of its page."""
    await acreate_table_artifact(
        key=f"shards-{week.lower()}",
        table=[shard_row(run.name, run.id) for run in runs],
        description=f"Runs that send {week} beside this one",
    )


async def show_share(week: str, *, name: str, ended: int) -> None:
    """Show how many mails got their named end in this run."""
    await acreate_table_artifact(
        key=f"share-{week.lower()}",
        table=[{"run": name, "deliveries": ended}],
        description=f"What this run did of {week}; each run that sends leaves one of these",
    )


def shard_row(name: str, run: UUID | str) -> dict[str, Any]:
    """Give a run as a line of the table."""
    return {"shard": name, "run": f"[{run}](/runs/flow-run/{run})"}
