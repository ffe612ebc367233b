"""Commands on jobs: what tools are for, which wait for an editor's word, and what an editor says."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import sys
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.output import JsonFlag, print_json, print_table
from digest.cli.tools import By, Reason, Slug, decide
from digest.errors import GivenError

jobs = typer.Typer(
    name="jobs",
    help="What tools are for: finding it, the tools that wait for an answer, an editor's word.",
    no_args_is_help=True,
)


@jobs.command("list")
def list_command(*, as_json: JsonFlag = False) -> None:
    """List the jobs there are, with those next to each."""
    from digest.catalogue.jobs import load_jobs

    found = load_jobs()
    if as_json:
        print_json({"jobs": found})
        return
    rows = [(job.key, job.label, job.category, ", ".join(job.adjacent)) for job in found]
    print_table("", ("job", "label", "category", "next to it"), rows, of="jobs")


@jobs.command("classify")
def classify_command(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Tools, a JSON object a line with a name; - for standard input."
        ),
    ],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Say what tools are for by their words and tags alone, without a database."""
    from digest.catalogue.jobs import JobClassifier, load_jobs
    from digest.steps.jobs import classify

    text, name = _read(file)
    found = classify(text, name=name, classifier=JobClassifier(load_jobs()))
    if as_json:
        print_json(found)
        return
    rows = [(each.name, each.job, f"{each.confidence:.2f}", each.runner_up) for each in found]
    print_table("", ("tool", "job", "sure", "or else"), rows)


def _read(file: str) -> tuple[str, str]:
    """Give a file's text and what to call it. Raises GivenError where it cannot be read."""
    name = "standard input" if file == "-" else file
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode(), name
    except OSError as error:
        raise GivenError(
            name, f"cannot be read ({error.strerror}); name a file that can"
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise GivenError(f"{name} line {line}", "not UTF-8; save it as UTF-8") from error


@jobs.command("queue")
def queue_command(
    *,
    limit: Annotated[int, typer.Option(min=1, help="Most tools to list.")] = 30,
    as_json: JsonFlag = False,
) -> None:
    """List the tools whose job is not sure enough to pair them, the most worthwhile first."""
    from digest.issues.config import PairingConfig
    from digest.settings import load_settings
    from digest.steps.jobs import job_queue
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        found = job_queue(resources.db, below=PairingConfig().min_job_confidence)
    waiting = found[:limit]
    if as_json:
        print_json({"waiting": len(found), "tools": waiting})
        return
    rows = [(t.slug, t.tagline, t.job, f"{t.job_confidence:.2f}", t.job_runner_up) for t in waiting]
    print_table("", ("tool", "tagline", "job", "sure", "or else"), rows, of="tools that wait")
    if len(found) > limit:
        typer.echo(f"{len(found)} tools wait; --limit {len(found)} lists all")
    if found:
        typer.echo("answer: digest jobs set TOOL JOB --by NAME; digest jobs list names the jobs")


@jobs.command("set")
def set_command(
    tool: Slug,
    job: Annotated[str, typer.Argument(metavar="JOB", help="Key of the job it does.")],
    by: By,
    reason: Reason = "",
    *,
    as_json: JsonFlag = False,
) -> None:
    """Say what a tool is for. It outranks all else, teaches the classifier, and can be undone."""
    from digest.steps.decide import set_job

    decide(lambda editor: set_job(editor, tool, job), by, reason, as_json=as_json)


@jobs.command("resort")
def resort_command(*, as_json: JsonFlag = False) -> None:
    """Find the jobs of all tools anew, by all that editors have said since, and list what moved."""
    from digest.settings import load_settings
    from digest.steps.jobs import sort_anew
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        moved = sort_anew(
            resources.db, classifier=resources.classifier, embedder=resources.embedder
        )
    if as_json:
        print_json({"moved": moved})
        return
    rows = [(each.tool, each.before, each.job) for each in moved]
    print_table("", ("tool", "job before", "job now"), rows, of="tools that moved")
