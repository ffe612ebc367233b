"""Commands for editors: build, approve, export; and how everything stands."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, WeekArgument, print_json, print_table, remark
from digest.cli.plans import print_plan
from digest.model.wording import counted

if TYPE_CHECKING:
    from digest.steps.build_report import BuildReport


def build_command(
    week: Annotated[
        str | None,
        typer.Option(metavar="WEEK", help="ISO week such as 2026-W47; unset, the current one."),
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SLUG+SLUG",
            help="Pair that must be in; or one slug, a tool with its best rival. May be given "
            "several times.",
        ),
    ] = None,
    ban: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SLUG",
            help="Tool that must stay out of this issue. May be given several times.",
        ),
    ] = None,
    *,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Print the plan as well: every candidate, the parts of its score, and why it was "
            "chosen or not.",
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Build the week's issue from what is stored: review, pair, draft, render. Not yet sent."""
    from digest.settings import load_settings
    from digest.steps.planning import BuildOptions
    from digest.steps.research import research
    from digest.steps.weekly import build_issue
    from digest.wiring import open_resources

    settings = load_settings()
    options = BuildOptions(pinned=tuple(pin or ()), banned=tuple(ban or ()))
    with open_resources(settings) as resources:
        now = settings.clock()
        research(
            resources.db,
            classifier=resources.classifier,
            incumbents=resources.incumbents,
            embedder=resources.embedder,
        )
        report = build_issue(week, options=options, parts=resources.weekly_parts(), now=now)
    if as_json:
        print_json(report.document())
        return
    if explain:
        print_plan(report.plan, shows_all=True)
    _print_build(report)


def _print_build(report: "BuildReport") -> None:
    from digest.steps.build_report import move_line

    plan = report.plan
    typer.echo(
        f"{plan.week}: {counted(plan.fresh, 'fresh tool')} between "
        f"{plan.window_start:%Y-%m-%d %H:%M} and {plan.cutoff:%Y-%m-%d %H:%M} UTC"
    )
    typer.echo(
        f"{counted(plan.considered_tools, 'tool')} looked at, older ones of the same jobs included: "
        f"{counted(plan.passed, 'candidate')}, {len(plan.rejections)} left out"
    )
    if report.issue is not None:
        rows = [
            (item.position, f"{item.a.name} vs {item.b.name}", item.job_label, item.answer.line)
            for item in report.issue.comparisons
        ]
        print_table("", ("", "pair", "job", "answer"), rows)
        for item in report.issue.comparisons:
            typer.echo(f"{item.position}. why: {item.why}")
        for move in report.moves:
            typer.echo(f"moved: {move_line(move)}")
        typer.echo("")
    if report.rejected:
        print_table("left out", ("tools", "because"), [(n, r) for r, n in report.rejected.items()])
    for line in (*report.decisions, *report.panel, *report.watch):
        typer.echo(line)
    if report.issue is None or report.edition is None:
        typer.echo(f"no issue: {report.note}")
        return
    if report.note:
        typer.echo(report.note)
    typer.echo(f"edition {report.edition.sha256[:12]} is in review; release it with:")
    typer.echo(f"  digest approve {plan.week} --by NAME --edition {report.edition.sha256[:12]}")


def approve_command(
    week: WeekArgument,
    by: Annotated[str, typer.Option(metavar="NAME", help="The editor who releases it.")],
    edition: Annotated[
        str | None,
        typer.Option(
            metavar="HASH",
            help="Beginning of the hash you looked at, as build prints it: refused if another "
            "edition stands by now.",
        ),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Release exactly the edition that stands for the week; any later change needs a new release."""
    from digest.settings import load_settings
    from digest.steps.weekly import approve_issue
    from digest.wiring import open_resources

    settings = load_settings()
    with open_resources(settings) as resources:
        approval = approve_issue(resources.db, week, by=by, now=settings.clock(), looked_at=edition)
    if as_json:
        print_json(approval)
        return
    typer.echo(f"{week}: edition {approval.edition_sha256[:12]} released by {approval.by}")


def withdraw_command(
    slug: Annotated[str, typer.Argument(help="The comparison, as in the address of its page.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="The editor who takes it back.")] = "",
    reason: Annotated[
        str, typer.Option(metavar="TEXT", help="Why, as readers are told on its page.")
    ] = "",
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Let it stand again.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take a published comparison back: its page answers 410 with the reason, lists drop it."""
    from digest.settings import load_settings
    from digest.steps.withdraw import restore, withdraw
    from digest.wiring import open_resources

    settings = load_settings()
    with open_resources(settings) as resources:
        if undo:
            found = restore(resources.db, slug)
            told = {"week": found.week, "slug": slug, "stands": True}
            line = f"{slug} of {found.week} stands again"
        else:
            now = settings.clock()
            done = withdraw(resources.db, slug, by=by, reason=reason, now=now)
            told = {**done.model_dump(mode="json"), "stands": False}
            line = f"{slug} of {done.week} was taken back: {done.reason}"
    if as_json:
        print_json(told)
    else:
        typer.echo(line)


def status_command(*, as_json: JsonFlag = False) -> None:
    """Say how everything stands: what rests where, mails by state, sources by last outcome."""
    from digest.settings import load_settings
    from digest.steps.status import status
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        found = status(resources.db)
    if as_json:
        print_json(found)
        return
    print_table("resting places", ("what", "how many"), list(found.counts.items()))
    print_table("subscribers", ("state", "how many"), list(found.subscribers.items()))
    issues = [
        (issue.week, issue.state, issue.audience or None, _states(issue.deliveries))
        for issue in found.issues
    ]
    print_table("issues", ("week", "state", "audience", "deliveries"), issues)
    sources = [(s.source, s.outcome, s.items, s.good_at, s.reason) for s in found.sources]
    columns = ("source", "last outcome", "items", "last good (UTC)", "reason")
    print_table("sources", columns, sources)
    if found.mailboxes:
        boxes = [(box.name, box.read_at, box.trouble or None) for box in found.mailboxes]
        print_table("mailboxes", ("mailbox", "last read (UTC)", "trouble"), boxes)
    if not found.sources:
        remark("nothing was read yet: digest ingest")


def _states(states: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in states.items()) or "none"
