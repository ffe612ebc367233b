"""Commands for operators: send an approved issue, and see what became of every mail."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from digest.cli.output import JsonFlag, WeekArgument, errors, print_json, print_table
from digest.model import DeliveryCount, DeliveryState
from digest.settings import load_settings
from digest.steps.send import deliveries_of, send_issue
from digest.steps.stopping import stopping_on_signals
from digest.wiring import open_resources

NOT_ALL_ACCEPTED = 3
"""Exit code: the run is over, but some recipients were refused, put off, or are uncertain."""


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("send")(send_command)
    app.command("deliveries")(deliveries_command)


def send_command(week: WeekArgument, *, as_json: JsonFlag = False) -> None:
    """
    Send the approved issue to everybody in its audience; may be killed and run again.

    Exit 3 when it is over and not everybody's mail was accepted.
    """
    settings = load_settings()
    with (
        open_resources(settings) as resources,
        resources.transport() as transport,
        stopping_on_signals() as stop,
        Progress(
            TextColumn("sending"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=errors(),
        ) as progress,
    ):
        bar = progress.add_task("sending", total=None)

        def show(done: int, audience: int) -> None:
            progress.update(bar, total=audience, completed=done)

        count = send_issue(
            week, parts=resources.send_parts(), transport=transport, stop=stop, on_progress=show
        )
    if as_json:
        print_json({"week": week, **_counted(count)})
    else:
        states = ", ".join(f"{n} {s}" for s, n in count.states.items() if n)
        typer.echo(f"{week}: {states} of {count.audience}")
    happy = (DeliveryState.ACCEPTED, DeliveryState.SUPPRESSED)
    if sum(count.states.get(state, 0) for state in happy) < count.audience:
        errors().print(
            f"digest: not every mail of {week} was accepted; "
            f"look at each with: digest deliveries {week} --state rejected"
        )
        raise typer.Exit(NOT_ALL_ACCEPTED)


def _counted(count: DeliveryCount) -> dict[str, object]:
    return {
        "audience": count.audience,
        "states": {state: number for state, number in count.states.items() if number},
        "sums": count.sums,
    }


def deliveries_command(
    week: WeekArgument,
    state: Annotated[
        DeliveryState | None, typer.Option(help="Only deliveries in this state.")
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Count an issue's deliveries by state; with --state, list them with the server's words."""
    settings = load_settings()
    with open_resources(settings) as resources:
        count, listed = deliveries_of(resources.db, week, state=state)
    if as_json:
        document = _counted(count)
        if state is not None:
            document["deliveries"] = [item.model_dump(mode="json") for item in listed]
        print_json(document)
        return
    rows = [(s, n) for s, n in count.states.items() if n]
    print_table(f"{week}: audience {count.audience}", ("state", "deliveries"), rows)
    if state is not None:
        shown = [(d.address, d.attempts, d.reply, f"{d.changed_at:%Y-%m-%d %H:%M}") for d in listed]
        print_table(str(state), ("address", "attempts", "reply", "since"), shown)
