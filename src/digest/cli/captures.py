"""Commands over kept responses: give one, list, show, take old ones away; and replay."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, moment, print_json, print_launches, print_table, remark
from digest.errors import NotFoundError
from digest.model import Capture, Outcome
from digest.model.wording import counted

if TYPE_CHECKING:
    from sqlmodel import Session

    from digest.steps.remake import SourceReplay
    from digest.steps.retention import PruneReport
    from digest.steps.supply import Supplied

SHORTEST_START = 6
"""Characters of a key that are enough to look it up by."""
GB = 10**9

captures = typer.Typer(
    name="capture",
    help="Kept responses: give one you saved, list, show, take old ones away.",
    no_args_is_help=True,
)

SinceOption = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="ISO", help="From then on; UTC where no offset is given."),
]
SourceOption = Annotated[
    list[str] | None, typer.Option(help="Only this source; may be given several times.")
]


@captures.command("add")
def add_command(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="Kind of source, such as taaft_listing.")
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File that holds the page as its site gave it.")
    ],
    url: Annotated[str, typer.Option(help="Address the page was saved from.")],
    captured_at: Annotated[
        datetime,
        typer.Option(
            parser=moment,
            metavar="ISO",
            help="When it was saved; UTC where no offset is given. Words like 'yesterday' in it "
            "count from then.",
        ),
    ],
    content_type: Annotated[str, typer.Option(help="Its Content-Type header.")] = "",
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Source it belongs to; unset, the kind's.")
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Read a page you saved, as if it had been fetched then. Exit 1 when it is not believed."""
    from digest.settings import load_settings
    from digest.steps.supply import Page, read_page, supply
    from digest.wiring import open_resources

    settings = load_settings()
    page = Page(
        kind=kind,
        body=read_page(file),
        url=url,
        captured_at=captured_at,
        content_type=content_type,
        name=source,
    )
    with open_resources(settings) as resources:
        supplied = supply(page, parts=resources.replay_parts(), now=settings.clock())
    if as_json:
        print_json(supplied)
    else:
        if supplied.found:
            print_launches(supplied.found)
        typer.echo(_supplied(supplied))
    if supplied.outcome not in {Outcome.OK, Outcome.OK_EMPTY}:
        remark(f"source {supplied.source}, {supplied.outcome}: {supplied.reason}")
        raise typer.Exit(1)


def _supplied(supplied: "Supplied") -> str:
    what = (
        f"{supplied.source}, {supplied.outcome}: "
        f"{counted(supplied.launches, 'launch', 'launches')} of {counted(supplied.rows, 'row')}"
    )
    if supplied.was_known:
        return f"{what}; this page was given before, nothing was added"
    return f"{what}, {supplied.new} new"


@captures.command("list")
def list_command(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    since: SinceOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    *,
    as_json: JsonFlag = False,
) -> None:
    """List kept responses, the newest first."""
    from digest.settings import load_settings
    from digest.store.captures import newest_captures
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources, resources.db.read() as session:
        found = newest_captures(session, source=source, since=since, limit=limit)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            capture.fetched_at,
            capture.source,
            "given" if capture.supplied else str(capture.status),
            capture.body_bytes,
            capture.key[:12],
        )
        for capture in found
    ]
    columns = ("fetched (UTC)", "source", "status", "octets", "key")
    print_table("", columns, rows, of="captures")


@captures.command("show")
def show_command(
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="Key of a capture, or the beginning of one.")
    ],
) -> None:
    """Write a kept response's body to standard output, as it came."""
    from digest.settings import load_settings
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        with resources.db.read() as session:
            capture = _one_capture(session, key)
        body = resources.captures.get(capture.body_sha256)
    typer.echo(body, nl=False)


def _one_capture(session: "Session", key: str) -> Capture:
    from digest.store.captures import captures_like

    found = captures_like(session, key) if len(key) >= SHORTEST_START else []
    if len(found) == 1:
        return found[0]
    hint = "several begin so; give more of it" if found else "digest capture list shows them"
    raise NotFoundError("capture", key, hint)


@captures.command("prune")
def prune_command(
    keep_days: Annotated[
        float | None,
        typer.Option(min=1, help="Days to keep; unset, DIGEST_CAPTURES_KEEP_DAYS."),
    ] = None,
    max_gb: Annotated[
        float | None,
        typer.Option(min=0.001, help="GB to leave at most; unset, DIGEST_CAPTURES_MAX_GB."),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be taken away.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take old responses away. What issues rest on, and each source's newest, is kept for good."""
    from digest.settings import load_settings
    from digest.steps.retention import Bounds, prune
    from digest.wiring import open_resources

    settings = load_settings()
    most = max_gb or settings.captures_max_gb
    bounds = Bounds(
        keep=timedelta(days=keep_days or settings.captures_keep_days),
        max_bytes=round(most * GB) if most else None,
    )
    with open_resources(settings) as resources:
        report = prune(
            resources.db,
            resources.captures,
            bounds=bounds,
            now=settings.clock(),
            is_rehearsal=dry_run,
        )
    if as_json:
        print_json(report)
    else:
        _print_pruned(report)
    if bounds.max_bytes is not None and report.left_octets > bounds.max_bytes:
        remark("more is left than asked for: what is kept for good, or was put today, takes it up")


def _print_pruned(report: "PruneReport") -> None:
    verb = "would be taken away" if report.is_rehearsal else "taken away"
    typer.echo(
        f"{counted(report.captures, 'capture')} and {counted(report.bodies, 'body', 'bodies')} "
        f"{verb}, {report.octets / GB:.3f} GB"
    )
    typer.echo(
        f"{counted(report.left, 'capture')} left, {report.left_octets / GB:.3f} GB; "
        f"{report.for_good} of them older than that, but something rests on them"
    )
    if report.unknown:
        typer.echo(
            f"{counted(report.unknown, 'fetch', 'fetches')} unknown to this database kept as well; "
            "digest replay takes them in"
        )


def replay_command(
    since: SinceOption = None,
    source: SourceOption = None,
    *,
    skip_damaged: Annotated[
        bool,
        typer.Option("--skip-damaged", help="Pass over captures that cannot be read any more."),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make launches anew from kept responses alone; no site is asked. Exit 1 for damaged ones."""
    from digest.settings import load_settings
    from digest.steps.replay import replay
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        reports = replay(
            resources.replay_parts(), since=since, names=source or (), skips_damaged=skip_damaged
        )
    if as_json:
        print_json({"sources": reports})
    else:
        _print_replay(reports)
    damaged = sum(report.damaged for report in reports)
    if damaged:
        remark(
            f"{counted(damaged, 'capture')} passed over, unreadable; restore the store from its "
            "backup, then replay again"
        )
        raise typer.Exit(1)


def _print_replay(reports: tuple["SourceReplay", ...]) -> None:
    rows = [(r.source, r.captures, r.launches, r.new, r.changed, r.gone) for r in reports]
    columns = ("source", "captures", "launches", "new", "changed", "gone")
    print_table("", columns, rows, of="captures")
