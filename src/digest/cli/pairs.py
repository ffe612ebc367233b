"""Commands on the week's pairs: plan them from a file, look at the plan, and ask for another."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, WeekArgument, print_json, remark
from digest.cli.output import week as week_text
from digest.cli.plans import print_plan, summary
from digest.model import Wish

if TYPE_CHECKING:
    from digest.steps.wishes import Wisher

pairs = typer.Typer(
    name="pairs",
    help="The week's pairs: how they were planned, and what an editor asks of the next plan.",
    no_args_is_help=True,
)

By = Annotated[str, typer.Option(metavar="NAME", help="The editor who asks.")]
Note = Annotated[str, typer.Option(help="Why, for whoever reads it later.")]
Asked = Annotated[
    str, typer.Argument(metavar="SLUG[+SLUG]", help="A tool's slug, or a pair of two.")
]
Pair = Annotated[str, typer.Argument(metavar="SLUG+SLUG", help="A pair of the plan.")]
Several = Annotated[list[str] | None, typer.Option(metavar="SLUG[+SLUG]")]
Forced = Annotated[
    list[str] | None,
    typer.Option(metavar="SLUG+SLUG", help='Pin that passes "one product" and "published".'),
]
GivenFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE.jsonl",
        exists=True,
        dir_okay=False,
        help="Tools with their facts, a JSON object a line.",
    ),
]
PublishedFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.jsonl",
        exists=True,
        dir_okay=False,
        help='Past comparisons, such as {"week": "2026-W20", "a": "aider", "b": "codex"}.',
    ),
]


@pairs.command("plan")
def plan_command(
    file: GivenFile,
    week: Annotated[
        str, typer.Option(metavar="WEEK", callback=week_text, help="ISO week such as 2026-W47.")
    ],
    pin: Several = None,
    ban: Several = None,
    force: Forced = None,
    note: Annotated[str, typer.Option(help="Why pairs are forced.")] = "",
    published: PublishedFile = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Plan a week's pairs among the tools of a file, without a database."""
    from digest.catalogue.jobs import JobClassifier, load_jobs
    from digest.panel.rules import load_rules
    from digest.settings import load_settings
    from digest.steps.preview import PreviewParts, PreviewWishes, plan_file

    jobs = load_jobs()
    parts = PreviewParts(
        jobs=jobs,
        classifier=JobClassifier(jobs),
        rules=load_rules(),
        zone=load_settings().zone,
    )
    wishes = PreviewWishes(
        pinned=tuple(pin or ()),
        banned=tuple(ban or ()),
        forced=dict.fromkeys(force or (), note),
        published=published,
    )
    plan = plan_file(file, week=week, wishes=wishes, parts=parts)
    if as_json:
        print_json(plan)
        return
    typer.echo(summary(plan))
    print_plan(plan, shows_all=True)


@pairs.command("show")
def show_command(
    week: WeekArgument,
    *,
    shows_all: Annotated[
        bool, typer.Option("--all", help="Every pair that is remembered, and every tool.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show a week's stored plan: each pair's parts, why it was chosen or not, and the wishes."""
    from digest.settings import load_settings
    from digest.steps.wishes import plan_sheet
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        sheet = plan_sheet(resources.db, week)
    if as_json:
        print_json(sheet)
        return
    if sheet.plan is not None:
        typer.echo(summary(sheet.plan))
        print_plan(sheet.plan, wishes=sheet.wishes, shows_all=shows_all)
    else:
        for wish in sheet.wishes:
            typer.echo(wish.line)
    if sheet.is_frozen:
        typer.echo(f"frozen; to plan anew: digest pairs unfreeze {week} --by NAME")
    elif sheet.waits:
        typer.echo(f"wishes wait for the next build: digest build --week {week}")


@pairs.command("pin")
def pin_command(
    week: WeekArgument,
    wish: Asked,
    by: By,
    note: Note = "",
    *,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help='Pass "one product" and "already published" too; needs --note.'
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Have a pair in, or a tool with its best rival: it passes the floor, the caps and a tool's rest."""
    from digest.steps.wishes import pin

    _ask(week, by, note, lambda wisher: pin(wisher, wish, is_forced=force), as_json=as_json)


@pairs.command("ban")
def ban_command(
    week: WeekArgument, wish: Asked, by: By, note: Note = "", *, as_json: JsonFlag = False
) -> None:
    """Keep a pair or a tool out of this week's issue."""
    from digest.steps.wishes import ban

    _ask(week, by, note, lambda wisher: ban(wisher, wish), as_json=as_json)


@pairs.command("replace")
def replace_command(
    week: WeekArgument, pair: Pair, by: By, note: Note = "", *, as_json: JsonFlag = False
) -> None:
    """Have the next best in the place of a chosen pair; `show` says which that is."""
    from digest.steps.wishes import replace

    _ask(week, by, note, lambda wisher: replace(wisher, pair), as_json=as_json)


@pairs.command("reorder")
def reorder_command(
    week: WeekArgument,
    order: Annotated[list[str], typer.Argument(metavar="SLUG+SLUG...", help="The first pairs.")],
    by: By,
    note: Note = "",
    *,
    as_json: JsonFlag = False,
) -> None:
    """Have chosen pairs stand first, in this order; the others follow as they were chosen."""
    from digest.steps.wishes import reorder

    _ask(week, by, note, lambda wisher: reorder(wisher, order), as_json=as_json)


@pairs.command("freeze")
def freeze_command(
    week: WeekArgument, by: By, note: Note = "", *, as_json: JsonFlag = False
) -> None:
    """Keep the plan as it is: builds write its pairs anew, but choose no others."""
    from digest.steps.wishes import freeze

    _ask(week, by, note, freeze, as_json=as_json)


@pairs.command("unfreeze")
def unfreeze_command(week: WeekArgument, by: By, *, as_json: JsonFlag = False) -> None:
    """Let the next build plan anew."""
    from digest.steps.wishes import unfreeze

    _ask(week, by, "", unfreeze, as_json=as_json)


@pairs.command("undo")
def undo_command(
    week: WeekArgument,
    wish: Annotated[int, typer.Argument(metavar="WISH", help="Its number.")],
    by: By,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Take a wish back: the next build is as if it had not been made."""
    from digest.steps.wishes import undo

    _ask(week, by, "", lambda wisher: undo(wisher, wish), as_json=as_json)


def _ask(week: str, by: str, note: str, ask: Callable[["Wisher"], Wish], *, as_json: bool) -> None:
    from digest.settings import load_settings
    from digest.steps.wishes import Wisher
    from digest.wiring import open_resources

    settings = load_settings()
    with open_resources(settings) as resources:
        wish = ask(Wisher(resources.db, week, by, note, settings.clock()))
    if as_json:
        print_json(wish)
        return
    typer.echo(wish.line)
    remark(f"the next build follows it: digest build --week {week}")
