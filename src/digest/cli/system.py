"""Commands for whoever runs the machine: migrate, serve the pages, run the demo."""

from pathlib import Path
from typing import Annotated

import typer

from digest.settings import load_settings
from digest.store.engine import Database
from digest.store.migrate import migrate
from digest.wiring import open_resources


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command("migrate")(migrate_command)
    app.command("web")(web_command)
    app.command("demo")(demo_command)


def migrate_command() -> None:
    """Bring the database's schema up to this program's."""
    database = Database(load_settings().database_url)
    try:
        revision = migrate(database)
    finally:
        database.close()
    typer.echo(f"the database is at schema {revision}")


def web_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve the public pages."""
    from digest.web.serve import serve  # noqa: PLC0415 # FastAPI loads slowly; only this needs it

    with open_resources(load_settings()) as resources:
        serve(resources, host=host, port=port)


def demo_command(
    directory: Annotated[
        Path, typer.Option("--dir", help="Folder the demo keeps everything in.")
    ] = Path("var/demo"),
    *,
    serve: Annotated[
        bool, typer.Option("--serve", help="Leave the web pages running afterwards.")
    ] = False,
) -> None:
    """Run the demo week whole: launch pages, verdicts, an editor's release, mail to 25 readers."""
    from digest.demo.run import run_demo  # noqa: PLC0415 # Prefect loads slowly; only this needs it

    run_demo(directory, serve=serve)
