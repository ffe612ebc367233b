"""The command that looks at tools' own pages."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, print_json, print_table, remark
from digest.model import PageOutcome
from digest.model.wording import counted

if TYPE_CHECKING:
    from digest.model import Visit
    from digest.steps.enrich import PageReport
    from digest.wiring import Resources


def research_command(
    tool: Annotated[str | None, typer.Option(help="Slug of the only tool to look at.")] = None,
    limit: Annotated[
        int, typer.Option(min=1, max=1_000, help="Most tools, the newest first.")
    ] = 200,
    *,
    as_json: JsonFlag = False,
) -> None:
    """
    Look at the own pages of tools that are due, and read what they say.

    A page is asked for once a week, one that could not be had once a day.

    A page in trouble is said and stops no other.
    """
    from digest.settings import load_settings
    from digest.steps.visits import due_visits
    from digest.wiring import open_resources

    settings = load_settings()
    with open_resources(settings) as resources:
        visits = due_visits(resources.db, now=settings.clock(), limit=limit, tool=tool)
        reports = asyncio.run(_research(resources, visits))
    outcomes = Counter(report.outcome for report in reports)
    if as_json:
        tools = len({report.tool for report in reports})
        facts = sum(report.facts for report in reports)
        print_json({"tools": tools, "facts": facts, "outcomes": outcomes, "pages": reports})
        return
    _print(reports)


def _print(reports: "tuple[PageReport, ...]") -> None:
    rows = [(r.tool, r.role, r.outcome, r.facts, r.url) for r in reports]
    print_table("", ("tool", "page", "outcome", "facts", "url"), rows, of="pages")
    for report in reports:
        if report.outcome not in {PageOutcome.OK, PageOutcome.UNCHANGED}:
            remark(f"{report.tool}, {report.role}, {report.outcome}: {report.reason}")
    read = sum(report.outcome is PageOutcome.OK for report in reports)
    facts = counted(sum(report.facts for report in reports), "fact")
    typer.echo(f"{counted(len(reports), 'page')} looked at, {read} read, {facts}")


async def _research(
    resources: "Resources", visits: "tuple[Visit, ...]"
) -> "tuple[PageReport, ...]":
    from digest.steps.enrich import enrich

    async with resources.fetcher() as fetcher:
        return await enrich(visits, parts=resources.enrich_parts(fetcher))
