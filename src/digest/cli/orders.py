"""Commands for operators: pause, resume or cancel an issue, and see what slows mail down."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, WeekArgument, print_json, print_table
from digest.model import DeliveryState, OrderKind
from digest.model.wording import counted

if TYPE_CHECKING:
    from digest.steps.ordering import Ordered

ByOption = Annotated[str, typer.Option("--by", help="Name of the person who orders it.")]
BecauseOption = Annotated[
    str | None, typer.Option("--because", help="Why, in a few words; kept with the order.")
]


def pause_command(
    week: WeekArgument, by: ByOption, because: BecauseOption = None, *, as_json: JsonFlag = False
) -> None:
    """Pause an approved issue, or one that is being sent: senders stop at their next few mails."""
    _order(OrderKind.PAUSE, week, by=by, because=because, as_json=as_json)


def resume_command(
    week: WeekArgument, by: ByOption, because: BecauseOption = None, *, as_json: JsonFlag = False
) -> None:
    """Let a paused issue go on; then digest send."""
    _order(OrderKind.RESUME, week, by=by, because=because, as_json=as_json)


def cancel_command(
    week: WeekArgument, by: ByOption, because: BecauseOption = None, *, as_json: JsonFlag = False
) -> None:
    """Cancel an issue for good: what was not sent of it never is."""
    _order(OrderKind.CANCEL, week, by=by, because=because, as_json=as_json)


def throttles_command(*, as_json: JsonFlag = False) -> None:
    """Show how fast mail may go: limits that were set, and domains that asked for less."""
    from digest.settings import load_settings
    from digest.steps.overview import slow_domains
    from digest.wiring import open_resources, real_time

    with open_resources(load_settings()) as resources:
        found = slow_domains(resources.db, rules=resources.send_rules(), now=real_time())
    if as_json:
        print_json(found)
        return
    rows = [
        (
            each.domain or "all mail",
            f"{each.a_minute:g}",
            None if each.limit_a_minute is None else f"{each.limit_a_minute:g}",
            each.next_at,
            each.reply,
        )
        for each in found
    ]
    columns = ("to", "a minute", "set", "next (UTC)", "slowed by")
    print_table("limits", columns, rows)


def _order(kind: OrderKind, week: str, *, by: str, because: str | None, as_json: bool) -> None:
    from digest.settings import load_settings
    from digest.steps.ordering import give_order
    from digest.wiring import open_resources, real_time

    settings = load_settings()
    with open_resources(settings) as resources:
        done = give_order(
            resources.db,
            week,
            kind,
            by=by,
            because=because,
            now=settings.clock(),
            real_now=real_time(),
        )
    if as_json:
        states = {state: number for state, number in done.count.states.items() if number}
        print_json(
            {
                **done.order.model_dump(mode="json"),
                "state": done.state,
                "audience": done.count.audience,
                "states": states,
                "sums": done.count.sums,
            }
        )
        return
    for line in _said(done):
        typer.echo(line)


def _said(done: "Ordered") -> list[str]:
    """Say what an order came to, and what is left to do."""
    order, count = done.order, done.count
    held = count.states.get(DeliveryState.LEASED, 0)
    under_way = f"; {counted(held, 'mail')} under way may still arrive" if held else ""
    match order.kind:
        case OrderKind.PAUSE:
            mend = f"digest resume {order.week} --by NAME"
            return [f"{order.week}: paused by {order.words}{under_way}", f"to go on: {mend}"]
        case OrderKind.RESUME:
            lines = [f"{order.week}: {done.state} again, by {order.words}"]
            return [*lines, f"it goes on with: digest send {order.week}"]
        case OrderKind.CANCEL:
            kept = count.states.get(DeliveryState.SUPPRESSED, 0)
            unsent = f"; {counted(kept, 'mail')} will not be sent" if kept else ""
            return [f"{order.week}: cancelled for good by {order.words}{unsent}{under_way}"]
