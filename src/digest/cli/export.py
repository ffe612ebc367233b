"""``digest export``: a week's edition as files, or all launches as one document."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import JsonFlag, moment, print_json_list, print_launches
from digest.errors import IssueError
from digest.issues.weeks import WEEK

LAUNCHES = "launches"


def export_command(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WEEK|launches", help="ISO week of an issue, such as 2026-W47; or launches."
        ),
    ],
    directory: Annotated[
        Path | None,
        typer.Option(
            "--dir", metavar="FOLDER", help="Of a week: folder to write to; unset, this one."
        ),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=moment,
            metavar="ISO",
            help="Of launches: first seen from then on; UTC where no offset is given.",
        ),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Of launches: only this source's; may be given several times."),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """
    Write a week's edition as issue.html, issue.txt and issue.eml (as a subscriber gets it).

    Or, with the word launches: print every launch as it was read, always in one order.
    """
    if what == LAUNCHES:
        if directory is not None:
            raise typer.BadParameter("goes with a week; launches are printed", param_hint="--dir")
        _export_launches(since=since, sources=source or [], as_json=as_json)
        return
    if not WEEK.fullmatch(what):
        raise IssueError(
            what,
            "not launches and not a week; give it as ISO year and week, such as 2026-W47",
        )
    given = {"--since": since, "--source": source, "--json": as_json}
    for option, value in given.items():
        if value:
            raise typer.BadParameter("goes with launches only", param_hint=option)
    _export_week(what, directory or Path())


def _export_week(week: str, directory: Path) -> None:
    from digest.settings import load_settings
    from digest.steps.export import export_issue
    from digest.wiring import open_resources

    settings = load_settings()
    with open_resources(settings) as resources:
        paths = export_issue(
            resources.db,
            week,
            directory=directory,
            brand=resources.brand,
            secret=resources.secret,
            clock=settings.clock,
        )
    for path in paths:
        typer.echo(str(path))


def _export_launches(*, since: datetime | None, sources: list[str], as_json: bool) -> None:
    from digest.settings import load_settings
    from digest.steps.export import export_launches
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        found = export_launches(resources.db, sources=sources, since=since)
        if as_json:
            print_json_list(found)
        else:
            print_launches(found)
