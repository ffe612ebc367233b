"""What the demo says at its end: what happened at each stage, and where to look."""

import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from digest.model import Issue
from digest.steps.export import export_issue
from digest.steps.status import Status, status
from digest.store import issues as issue_store
from digest.wiring import Resources


def print_report(
    resources: Resources,
    *,
    week: str,
    directory: Path,
    requests: int,
    mails: int,
    port: int | None,
) -> None:
    """
    Print the outcome of every stage.

    Args:
        resources: The demo's parts.
        week: Its week.
        directory: Its folder.
        requests: Requests to the launch sites in this run alone.
        mails: Mails accepted in this run alone.
        port: Where the pages are about to be served; None where they are not.
    """
    console = Console(markup=False, highlight=False)
    found = status(resources.db)
    with resources.db.read() as session:
        issue = issue_store.issue_of(session, week)
    console.print(f"\nThe demo week {week}\n", style="bold")
    _print_stages(console, found, week=week, requests=requests, mails=mails)
    if issue is None:
        console.print("No issue this week: too few pairs.")
        return
    _print_pairs(console, issue)
    export_issue(
        resources.db,
        week,
        directory=directory / "issue",
        brand=resources.brand,
        secret=resources.secret,
        clock=resources.settings.clock,
    )
    _print_where(console, directory, week=week, port=port)


def _print_stages(console: Console, found: Status, *, week: str, requests: int, mails: int) -> None:
    counts = found.counts
    good = sum(source.outcome in {"ok", "ok_empty", "unchanged"} for source in found.sources)
    sent = next((item for item in found.issues if item.week == week), None)
    states = ", ".join(f"{n} {s}" for s, n in sent.deliveries.items()) if sent else "none"
    table = Table(box=None, pad_edge=False, show_header=False)
    read = (
        f"{good} of {len(found.sources)} sources read well, {counts['captures']} captures, "
        f"{counts['launches']} launches"
    )
    known = f"{counts['tools']} tools, {counts['facts']} facts, {counts['reviews']} reviews"
    done = f"{requests} requests to the launch sites, {mails} mails accepted"
    rows = (
        ("1 captures, launches", read),
        ("2 tools, facts", known),
        ("3 issue", str(sent.state) if sent else "none"),
        ("4 deliveries", f"audience {sent.audience if sent else 0}: {states}"),
        ("5 this run", done),
    )
    for name, text in rows:
        table.add_row(name, text)
    console.print(table)


def _print_pairs(console: Console, issue: Issue) -> None:
    console.print()
    table = Table(box=None, pad_edge=False)
    for column in ("", "pair", "panel", "answer"):
        table.add_column(column, overflow="fold")
    for item in issue.comparisons:
        table.add_row(
            str(item.position),
            f"{item.a.name} vs {item.b.name}",
            f"{item.a.panel.label} / {item.b.panel.label}",
            item.answer.line,
        )
    console.print(table)


def _print_where(console: Console, directory: Path, *, week: str, port: int | None) -> None:
    console.print("\nWhere to look", style="bold")
    for name, place in (
        ("mail as HTML", directory / "issue" / "issue.html"),
        ("mail as text", directory / "issue" / "issue.txt"),
        ("one mail", directory / "issue" / "issue.eml"),
        ("all mails", directory / "mailbox"),
    ):
        console.print(f"  {name:<14} {place}")
    if port is None:
        again = shlex.join([sys.argv[0], "demo", "--dir", str(directory), "--serve"])
        console.print(f"  {'web pages':<14} {again}", soft_wrap=True)
    else:
        console.print(f"  {'web pages':<14} http://127.0.0.1:{port}/issues/{week} until Ctrl-C")
        console.print(f"  {'':<14} whoever signs up there is mailed into the folder of all mails")
    console.print("  Links in the demo's mails name verdicts.example.com, where nothing is.")
