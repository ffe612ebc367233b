"""Commands over the first resting place: parse one response, ingest all sources."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import (
    JsonFlag,
    moment,
    print_json,
    print_launches,
    print_table,
    remark,
)
from digest.errors import DigestError
from digest.model import Capture, Outcome, Reading, Source
from digest.model.wording import counted

if TYPE_CHECKING:
    from digest.steps.fetch import FetchReport
    from digest.steps.ingest import SourceReport
    from digest.wiring import Resources

IN_TROUBLE = (Outcome.SUSPECT, Outcome.BLOCKED, Outcome.FAILED)


def parse_command(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="Kind of source, such as hn_algolia.")
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File that holds one response's body.")
    ],
    captured_at: Annotated[
        datetime | None,
        typer.Option(
            parser=moment,
            metavar="ISO",
            help="When the response was fetched; UTC where no offset is given, now where unset.",
        ),
    ] = None,
    content_type: Annotated[str, typer.Option(help="Its Content-Type header.")] = "",
    url: Annotated[
        str | None, typer.Option(help="Address it came from: what relative links count from.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Source of your sources file whose address and options count."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help=r"What \[source.options] would say, to try it; may be given several times.",
        ),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Read one saved response as ingestion would, without a database."""
    from digest.settings import load_settings
    from digest.sources import parsers

    read_for = _named_source(source, kind) if source else _source_of(kind, is_told=bool(option))
    read_for = _told(read_for, option or [])
    if url:
        read_for = read_for.model_copy(update={"url": url})
    try:
        body = file.read_bytes()
    except OSError as error:
        raise DigestError(
            f"{file}: cannot be read ({error.strerror}); name a file that can"
        ) from error
    at = captured_at or load_settings().clock()
    capture = _capture(read_for, body, content_type=content_type, fetched_at=at)
    reading = parsers.read(capture, body, read_for)
    if as_json:
        print_json(reading)
        return
    _print_reading(reading)


def _named_source(name: str, kind: str) -> Source:
    """Give a source of the operator's sources file."""
    from digest.settings import load_settings
    from digest.sources.config import load_sources

    of_kind = [each for each in load_sources(load_settings().sources) if each.kind == kind]
    found = next((each for each in of_kind if each.name == name), None)
    if found is None:
        known = ", ".join(each.name for each in of_kind) or "none"
        raise DigestError(f"no source {name!r} of kind {kind!r}; the sources file has: {known}")
    return found


def _source_of(kind: str, *, is_told: bool) -> Source:
    """
    Give a source of a kind as it ships, without the options that it can do without.

    A page whose selectors are given is not the shipped source's: it has none of its options, and
    not its address.
    """
    from digest.sources import parsers
    from digest.sources.config import load_sources

    if kind not in parsers.KINDS:
        known = ", ".join(sorted(parsers.KINDS))
        raise DigestError(f"{kind!r} is no kind of source; use one of: {known}")
    default = next((source for source in load_sources(None) if source.kind == kind), None)
    needs_options = any(option.is_required for option in parsers.KINDS[kind].options.values())
    if default is None or (needs_options and is_told):
        return Source(name=kind, kind=kind, url="https://localhost/")
    options = default.options if needs_options else {}
    return Source(name=kind, kind=kind, url=default.url, options=options)


def _told(source: Source, options: list[str]) -> Source:
    """Give a source that is told more; what is said here beats what its file says."""
    from digest.sources.options import options_fault
    from digest.sources.parsers import KINDS

    if not options:
        return source
    given: dict[str, object] = {}
    for written in options:
        name, equals, value = written.partition("=")
        if not equals:
            raise DigestError(f"{written!r} is no option; write it as NAME=VALUE")
        given[name] = int(value) if value.isdecimal() else value
    told = {**source.options, **given}
    if fault := options_fault(told, kind=source.kind, known=KINDS[source.kind].options):
        raise DigestError(fault)
    return source.model_copy(update={"options": told})


def _capture(source: Source, body: bytes, *, content_type: str, fetched_at: datetime) -> Capture:
    from digest.sources.captures import capture_key

    digest = hashlib.sha256(body).hexdigest()
    return Capture(
        key=capture_key(source.url, status=200, body_sha256=digest, fetched_at=fetched_at),
        source=source.name,
        url=source.url,
        final_url=source.url,
        status=200,
        content_type=content_type,
        body_sha256=digest,
        body_bytes=len(body),
        fetched_at=fetched_at,
    )


def _print_reading(reading: Reading) -> None:
    reason = f" ({reading.reason})" if reading.reason else ""
    launches = counted(len(reading.launches), "launch", "launches")
    typer.echo(f"{reading.outcome}{reason}: {launches} of {counted(reading.rows, 'row')}")
    if reading.launches:
        print_launches(reading.launches)


def ingest_command(
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this source, even one that is switched off or gone for good; may be given "
            "several times."
        ),
    ] = None,
    *,
    due: Annotated[
        bool, typer.Option("--due", help="Only those that their rhythm (every_hours) asks for.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Read all sources once. Exit 1 when one of them is in trouble; the others are stored."""
    from digest.settings import load_settings
    from digest.steps.research import research
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        chosen = _chosen(resources.sources, source or [])
        reports = asyncio.run(_ingest(resources, chosen, only_due=due, insists=bool(source)))
        found = research(
            resources.db,
            classifier=resources.classifier,
            incumbents=resources.incumbents,
            embedder=resources.embedder,
        )
    if as_json:
        print_json({"sources": reports, "research": found})
    else:
        rows = [(r.source, r.kind, r.outcome, r.launches, r.new) for r in reports]
        print_table("", ("source", "kind", "outcome", "launches", "new"), rows)
        tools, facts = counted(found.tools, "tool"), counted(found.facts, "fact")
        typer.echo(f"{tools} brought up to date, {facts} read")
    troubled = [report for report in reports if report.outcome in IN_TROUBLE]
    for report in reports:
        if report.outcome is Outcome.SKIPPED and not as_json:
            remark(f"source {report.source}, {report.outcome}: {report.reason}")
    for report in troubled:
        remark(f"source {report.source}, {report.outcome}: {report.reason}")
    if troubled:
        raise typer.Exit(1)


def _chosen(sources: tuple[Source, ...], names: list[str]) -> tuple[Source, ...]:
    unknown = sorted(set(names) - {source.name for source in sources})
    if unknown:
        known = ", ".join(source.name for source in sources)
        raise DigestError(f"no source {unknown[0]!r} in the sources file; it has: {known}")
    return tuple(source for source in sources if not names or source.name in names)


async def _ingest(
    resources: "Resources", sources: tuple[Source, ...], *, only_due: bool, insists: bool
) -> tuple["SourceReport", ...]:
    from digest.steps.ingest import ingest

    async with resources.fetcher() as fetcher:
        return await ingest(
            sources, parts=resources.ingest_parts(fetcher), only_due=only_due, insists=insists
        )


def fetch_command(
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of one page.")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Fetch one page as ingestion would, and keep the response. Exit 1 when it could not be had."""
    from digest.settings import load_settings
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        report = asyncio.run(_fetch(resources, url))
    if as_json:
        print_json(report)
    else:
        print_table("", ("fact", "value"), report.model_dump(mode="json").items())
    if report.outcome is not Outcome.OK:
        raise typer.Exit(1)


async def _fetch(resources: "Resources", url: str) -> "FetchReport":
    from digest.steps.fetch import fetch_page

    async with resources.fetcher() as fetcher:
        return await fetch_page(url, fetcher=fetcher, db=resources.db, captures=resources.captures)
