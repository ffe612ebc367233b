"""What all flows share: parts per task, which errors are worth another try, lateness."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from prefect import runtime
from prefect.client.schemas.objects import State

from digest.errors import FetchError, LateError, SchemaError, StoreError, TransportError
from digest.settings import load_settings
from digest.wiring import Resources, open_resources

PASSING = (StoreError, TransportError, FetchError, OSError)
"""Trouble that may be over in a minute; everything else needs a person, not another try."""


@contextmanager
def parts() -> Iterator[Resources]:
    """Open the parts inside one task: handles never cross from one task to another."""
    with open_resources(load_settings()) as resources:
        yield resources


async def is_worth_retrying(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Return True for trouble that passes by itself, False for what a person has to mend."""
    try:
        await state.aresult()
    except SchemaError:
        return False
    except (FetchError, TransportError) as error:
        return not error.permanent
    except PASSING:
        return True
    except Exception:  # noqa: BLE001 # any other error is a mistake of ours: never retried
        return False
    return False


def refuse_when_late(week: str | None, *, after_hours: float, now: datetime) -> None:
    """
    Stop a scheduled run that starts too long after its time: its readers would get old news.

    Raises:
        LateError: More than ``after_hours`` lie between the planned start and ``now``.
    """
    planned: datetime | None = runtime.flow_run.scheduled_start_time
    if planned is None or now - planned <= timedelta(hours=after_hours):
        return
    raise LateError(
        week or "of this run",
        f"was due at {planned:%Y-%m-%d %H:%M} UTC, more than {after_hours:g} hours ago; "
        "nothing is sent: start it by hand if it should still go out",
    )
