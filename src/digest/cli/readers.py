"""Commands over readers: import a list of addresses."""

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import JsonFlag, print_json
from digest.errors import DigestError
from digest.settings import load_settings
from digest.steps.readers import import_subscribers
from digest.wiring import open_resources

subscribers = typer.Typer(name="subscribers", help="Readers and their consent.")


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    subscribers.command("import")(import_command)
    subscribers.callback()(_group)
    app.add_typer(subscribers)


def _group() -> None:
    """Readers and their consent."""


def import_command(
    file: Annotated[Path, typer.Argument(help="CSV file with a column named email.")],
    *,
    confirmed: Annotated[
        bool,
        typer.Option(
            "--confirmed", help="Every address on the list has a proof of consent that you keep."
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Import addresses; nobody who left is ever brought back."""
    settings = load_settings()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DigestError(f"{file}: cannot be read as UTF-8 text ({error})") from error
    with open_resources(settings) as resources:
        report = import_subscribers(
            resources.db,
            text.splitlines(),
            is_confirmed=confirmed,
            now=settings.clock(),
            detail=file.name,
        )
    if as_json:
        print_json(report)
        return
    typer.echo(
        f"{report.added} added, {report.known} known before, {report.left} had left and stay away, "
        f"{len(report.invalid)} not usable"
    )
    for sentence in report.invalid:
        typer.echo(f"  {sentence}", err=True)
