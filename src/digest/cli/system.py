"""Commands for whoever runs the machine: migrate, serve the pages, run the demo."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import socket
from pathlib import Path
from typing import Annotated

import typer

from digest.errors import DigestError


def migrate_command() -> None:
    """Make the database's tables, or bring them up to this program's."""
    from digest.settings import load_settings
    from digest.store.engine import Database
    from digest.store.migrate import migrate

    database = Database(load_settings().database_url)
    try:
        revision = migrate(database)
    finally:
        database.close()
    typer.echo(f"the database is at schema {revision}")


def web_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the public pages until interrupted."""
    from digest.settings import load_settings
    from digest.web.serve import serve
    from digest.wiring import open_resources

    with open_resources(load_settings()) as resources:
        _require_free(host, port)
        serve(resources, host=host, port=port)


def _require_free(host: str, port: int) -> None:
    """Say in a sentence what the server would say with a log. Raises DigestError."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise DigestError(
            f"cannot listen on {host} port {port} ({error.strerror}); "
            "end what listens there, or name another with --host and --port"
        ) from error


def demo_command(
    directory: Annotated[
        Path, typer.Option("--dir", metavar="FOLDER", help="Folder the demo keeps everything in.")
    ] = Path("var/demo"),
    *,
    serve: Annotated[
        bool, typer.Option("--serve", help="Leave the web pages running afterwards.")
    ] = False,
) -> None:
    """Run the demo week whole: launch pages, verdicts, an editor's release, mail to 25 readers."""
    from digest.demo.run import run_demo

    run_demo(directory, serve=serve)
