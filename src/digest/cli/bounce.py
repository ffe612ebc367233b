"""Commands for one mail that came back: what it would be taken for, without a mailbox or database."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import print_json, print_table
from digest.errors import DigestError
from digest.model import Feedback, FeedbackKind

STDIN = Path("-")

bounce = typer.Typer(
    name="bounce",
    no_args_is_help=True,
    help="Mails that come back: what one would be taken for.",
)


@bounce.callback()
def _group() -> None:
    """Mails that come back: what one would be taken for."""


@bounce.command("classify")
def classify_command(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files of one mail each; - reads standard input."),
    ],
    *,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON document, or a line of JSON for each file."),
    ] = False,
) -> None:
    """
    Say what mails mean: hard, soft, complaint, policy, auto_reply, unsubscribe or none.

    Nothing is changed, and nothing is proven: a token counts only once its signature was checked.
    """
    from digest.delivery.bounces import read_feedback

    now = datetime.now(UTC)
    read = [(file, read_feedback(_octets(file), received_at=now)) for file in files]
    if not as_json:
        rows = [(file, *_row(piece)) for file, feedback in read for piece in feedback]
        print_table("", ("file", "kind", "recipient", "status", "token"), rows)
    elif len(read) == 1:
        print_json(_document(read[0][1]))
    else:
        for _, feedback in read:
            typer.echo(json.dumps(_document(feedback), ensure_ascii=False).encode())


def _octets(file: Path) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        raise DigestError(
            f"{file}: cannot be read ({error.strerror}); name a file that holds one mail"
        ) from error


def _document(feedback: tuple[Feedback, ...]) -> dict[str, object]:
    """Give the worst of a mail, and all of it where it is about several recipients."""
    from digest.delivery.bounces import worst

    document = _fields(worst(feedback))
    if len(feedback) > 1:
        document["all"] = [_fields(piece) for piece in feedback]
    return document


def _fields(piece: Feedback) -> dict[str, object]:
    # The question is what went wrong: mail that arrived, or went on to a later server, is "none".
    kind = FeedbackKind.NONE if piece.kind is FeedbackKind.DELIVERED else piece.kind
    _, recipient, status, token = _row(piece)
    return {"kind": kind, "recipient": recipient, "status": status, "token": token}


def _row(piece: Feedback) -> tuple[str, str | None, str | None, str | None]:
    return piece.kind, piece.recipient, piece.status, piece.token
