"""What commands print: one JSON document on standard output, or tables for people."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich import box
from rich.console import Console
from rich.table import Table

from digest.issues.weeks import whole_week
from digest.model import Launch


def week(text: str) -> str:
    """Let a week's text through; the typing mistake is said before anything is looked for."""
    whole_week(text, zone=UTC)
    return text


JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
WeekArgument = Annotated[
    str,
    typer.Argument(metavar="WEEK", callback=week, help="ISO week of the issue, such as 2026-W47."),
]


def moment(text: str) -> datetime:
    """Read an ISO time; UTC where it names no offset."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no ISO time, such as 2026-11-20T09:00:00+00:00"
        ) from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def print_json(value: object) -> None:
    """
    Print a value of ours as the one JSON document on standard output.

    UTF-8 whatever the terminal speaks; half a surrogate pair is written as its escape.
    """
    _write(f"{_json(value)}\n")


def print_json_list(values: Iterable[object]) -> None:
    """Print values as one JSON array, as :func:`print_json` would, holding one at a time."""
    _write("[")
    is_first = True
    for value in values:
        text = _json(value).replace("\n", "\n  ")  # inside strings a line break is an escape
        _write(f"{'' if is_first else ','}\n  {text}")
        is_first = False
    _write("]\n" if is_first else "\n]\n")


def _json(value: object) -> str:
    return json.dumps(_ANYTHING.dump_python(value, mode="json"), ensure_ascii=False, indent=2)


def _write(text: str) -> None:
    typer.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def print_launches(launches: Iterable[Launch]) -> None:
    """Print a line for each launch."""
    columns = ("id", "title", "launched (UTC)", "popularity", "url")
    rows = [
        (item.native_id, item.title, item.launched_at, item.popularity, item.url)
        for item in launches
    ]
    print_table("", columns, rows, of="launches")


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, of: str = ""
) -> None:
    """
    Print a table for people on standard output; text is never taken for markup.

    Cells that are None are a dash, columns of numbers stand to the right. No rows are "none", of
    what ``of`` says, else of the title, else of the first column.
    """
    cells = list(rows)
    if not cells:
        typer.echo(f"{of or title or columns[0]}: none")
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        is_count = all(isinstance(row[number], int) for row in cells)
        table.add_column(column, overflow="fold", justify="right" if is_count else "left")
    for row in cells:
        table.add_row(*map(_cell, row))
    Console(file=sys.stdout, markup=False, highlight=False).print(table)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "—" if value is None else str(value)


def remark(text: str) -> None:
    """Say something on standard error that is no result."""
    typer.echo(f"digest: {text}", err=True)
