"""Commands over readers: import a list of addresses."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import io
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import JsonFlag, print_json
from digest.errors import DigestError, StoreError
from digest.model import SuppressionKind

subscribers = typer.Typer(
    name="subscribers", help="Readers and their consent.", no_args_is_help=True
)
WHY = {
    SuppressionKind.FORGOTTEN: "they asked to be forgotten",
    SuppressionKind.SOFT: "their mail came back too often",
    SuppressionKind.HARD: "no such mailbox any more",
    SuppressionKind.COMPLAINT: "they reported us as spam",
}


@subscribers.callback()
def group() -> None:
    """Readers and their consent."""


@subscribers.command("import")
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
    from digest.settings import load_settings
    from digest.steps.readers import import_subscribers
    from digest.wiring import open_resources

    settings = load_settings()
    text = _text_of(file)
    with open_resources(settings) as resources:
        try:
            report = import_subscribers(
                resources.db,
                io.StringIO(text, newline=""),
                is_confirmed=confirmed,
                secret=resources.secret,
                now=settings.clock(),
                detail=file.name,
            )
        except StoreError:
            raise
        except DigestError as error:
            raise DigestError(f"{file}: {error}") from error
    if as_json:
        print_json(report)
        return
    typer.echo(
        f"{report.added} added, {report.known} known before, {report.left} had left and stay away, "
        f"{len(report.invalid)} not usable"
    )
    for kind, number in report.suppressed.items():
        typer.echo(
            f"  {number} left out: {WHY[kind]}; digest suppressions lift ADDRESS lets one in"
        )
    for sentence in report.invalid:
        typer.echo(f"  {sentence}", err=True)


@subscribers.command("forget")
def forget_command(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Of the reader who asks.")],
) -> None:
    """
    Take a reader's address out of all that is kept; nothing brings it back but a new sign-up.

    What stays is counted without it: votes, deliveries by state, the history of consent.
    """
    from digest.settings import load_settings
    from digest.steps.suppressing import forget
    from digest.wiring import open_resources

    settings = load_settings()
    with open_resources(settings) as resources:
        forget(resources.db, address, secret=resources.secret, now=settings.clock())
    typer.echo("forgotten; the address is in older backups until they are gone")


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DigestError(
            f"{file}: cannot be read ({error.strerror}); name a file that can"
        ) from error
    except UnicodeDecodeError as error:
        raise DigestError(f"{file}: is not UTF-8 text; save it as CSV in UTF-8") from error
