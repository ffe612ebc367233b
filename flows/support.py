"""What all flows share: parts per task, which errors are worth another try, lateness, progress."""

from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
from prefect import get_client, get_run_logger, runtime
from prefect.client.schemas.objects import State, StateType

from digest.errors import (
    FetchError,
    LateError,
    MailboxError,
    SchemaError,
    StoreError,
    TransportError,
)
from digest.settings import load_settings
from digest.wiring import Resources, open_resources

PASSING = (StoreError, OSError)
"""Trouble that may be over in a minute; what else there is says so itself or needs a person."""
PUT_OFF = ("AwaitingRetry", "AwaitingConcurrencySlot")
"""States that make a run wait longer without making it due anew."""


@contextmanager
def parts() -> Iterator[Resources]:
    """Open the parts inside one task: handles never cross from one task to another."""
    with open_resources(load_settings()) as resources:
        yield resources


async def is_worth_retrying(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Return True for trouble that passes by itself, False for what a person has to mend."""
    try:
        await state.aresult()
    except (FetchError, MailboxError, TransportError) as error:
        return not error.permanent
    except (SchemaError, TimeoutError):  # a task out of time may still have a thread at work
        return False
    except PASSING:
        return True
    except Exception:  # noqa: BLE001 # any other error is a mistake of ours: never retried
        return False
    return False


def due_time(states: Sequence[State[Any]]) -> datetime | None:
    """
    Give when a run was due to start: its planned time, or when it was last resumed.

    Args:
        states: All states of the run, oldest first.

    Returns:
        The time; None for a run that nobody planned, started in a process of its own.
    """
    due = [
        state.state_details.scheduled_time
        for state in states
        if state.type is StateType.SCHEDULED and state.name not in PUT_OFF
    ]
    return due[-1] if due else None


def refuse_when_late(
    week: str | None, *, due: datetime | None, after_hours: float, now: datetime
) -> None:
    """
    Stop a run that starts too long after its time: its readers would get old news.

    Raises:
        LateError: More than ``after_hours`` lie between ``due`` and ``now``.
    """
    if due is None or now - due <= timedelta(hours=after_hours):
        return
    raise LateError(
        week or "of this run",
        f"was due at {due:%Y-%m-%d %H:%M} UTC, more than {after_hours:g} hours ago; "
        "nothing is sent: start it by hand if it should still go out",
    )


async def due_of_this_run() -> datetime | None:
    """Ask Prefect when this run was due; its own planned time does not move when it is resumed."""
    async with get_client() as client:
        states = await client.read_flow_run_states(runtime.flow_run.id)
    return due_time(sorted(states, key=lambda state: state.timestamp))


async def show(artifact: Awaitable[Any]) -> None:
    """Show progress; a Prefect server that is away for a moment does not stop the work."""
    try:
        await artifact
    except httpx.HTTPError as error:
        get_run_logger().warning("progress is not shown: %s", error)
