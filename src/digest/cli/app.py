"""The one Typer application, and how an error reaches a person."""

import io
import logging
import os
import sys
import tempfile
import traceback
from typing import Annotated

import typer

from digest import __version__
from digest.cli import (
    bounce,
    captures,
    compose,
    delivery,
    dkim,
    export,
    feedback,
    health,
    issues,
    jobs,
    orders,
    pairs,
    panel,
    readers,
    research,
    send,
    sources,
    system,
    tools,
)
from digest.errors import DigestError

app = typer.Typer(
    name="digest",
    help="Weekly AI Tool Verdicts: from launch pages to mail in mailboxes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_PANELS = {
    "A week, in this order": (
        ("ingest", sources.ingest_command),
        ("research", research.research_command),
        ("build", issues.build_command),
        ("export", export.export_command),
        ("approve", issues.approve_command),
        ("compose", compose.compose_command),
        ("send", send.send_command),
        ("pause", orders.pause_command),
        ("resume", orders.resume_command),
        ("cancel", orders.cancel_command),
        ("withdraw", issues.withdraw_command),
    ),
    "How everything stands": (
        ("status", issues.status_command),
        ("throttles", orders.throttles_command),
    ),
    "The machine": (
        ("migrate", system.migrate_command),
        ("web", system.web_command),
        ("parse", sources.parse_command),
        ("replay", captures.replay_command),
        ("fetch", sources.fetch_command),
        ("identify", tools.identify_command),
        ("demo", system.demo_command),
    ),
}
for _panel, _commands in _PANELS.items():
    for _name, _command in _commands:
        app.command(_name, rich_help_panel=_panel)(_command)
app.add_typer(delivery.deliveries, rich_help_panel="How everything stands")
app.add_typer(health.sources, rich_help_panel="How everything stands")
app.add_typer(health.health, rich_help_panel="The machine")
app.add_typer(bounce.bounce, rich_help_panel="The machine")
app.add_typer(captures.captures, rich_help_panel="The machine")
app.add_typer(dkim.dkim, rich_help_panel="The machine")
app.add_typer(panel.panel, rich_help_panel="A week, in this order")
app.add_typer(tools.tools, rich_help_panel="A week, in this order")
app.add_typer(jobs.jobs, rich_help_panel="A week, in this order")
app.add_typer(pairs.pairs, rich_help_panel="A week, in this order")
app.add_typer(feedback.feedback, rich_help_panel="Readers")
app.add_typer(feedback.suppressions, rich_help_panel="Readers")
app.add_typer(readers.subscribers, rich_help_panel="Readers")


def _version(value: bool) -> None:  # noqa: FBT001 # Typer hands options over by position
    if value:
        typer.echo(f"digest {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    _version_asked: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version and stop."
        ),
    ] = False,
) -> None:
    """Weekly AI Tool Verdicts: from launch pages to mail in mailboxes."""


def run() -> None:
    """
    Run the command; whatever goes wrong is one sentence on standard error, and exit 1.

    The exit code of a command that came to its end is its own.
    """
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot show a dash shows a "?"
    try:
        try:
            app()
        finally:
            if sys.stdout:
                sys.stdout.flush()  # a full disk is noticed here, while it can still be said
    except DigestError as error:
        _stop(str(error))
    except BrokenPipeError:  # whoever read our output has seen enough
        _give_up_output()
        sys.exit(1)
    except OSError as error:
        if not error.filename:
            _give_up_output()
        where = error.filename or "the output"
        _stop(f"{where} cannot be used ({error.strerror or error}); mend that, then run it again")
    except Exception as error:  # noqa: BLE001 # the outermost edge: a person gets no traceback
        _stop(_fault(error))


def _stop(sentence: str) -> None:
    typer.echo(f"digest: {sentence}", err=True)
    sys.exit(1)


def _give_up_output() -> None:
    """Let what is left of the output go nowhere, so that closing it does not fail again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.__stdout__.fileno() if sys.__stdout__ else 1)


def _fault(error: Exception) -> str:
    """Put what a programmer needs in a file, and say so in a sentence."""
    told = f"this is a fault in the program itself ({type(error).__name__})"
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="digest-fault-",
            suffix=".txt",
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return f"{told}; please report what you did, nothing more could be written down"
    return f"{told}; please report it, with the file {file.name}"
