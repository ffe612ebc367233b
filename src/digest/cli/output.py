"""What commands print: one JSON document on standard output, or tables for people."""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
WeekArgument = Annotated[str, typer.Argument(help="ISO week of the issue, such as 2026-W47.")]

_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)


def print_json(value: object) -> None:
    """Print a value of ours as the one JSON document on standard output."""
    typer.echo(json.dumps(_ANYTHING.dump_python(value, mode="json"), ensure_ascii=False, indent=2))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table for people on standard output; text is never taken for markup."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("—" if cell is None else str(cell) for cell in row))
    Console(markup=False, highlight=False).print(table)


def errors() -> Console:
    """Give the console on standard error: progress and remarks, never results."""
    return Console(stderr=True, markup=False, highlight=False)
