"""Commands over sources' health: how they stand, an operator's word on them, recorded series."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, moment, print_json, print_table, remark
from digest.errors import DigestError
from digest.model.wording import counted, span

if TYPE_CHECKING:
    from digest.steps.doctor import Finding
    from digest.steps.health import SourceHealth
    from digest.wiring import Resources

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
SHOWN = 8
"""Readings of a trend in the table."""
BARS = "▁▂▃▄▅▆▇█"

sources = typer.Typer(
    name="sources",
    invoke_without_command=True,
    help="How every source stands; accept, mute and unmute act on one, doctor tries the parsers.",
)
health = typer.Typer(
    name="health", no_args_is_help=True, help="Try the rules of source health on recorded series."
)

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The source's name in the sources file.")
]
ByOption = Annotated[str, typer.Option("--by", help="Who says so; your user name where unset.")]


@contextmanager
def _opened() -> Iterator["Resources"]:
    from digest.settings import load_settings
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        yield resources


@sources.callback()
def sources_command(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """
    Show how every source stands, from stored readings alone.

    Outcome, trend, last good reading, open incident, next due.
    """
    if context.invoked_subcommand is not None:
        return
    from digest.steps.health import source_healths

    with _opened() as resources:
        found = source_healths(resources.db, resources.sources)
        now = resources.settings.clock()
    if as_json:
        print_json(found)
        return
    columns = ("source", "outcome", "items", "trend", "good", "newest", "due")
    print_table("", columns, [_line(each, now=now) for each in found], of="sources")
    for each in found:
        for sentence in _remarks(each):
            typer.echo(f"{each.name}: {sentence}")


def _line(each: "SourceHealth", *, now: datetime) -> tuple[object, ...]:
    """Give a source's line: its counts against the usual one, ages, and when it is due."""
    counts = [record.items for record in each.trend if record.has_content]
    last = each.latest_items or 0
    return (
        each.name,
        each.outcome or ("never" if each.enabled else "off"),
        f"{last}" if each.usual is None else f"{last} of {each.usual:g}",
        spark(counts[-SHOWN:]),
        each.good_at and span(now - each.good_at),
        each.newest_at and span(now - each.newest_at),
        _due(each, now=now),
    )


def _due(each: "SourceHealth", *, now: datetime) -> str | None:
    if not each.is_asked:
        return None
    is_due = each.next_due_at is None or each.next_due_at <= now
    return "now" if is_due or each.next_due_at is None else f"in {span(each.next_due_at - now)}"


def _remarks(each: "SourceHealth") -> Iterator[str]:
    """Say in sentences what an operator should know of a source."""
    if each.is_supplied:
        yield "its pages are given by hand (digest capture add)"
    elif not each.is_listed:
        yield "no longer in the sources file"
    if not each.enabled:
        yield "switched off in the sources file (enabled = false)"
    incident = each.incident
    if each.reason and incident is None:
        yield f"{each.outcome}, {each.reason}"
    if incident:
        before = "nothing" if incident.items_before is None else f"{incident.items_before} items"
        told = "alert raised" if incident.alerted_at else "no alert yet"
        yield (
            f"{incident.kind} since {incident.opened_at:%Y-%m-%d %H:%M} UTC, "
            f"{counted(incident.suspects, 'reading')} in a row ({told}); "
            f"{before} before, {incident.items} now; {incident.reason}"
        )
    if each.muted_until:
        until = (
            "for good"
            if each.muted_until >= FOR_GOOD
            else f"until {each.muted_until:%Y-%m-%d %H:%M} UTC"
        )
        yield f"muted {until} by {each.muted_by or 'somebody'}"


def spark(counts: Sequence[int]) -> str:
    """Draw counts as bars, the highest full; a dash where there are none."""
    if not counts:
        return "—"
    most = max(*counts, 1)
    return "".join(BARS[round((len(BARS) - 1) * count / most)] for count in counts)


@sources.command("accept")
def accept_command(name: NameArgument, by: ByOption = "") -> None:
    """Make a source's last suspect reading the new normal; the next one is judged by it."""
    from digest.steps.health import accept_source, named_source

    with _opened() as resources:
        source = named_source(resources.sources, name)
        now = resources.settings.clock()
        reading = accept_source(resources.db, source, by=by or _user(), now=now)
    typer.echo(
        f"{name}: {counted(reading.items, 'item')} are the new normal; "
        "the next reading is judged by it, and brings its launches"
    )


@sources.command("mute")
def mute_command(
    name: NameArgument,
    until: Annotated[
        datetime | None,
        typer.Option(
            parser=moment, metavar="ISO", help="Until then; UTC where no offset is given."
        ),
    ] = None,
    days: Annotated[
        float, typer.Option(min=0, max=36_500, help="For so many days; without both, for good.")
    ] = 0,
    by: ByOption = "",
) -> None:
    """Open no incident of a source for a while; an open one ends. It is read as before."""
    from digest.steps.health import mute_source, named_source

    if until and days:
        raise DigestError("--until and --days say the same thing; give one of them")
    with _opened() as resources:
        source = named_source(resources.sources, name)
        now = resources.settings.clock()
        end = until or (now + timedelta(days=days) if days else FOR_GOOD)
        mute_source(resources.db, source, until=end, by=by or _user(), now=now)
    shown = "for good" if end == FOR_GOOD else f"until {end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    typer.echo(f"{name}: muted {shown}")


@sources.command("unmute")
def unmute_command(name: NameArgument) -> None:
    """Let incidents of a source be opened again."""
    from digest.steps.health import named_source, unmute_source

    with _opened() as resources:
        unmute_source(resources.db, named_source(resources.sources, name))
    typer.echo(f"{name}: not muted")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "an operator"


@sources.command("doctor")
def doctor_command(*, as_json: JsonFlag = False) -> None:
    """
    Try every parser on the newest response kept, and on the demo week's look-alikes.

    Nothing is fetched. Exit 1 when one of them reads nothing it should.
    """
    from digest.demo.look_alikes import look_alikes
    from digest.steps.doctor import examine

    with _opened() as resources:
        found = examine(
            resources.db, resources.captures, resources.sources, look_alikes=tuple(look_alikes())
        )
    if as_json:
        print_json(found)
    else:
        for each in found:
            for line in _doctored(each):
                typer.echo(line)
    troubled = [each for each in found if not each.is_fine]
    for each in troubled:
        remark(f"source {each.source} ({each.origin}), {each.outcome}: {each.reason}")
    if troubled:
        raise typer.Exit(1)


def _doctored(each: "Finding") -> Iterator[str]:
    """Say what a parser made of a response: one line, and one for what its launches have."""
    if each.outcome is None:
        yield f"{each.source}: {each.reason}"
        return
    kept = f"kept {each.fetched_at:%Y-%m-%d %H:%M} UTC" if each.origin == "kept" else each.origin
    read = f"{counted(each.launches, 'launch', 'launches')} of {counted(each.rows, 'row')}"
    yield f"{each.source}, {kept}: {each.outcome}, {read}"
    have = ", ".join(f"{name} {count}" for name, count in each.fields.items() if count)
    if have:
        yield f"    {have}"
    if each.hits:
        yield "    selectors fit: " + ", ".join(f"{name} {n}" for name, n in each.hits.items())


@health.command("replay")
def replay_command(
    series: Annotated[
        Path,
        typer.Argument(metavar="SERIES.tsv", help="Recorded figures of one source's readings."),
    ],
    floor: Annotated[
        int | None,
        typer.Option(min=0, help="Fewest items of a healthy reading, where that is known."),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Run a recorded series through the rules of ingestion: one row an episode, at its first bad row."""
    from digest.sources.health.series import read_series, replay

    try:
        text = series.read_text(encoding="utf-8")
    except OSError as error:
        raise DigestError(
            f"{series}: cannot be read ({error.strerror}); name a file that can"
        ) from error
    except UnicodeDecodeError as error:
        raise DigestError(f"{series}: is not UTF-8 text; save it as UTF-8") from error
    found = list(replay(read_series(text, name=str(series)), floor=floor))
    if as_json:
        print_json(
            [
                {
                    "time": each.time.isoformat(),
                    "kind": each.kind,
                    "items": each.items,
                    "expected": _whole(each.expected),
                }
                for each in found
            ]
        )
        return
    rows = [
        (each.time, each.kind, each.items, _whole(each.expected), each.reason) for each in found
    ]
    columns = ("time (UTC)", "kind", "items", "usual", "reason")
    print_table("", columns, rows, of="incidents")


def _whole(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number
