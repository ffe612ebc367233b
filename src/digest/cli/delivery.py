"""Commands for operators: see what became of every mail of an issue, decide what is uncertain."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from digest.cli.output import JsonFlag, WeekArgument, print_json, print_table
from digest.cli.send import count_document
from digest.model import DeliveryState
from digest.model.wording import counted

if TYPE_CHECKING:
    from digest.steps.overview import Overview
    from digest.wiring import Resources

LISTED = 1000
"""Deliveries that are listed unless more are asked for."""


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


@deliveries.command("resolve")
def resolve_command(
    week: WeekArgument,
    by: Annotated[str, typer.Option(help="Name of the person who decides.")],
    decision: Annotated[
        Decision | None,
        typer.Option("--as", help="accepted: it arrived; queued: send it again, maybe twice."),
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Only this recipient; unset, all uncertain ones.")
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(
            help="Log of the relay (Postfix), or a file with a Message-ID a line; - is standard "
            "input. What it names was accepted."
        ),
    ] = None,
) -> None:
    """Decide about uncertain mails: the connection was lost before the server's answer."""
    from digest.settings import load_settings
    from digest.wiring import open_resources

    if (log is None) == (decision is None) or (log is not None and address is not None):
        raise typer.BadParameter(
            "give either --as (for all, or for one --address) or --log",
            param_hint="'--as' / '--log'",
        )
    with open_resources(load_settings()) as resources:
        if log is not None:
            _resolve_by_log(resources, week, log, by=by)
        elif decision is not None:
            _resolve_by_word(resources, week, decision, address=address, by=by)


def _resolve_by_word(
    resources: "Resources", week: str, decision: Decision, *, address: str | None, by: str
) -> None:
    from digest.steps.resolving import resolve_uncertain

    state = DeliveryState(decision.value)
    now = resources.settings.clock()
    number = resolve_uncertain(resources.db, week, address=address, state=state, by=by, now=now)
    typer.echo(f"{week}: {counted(number, 'uncertain mail')} now {state}")
    if number and decision is Decision.QUEUED:
        typer.echo(f"send again with: digest send {week}")


def _resolve_by_log(resources: "Resources", week: str, log: Path, *, by: str) -> None:
    from digest.delivery.relaylog import taken
    from digest.steps.resolving import resolve_by_log

    if str(log) == "-":
        found = taken(sys.stdin)
    else:
        with log.open(encoding="utf-8", errors="replace") as lines:
            found = taken(lines)
    done = resolve_by_log(
        resources.db,
        week,
        taken=found,
        secret=resources.secret,
        domain=resources.brand.domain,
        by=by,
        now=resources.settings.clock(),
    )
    typer.echo(f"{week}: {counted(done.accepted, 'uncertain mail')} now accepted, by the log")
    if done.left:
        typer.echo(
            f"{counted(done.left, 'mail')} still uncertain, which the log does not name: "
            f"digest deliveries resolve {week} --as accepted|queued --by NAME"
        )


@deliveries.command("list")
def deliveries_command(
    week: WeekArgument,
    state: Annotated[
        DeliveryState | None, typer.Option(help="Only deliveries in this state.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="List at most so many; how many more there are is said.")
    ] = LISTED,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Count an issue's deliveries by state; with --state, list them with the server's words."""
    from digest.settings import load_settings
    from digest.steps.overview import overview
    from digest.steps.send import deliveries_of
    from digest.wiring import open_resources, real_time

    with open_resources(load_settings()) as resources:
        count, listed = deliveries_of(resources.db, week, state=state, limit=limit)
        more = count.states.get(state, 0) - len(listed) if state else 0
        if as_json:
            document = {"week": week, **count_document(count)}
            if state is not None:
                document["deliveries"] = [item.model_dump(mode="json") for item in listed]
                document["more"] = more
            print_json(document)
            return
        seen = overview(resources.db, week, rules=resources.send_rules(), now=real_time())
    rows = [(s, n) for s, n in count.states.items() if n]
    print_table(f"{week}: {seen.state}, audience {count.audience}", ("state", "deliveries"), rows)
    if state is not None:
        shown = [(d.address, d.attempts, d.reply, d.changed_at) for d in listed]
        print_table(str(state), ("address", "attempts", "reply", "since (UTC)"), shown)
        if more:
            typer.echo(f"and {more} more: --limit {len(listed) + more} lists all")
    if count.taken_over:
        taken = counted(count.taken_over, "mail")
        typer.echo(f"{taken} taken over from a sender that stopped in the middle")
    for line in _told(seen):
        typer.echo(line)


def _told(seen: "Overview") -> list[str]:
    """Say what an operator should know beside the numbers, and what to do next."""
    from digest.steps.overview import next_steps

    lines = []
    if not seen.count.sums:
        lines.append("the states do not add up to the audience: restore no row by hand, report it")
    if seen.orders:
        last = seen.orders[-1]
        lines.append(f"{last.kind} by {last.words}, {last.ordered_at:%Y-%m-%d %H:%M} UTC")
    if seen.stops_at is not None and seen.waiting:
        lines.append(f"what still waits is given up at {seen.stops_at:%Y-%m-%d %H:%M} UTC")
    slowed = [each for each in seen.slow if each.is_slowed]
    lines += [
        f"{each.domain} is slowed to {each.a_minute:g} mails a minute, the next at "
        f"{each.next_at:%H:%M:%S} UTC, since it said {each.reply!r}"
        for each in slowed
    ]
    return [*lines, *next_steps(seen)]
