"""Commands for editors: build, approve, export; and how everything stands."""

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import JsonFlag, WeekArgument, errors, print_json, print_table
from digest.settings import load_settings
from digest.steps import status as status_step
from digest.steps.build_report import BuildReport
from digest.steps.export import export_issue
from digest.steps.research import research
from digest.steps.weekly import BuildOptions, approve_issue, build_issue
from digest.wiring import open_resources


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("build")(build_command)
    app.command("approve")(approve_command)
    app.command("export")(export_command)
    app.command("status")(status_command)


def build_command(
    week: Annotated[
        str | None, typer.Option(help="ISO week such as 2026-W47; unset, the current one.")
    ] = None,
    pin: Annotated[
        list[str] | None,
        typer.Option(help="Pair that must be in, as slug+slug; may be given several times."),
    ] = None,
    ban: Annotated[
        list[str] | None,
        typer.Option(help="Slug of a tool that must stay out; may be given several times."),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Build the week's issue from what is stored: review, pair, draft, render. Not yet sent."""
    settings = load_settings()
    options = BuildOptions(pinned=tuple(pin or ()), banned=tuple(ban or ()))
    with open_resources(settings) as resources:
        now = settings.clock()
        research(resources.db, classifier=resources.classifier)
        report = build_issue(week, options=options, parts=resources.weekly_parts(), now=now)
    if as_json:
        print_json(report.document())
    else:
        _print_build(report)


def _print_build(report: BuildReport) -> None:
    plan = report.plan
    typer.echo(
        f"{plan.week}: {plan.fresh} fresh tools between {plan.window_start:%Y-%m-%d %H:%M} and "
        f"{plan.cutoff:%Y-%m-%d %H:%M} UTC, {plan.candidates} candidates"
    )
    if report.issue is not None:
        rows = [
            (item.position, f"{item.a.name} vs {item.b.name}", item.job_label, item.answer.line)
            for item in report.issue.comparisons
        ]
        print_table("", ("", "pair", "job", "answer"), rows)
        for item in report.issue.comparisons:
            typer.echo(f"{item.position}. why: {item.why}")
    if report.rejected:
        print_table("left out", ("tools", "because"), [(n, r) for r, n in report.rejected.items()])
    if report.issue is None or report.edition is None:
        typer.echo(f"no issue: {report.note}")
        return
    if report.note:
        typer.echo(report.note)
    typer.echo(f"edition {report.edition.sha256[:12]} is in review; release it with:")
    typer.echo(f"  digest approve {plan.week} --by NAME")


def approve_command(
    week: WeekArgument,
    by: Annotated[str, typer.Option(help="Name of the editor who releases it.")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Release exactly the edition that stands for the week; any later change needs a new release."""
    settings = load_settings()
    with open_resources(settings) as resources:
        approval = approve_issue(resources.db, week, by=by, now=settings.clock())
    if as_json:
        print_json(approval)
        return
    typer.echo(f"{week}: edition {approval.edition_sha256[:12]} released by {approval.by}")


def export_command(
    week: WeekArgument,
    directory: Annotated[Path, typer.Option("--dir", help="Folder to write to.")] = Path(),
) -> None:
    """Write the week's edition as issue.html, issue.txt and issue.eml (as a subscriber gets it)."""
    settings = load_settings()
    with open_resources(settings) as resources:
        paths = export_issue(
            resources.db,
            week,
            directory=directory,
            brand=resources.brand,
            secret=resources.secret,
            clock=settings.clock,
        )
    for path in paths:
        typer.echo(str(path))


def status_command(*, as_json: JsonFlag = False) -> None:
    """Say how everything stands: what rests where, mails by state, sources by last outcome."""
    settings = load_settings()
    with open_resources(settings) as resources:
        found = status_step.status(resources.db)
    if as_json:
        print_json(found)
        return
    print_table("resting places", ("what", "how many"), list(found.counts.items()))
    rows = [
        (issue.week, issue.state, issue.audience, _states(issue.deliveries))
        for issue in found.issues
    ]
    print_table("issues", ("week", "state", "audience", "deliveries"), rows)
    sources = [
        (s.source, s.outcome, s.items, s.good_at and f"{s.good_at:%Y-%m-%d %H:%M}", s.reason)
        for s in found.sources
    ]
    print_table("sources", ("source", "last outcome", "items", "last good", "reason"), sources)
    if not found.sources:
        errors().print("nothing was read yet: digest ingest")


def _states(states: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in states.items()) or "none"
