"""Commands for operators: send an approved issue, and see what became of every mail."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from digest.cli.output import JsonFlag, WeekArgument, print_json, print_table, remark
from digest.model import DeliveryCount, DeliveryState
from digest.model.wording import counted

NOT_ALL_ACCEPTED = 3
"""Exit code: the run is over, but some recipients were refused, put off, or are uncertain."""
WAITING = (DeliveryState.QUEUED, DeliveryState.LEASED)
TROUBLED = (DeliveryState.REJECTED, DeliveryState.UNCERTAIN, DeliveryState.DEFERRED)


class ListByDefault(TyperGroup):
    """``digest deliveries WEEK`` lists; a word that is a command of the group runs it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the default command before what does not name one."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["list", *args]
        return super().parse_args(ctx, args)


deliveries = typer.Typer(
    name="deliveries",
    cls=ListByDefault,
    no_args_is_help=True,
    help="What became of every mail of an issue: digest deliveries WEEK.",
)


class Decision(StrEnum):
    """What a person can say of an uncertain mail."""

    ACCEPTED = "accepted"
    QUEUED = "queued"


def send_command(week: WeekArgument, *, as_json: JsonFlag = False) -> None:
    """
    Send the approved issue to everybody in its audience; may be killed and run again.

    Exit 3 when it is over and not everybody's mail was accepted.
    """
    from digest.settings import load_settings
    from digest.steps.send import send_issue
    from digest.steps.stopping import stopping_on_signals
    from digest.wiring import open_resources

    with (
        open_resources(load_settings()) as resources,
        resources.transport() as transport,
        stopping_on_signals() as stop,
        _bar() as show,
    ):
        for text in resources.signing_remarks():
            remark(text)
        count = send_issue(
            week, parts=resources.send_parts(), transport=transport, stop=stop, on_progress=show
        )
    if as_json:
        print_json({"week": week, **_counted(count)})
    else:
        states = ", ".join(f"{number} {state}" for state, number in count.states.items() if number)
        typer.echo(f"{week}: {states} of {count.audience}")
    happy = _sum(count, (DeliveryState.ACCEPTED, DeliveryState.SUPPRESSED))
    if happy < count.audience:
        _say_what_is_left(week, count, left=count.audience - happy)
        raise typer.Exit(NOT_ALL_ACCEPTED)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Give what moves a progress bar on standard error; it appears with the first number."""
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), auto_refresh=False)
    bar = progress.add_task("sending", total=None)

    def show(done: int, audience: int) -> None:
        progress.start()  # a second start is none
        progress.update(bar, total=audience, completed=done, refresh=True)

    try:
        yield show
    finally:
        if progress.live.is_started:
            progress.stop()


def _sum(count: DeliveryCount, states: tuple[DeliveryState, ...]) -> int:
    return sum(count.states.get(state, 0) for state in states)


def _say_what_is_left(week: str, count: DeliveryCount, *, left: int) -> None:
    verb = "was" if left == 1 else "were"
    remark(f"{counted(left, 'mail')} of {week} {verb} not accepted")
    for state in TROUBLED:
        if number := count.states.get(state, 0):
            typer.echo(f"  {number} {state}: digest deliveries {week} --state {state}", err=True)
    if waiting := _sum(count, WAITING):
        typer.echo(f"  {waiting} not yet sent: digest send {week}", err=True)


def _counted(count: DeliveryCount) -> dict[str, object]:
    return {
        "audience": count.audience,
        "states": {state: number for state, number in count.states.items() if number},
        "sums": count.sums,
    }


@deliveries.command("resolve")
def resolve_command(
    week: WeekArgument,
    decision: Annotated[
        Decision,
        typer.Option("--as", help="accepted: it arrived; queued: send it again, maybe twice."),
    ],
    by: Annotated[str, typer.Option(help="Name of the person who decides.")],
    address: Annotated[
        str | None, typer.Option(help="Only this recipient; unset, all uncertain ones.")
    ] = None,
) -> None:
    """Decide about uncertain mails: the connection was lost before the server's answer."""
    from digest.settings import load_settings
    from digest.steps.send import resolve_uncertain
    from digest.wiring import open_resources

    settings = load_settings()
    state = DeliveryState(decision.value)
    with open_resources(settings) as resources:
        number = resolve_uncertain(
            resources.db, week, address=address, state=state, by=by, now=settings.clock()
        )
    typer.echo(f"{week}: {counted(number, 'uncertain mail')} now {state}")
    if number and decision is Decision.QUEUED:
        typer.echo(f"send again with: digest send {week}")


@deliveries.command("list")
def deliveries_command(
    week: WeekArgument,
    state: Annotated[
        DeliveryState | None, typer.Option(help="Only deliveries in this state.")
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Count an issue's deliveries by state; with --state, list them with the server's words."""
    from digest.settings import load_settings
    from digest.steps.send import deliveries_of
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        count, listed = deliveries_of(resources.db, week, state=state)
    if as_json:
        document = {"week": week, **_counted(count)}
        if state is not None:
            document["deliveries"] = [item.model_dump(mode="json") for item in listed]
        print_json(document)
        return
    rows = [(s, n) for s, n in count.states.items() if n]
    print_table(f"{week}: audience {count.audience}", ("state", "deliveries"), rows)
    if state is not None:
        shown = [(d.address, d.attempts, d.reply, d.changed_at) for d in listed]
        print_table(str(state), ("address", "attempts", "reply", "since (UTC)"), shown)
