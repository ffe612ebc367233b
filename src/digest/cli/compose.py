"""``digest compose``: one finished message on standard output, as it would be sent."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

from typing import Annotated

import typer

from digest.cli.output import WeekArgument


def compose_command(
    week: WeekArgument,
    to: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Somebody in the audience, or a confirmed subscriber."
        ),
    ],
    *,
    test: Annotated[
        bool, typer.Option("--test", help="For anybody: a copy whose links lead nowhere.")
    ] = False,
) -> None:
    """
    Write one finished message of a week to standard output, octet for octet as it would be sent.

    Its links are the reader's own: whoever has them can end that subscription.
    """
    from digest.settings import load_settings
    from digest.steps.finished import finished_message
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        message = finished_message(week, to, parts=resources.send_parts(), as_test=test)
    typer.echo(message.content, nl=False)
