"""Commands on tools' identity: what may be one, why, and what an editor decides about it."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, print_json, print_table
from digest.errors import DigestError
from digest.model import Decision, Flag

if TYPE_CHECKING:
    from digest.steps.decide import Editor
    from digest.steps.tools import ToolSheet

tools = typer.Typer(
    name="tools",
    help="Which launches are one product: what waits for a look, and what an editor decides.",
    no_args_is_help=True,
)

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="A tool's slug.")]
By = Annotated[str, typer.Option(metavar="NAME", help="The editor who decides.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]


@tools.command("list")
def list_command(
    *,
    review: Annotated[
        bool, typer.Option("--review", help="Only the pairs that wait for an editor's look.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List all tools, or with --review the pairs that look like one product."""
    from digest.settings import load_settings
    from digest.steps.tools import list_tools, review_queue
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        if review:
            pairs = review_queue(resources.db)
        else:
            found = list_tools(resources.db)
    if as_json:
        print_json({"review": pairs} if review else {"tools": found})
    elif review:
        columns = ("tool", "other", "looks alike: why", "found (UTC)")
        rows = [(p.tool, p.other, p.reason, p.found_at) for p in pairs]
        print_table("", columns, rows, of="pairs")
        if pairs:
            typer.echo("one product: digest tools merge KEEP OTHER --by NAME")
            typer.echo("two products: digest tools apart TOOL OTHER --by NAME")
    else:
        print_table(
            "",
            ("tool", "name", "job", "sources", "flags"),
            [(t.slug, t.name, t.job, ", ".join(t.sources), ", ".join(t.flags)) for t in found],
            of="tools",
        )


@tools.command("show")
def show_command(tool: Slug, *, as_json: JsonFlag = False) -> None:
    """Show a tool's launches, its keys with the evidence, the decisions on it, and what is like it."""
    from digest.settings import load_settings
    from digest.steps.tools import show_tool
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        sheet = show_tool(resources.db, tool)
    if as_json:
        print_json(sheet)
        return
    _print_sheet(sheet)


def _print_sheet(sheet: "ToolSheet") -> None:
    flags = f", flagged {', '.join(sheet.tool.flags)}" if sheet.tool.flags else ""
    typer.echo(f"{sheet.tool.slug}: {sheet.tool.name} ({sheet.tool.job}{flags})")
    if sheet.part_of:
        typer.echo(f"part of {sheet.part_of} now")
    if sheet.parts:
        typer.echo(f"with it: {', '.join(sheet.parts)}")
    launches = [
        (f"{each.source}/{each.native_id}", each.title, each.tier, "\n".join(each.keys))
        for each in sheet.launches
    ]
    print_table("launches", ("launch", "title", "tier", "keys"), launches)
    vetoes = sorted({veto for each in sheet.launches for veto in each.vetoes})
    if vetoes:
        print_table("not merged because", ("evidence",), [(veto,) for veto in vetoes])
    if sheet.lookalikes:
        rows = [(*each.pair, each.reason) for each in sheet.lookalikes]
        print_table("waiting for a look", ("tool", "other", "why"), rows)
    decisions = [(_told(each), each.decided_at) for each in sheet.decisions]
    print_table("decisions", ("decision", "made (UTC)"), decisions)


def _told(decision: Decision) -> str:
    return decision.line if decision.stands else f"{decision.line}; undone by {decision.undone_by}"


@tools.command("merge")
def merge_command(
    keep: Annotated[str, typer.Argument(metavar="KEEP", help="Slug of the tool that is kept.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Slug of what is part of it.")],
    by: By,
    reason: Reason = "",
    *,
    as_json: JsonFlag = False,
) -> None:
    """Say that two tools are one. It can be undone, and gives back exactly what was before."""
    from digest.steps.decide import merge_tools

    decide(lambda editor: merge_tools(editor, keep, other), by, reason, as_json=as_json)


@tools.command("split")
def split_command(
    tool: Slug,
    launch: Annotated[
        list[str],
        typer.Option(
            metavar="SOURCE/ID", help="Launch that leaves the tool. May be given several times."
        ),
    ],
    by: By,
    reason: Reason = "",
    *,
    as_json: JsonFlag = False,
) -> None:
    """Make a tool of its own of some of a tool's launches."""
    from digest.steps.decide import split_tool

    chosen = {_launch(text) for text in launch}
    decide(lambda editor: split_tool(editor, tool, chosen), by, reason, as_json=as_json)


def _launch(text: str) -> tuple[str, str]:
    source, slash, native_id = text.partition("/")
    if not slash or not source or not native_id:
        raise DigestError(
            f"{text!r} is no launch; give it as SOURCE/ID, such as hacker_news/48842459"
        )
    return source, native_id


@tools.command("apart")
def apart_command(
    one: Annotated[str, typer.Argument(metavar="A", help="Slug of one tool.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Slug of the other.")],
    by: By,
    reason: Reason = "",
    *,
    as_json: JsonFlag = False,
) -> None:
    """Say that two tools are not one, for good: the pair waits for no look any more."""
    from digest.steps.decide import keep_apart

    decide(lambda editor: keep_apart(editor, one, other), by, reason, as_json=as_json)


@tools.command("flag")
def flag_command(
    tool: Slug,
    by: By,
    put: Annotated[Flag | None, typer.Option("--set", help="Flag to put on it.")] = None,
    clear: Annotated[Flag | None, typer.Option(help="Flag to take off it.")] = None,
    reason: Reason = "",
    *,
    as_json: JsonFlag = False,
) -> None:
    """Hold a tool back from pairing, or lift what holds it back."""
    from digest.steps.decide import flag_tool

    flag = put or clear
    if flag is None or (put and clear):
        raise DigestError("name one flag: --set FLAG or --clear FLAG")
    is_set = put is not None
    decide(lambda editor: flag_tool(editor, tool, flag, is_set=is_set), by, reason, as_json=as_json)


@tools.command("undo")
def undo_command(
    decision: Annotated[int, typer.Argument(metavar="DECISION", help="Its number.")],
    by: By,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Undo a decision: everything is as it would be without it."""
    from digest.steps.decide import undo_decision

    decide(lambda editor: undo_decision(editor, decision), by, "", as_json=as_json)


def decide(
    decision_of: Callable[["Editor"], Decision], by: str, reason: str, *, as_json: bool
) -> None:
    """Have a decision made in somebody's name, and say what was decided."""
    from digest.settings import load_settings
    from digest.steps.decide import Editor
    from digest.wiring import open_resources

    settings = load_settings()
    with open_resources(settings) as resources:
        decision = decision_of(
            Editor(resources.db, resources.classifier, by, reason, settings.clock())
        )
    if as_json:
        print_json(decision)
        return
    typer.echo(_told(decision))
    if decision.stands:
        typer.echo(f"undo it with: digest tools undo {decision.id} --by NAME")


def identify_command(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="What `digest parse ... --json` printed."),
    ],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Say which parsed launches are one product, by the rules alone and without a database."""
    from digest.steps.identifying import identify_files

    found = identify_files(files)
    if as_json:
        print_json(
            {
                "tools": [
                    {"launches": each.launches, "tier": each.tier, "keys": each.keys}
                    for each in found
                ]
            }
        )
        return
    rows = [
        (
            each.slug,
            each.tier,
            "\n".join("/".join(pair) for pair in each.launches),
            "\n".join(each.vetoes),
        )
        for each in found
    ]
    print_table("", ("tool", "tier", "launches", "not merged because"), rows)
