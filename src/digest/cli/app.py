"""The one Typer application, and how an error reaches a person."""

import logging
import sys
from typing import Annotated

import typer

from digest import __version__
from digest.cli import delivery, issues, readers, sources, system
from digest.errors import DigestError

app = typer.Typer(
    name="digest",
    help="Weekly AI Tool Verdicts: from launch pages to mail in mailboxes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (sources, issues, delivery, readers, system):
    group.register(app)


def _version(value: bool) -> None:  # noqa: FBT001 # Typer hands options over by position
    if value:
        typer.echo(f"digest {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    _version_asked: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and stop."
        ),
    ] = False,
) -> None:
    """Weekly AI Tool Verdicts: from launch pages to mail in mailboxes."""


def main() -> None:
    """Run the command; an error made on purpose is one sentence on standard error and exit 1."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        app()
    except DigestError as error:
        typer.echo(f"digest: {error}", err=True)
        sys.exit(1)
