"""The command that sends an approved issue: how far it is, what went wrong, what is left."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from digest.cli.output import JsonFlag, WeekArgument, print_json, remark
from digest.model import DeliveryCount, DeliveryState
from digest.model.wording import counted

if TYPE_CHECKING:
    from digest.wiring import Resources

NOT_ALL_ACCEPTED = 3
"""Exit code: the run is over, but some recipients were refused, put off, or are uncertain."""
HALTED = 4
"""Exit code: the issue is paused or cancelled, before or during the run."""
WAITING = (DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.DEFERRED)
TROUBLED = (DeliveryState.REJECTED, DeliveryState.UNCERTAIN, DeliveryState.DEFERRED)


class AfterRestore(StrEnum):
    """What a person can say of mails that wait in a restored database."""

    UNCERTAIN = "uncertain"
    QUEUED = "queued"


def send_command(
    week: WeekArgument,
    after_restore: Annotated[
        AfterRestore | None,
        typer.Option(
            help="Of a database restored from a backup. uncertain: put what waits in doubt, and send "
            "nothing; queued: nothing was sent after that backup, so send it."
        ),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """
    Send the approved issue to everybody in its audience; may be killed and run again.

    Exit 3 when it is over and not everybody's mail was accepted, 4 when it is paused or cancelled.
    """
    from digest.errors import HaltedError
    from digest.settings import load_settings
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        if after_restore is not None and _in_doubt(resources, week, after_restore):
            raise typer.Exit(NOT_ALL_ACCEPTED)
        for text in resources.signing_remarks():
            remark(text)
        try:
            count = _sent(resources, week)
        except HaltedError as error:
            remark(str(error))
            raise typer.Exit(HALTED) from error
    if as_json:
        print_json({"week": week, **count_document(count)})
    else:
        states = ", ".join(f"{number} {state}" for state, number in count.states.items() if number)
        typer.echo(f"{week}: {states} of {count.audience}")
    happy = _sum(count, (DeliveryState.ACCEPTED, DeliveryState.SUPPRESSED))
    if happy < count.audience:
        say_what_is_left(week, count, left=count.audience - happy)
        raise typer.Exit(NOT_ALL_ACCEPTED)


def _sent(resources: "Resources", week: str) -> DeliveryCount:
    """Send, and show how far it is; a signal ends it tidily."""
    from digest.steps.send import send_issue
    from digest.steps.stopping import stopping_on_signals

    with resources.transport() as transport, stopping_on_signals() as stop, _bar() as show:
        return send_issue(
            week,
            parts=resources.send_parts(),
            transport=transport,
            stop=stop,
            on_progress=show,
            on_trouble=lambda words: _tell(words or "that is over; sending goes on"),
            on_remark=_tell,
        )


def _tell(sentence: str) -> None:
    """Remark in mid-send: where nobody can hear it, the mails under way must not suffer for it."""
    with suppress(OSError):
        remark(sentence)


def _in_doubt(resources: "Resources", week: str, decision: AfterRestore) -> bool:
    """Take a restored database for what it is; True where mails are in doubt now, so none is sent."""
    from digest.steps.starting import accept_restored
    from digest.wiring import real_time

    is_doubted = decision is AfterRestore.UNCERTAIN
    done = accept_restored(
        resources.db,
        week,
        is_doubted=is_doubted,
        rules=resources.send_rules(),
        marker=resources.marker(),
        now=real_time(),
    )
    if is_doubted:
        for each in done:
            remark(
                f"{each.week}: {counted(each.in_doubt, 'mail')} in doubt now; digest deliveries "
                f"resolve {each.week} --log FILE --by NAME reads the relay's log, --as queued sends "
                "the others"
            )
    return is_doubted


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Give what moves a progress bar on standard error; it appears with the first number."""
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(
        *columns, console=Console(file=cast(IO[str], _Watched())), auto_refresh=False
    )
    bar = progress.add_task("sending", total=None)

    def show(done: int, audience: int) -> None:
        progress.start()  # a second start is none
        progress.update(bar, total=audience, completed=done, refresh=True)

    try:
        yield show
    finally:
        if progress.live.is_started:
            progress.stop()


class _Watched(io.TextIOBase):
    """Standard error; where nobody is there any more, what is written to it goes nowhere."""

    def __init__(self) -> None:
        self._stream = sys.stderr  # the very one: while the bar is there, another stands for it

    def write(self, text: str) -> int:
        """Write what can be written; a send does not end since its terminal was closed."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Let it be seen at once."""
        with suppress(OSError):
            self._stream.flush()

    def isatty(self) -> bool:
        """Return True for a terminal: only there the bar moves."""
        return self._stream.isatty()

    @property
    def encoding(self) -> str:  # type: ignore[override] # what rich asks, no variable there either
        """That of standard error."""
        return self._stream.encoding


def _sum(count: DeliveryCount, states: tuple[DeliveryState, ...]) -> int:
    return sum(count.states.get(state, 0) for state in states)


def say_what_is_left(week: str, count: DeliveryCount, *, left: int) -> None:
    """Say on standard error whose mail was not accepted, and what to do about them."""
    verb = "was" if left == 1 else "were"
    remark(f"{counted(left, 'mail')} of {week} {verb} not accepted")
    for state in TROUBLED:
        if number := count.states.get(state, 0):
            typer.echo(f"  {number} {state}: digest deliveries {week} --state {state}", err=True)
    if waiting := _sum(count, WAITING):
        typer.echo(f"  {waiting} not yet sent: digest send {week}", err=True)


def count_document(count: DeliveryCount) -> dict[str, object]:
    """Give how deliveries stand, as both commands print it in JSON."""
    return {
        "audience": count.audience,
        "states": {state: number for state, number in count.states.items() if number},
        "sums": count.sums,
        **({"taken_over": count.taken_over} if count.taken_over else {}),
    }
