"""Commands over the keys that sign mail: make one, print its record, look whether it is published."""

# ruff: noqa: PLC0415 # the parts are loaded when a command runs: --help answers at once

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.output import JsonFlag, print_json, remark

if TYPE_CHECKING:
    from digest.mail.dkim.keys import DkimKey

LAST_PORT = 65_535
DNS_PORT = 53
LAST_PORT = 65_535
NOT_IN_ORDER = 1
"""Exit code: receivers would not find the signatures good."""

dkim = typer.Typer(
    name="dkim", help="Keys that sign mail (DKIM), and their records.", no_args_is_help=True
)


@dkim.callback()
def group() -> None:
    """Keys that sign mail (DKIM), and their records."""


@dkim.command("keygen")
def keygen_command(
    selector: Annotated[
        str, typer.Option(help="Name of the key in DNS: a new one for each key, such as d2026a.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write; it must not exist.")],
    *,
    ed25519: Annotated[
        bool, typer.Option("--ed25519", help="Ed25519, to stand beside an RSA key.")
    ] = False,
) -> None:
    """Make a private key, readable by its owner only; an existing file is never overwritten."""
    from digest.mail.dkim.keys import KeyKind
    from digest.settings.mail import is_selector
    from digest.steps.signing import write_new_key

    if not is_selector(selector):
        raise typer.BadParameter(f"{selector!r} is no name in DNS", param_hint="--selector")
    write_new_key(out, kind=KeyKind.ED25519 if ed25519 else KeyKind.RSA)
    prefix = "DIGEST_DKIM_ED25519" if ed25519 else "DIGEST_DKIM"
    typer.echo(f"written: {out}")
    typer.echo(f"set: {prefix}_SELECTOR={selector} {prefix}_KEY_FILE={out.resolve()}")
    typer.echo("then publish what digest dkim record prints, and look with: digest dkim check")


@dkim.command("record")
def record_command(*, as_json: JsonFlag = False) -> None:
    """Print the TXT record of each key: as a line of a zone file, and its text in one piece."""
    from digest.mail.dkim.records import strings, zone_line

    keys = _keys()
    if as_json:
        rows = [
            {"name": key.name, "text": key.record, "strings": strings(key.record)} for key in keys
        ]
        print_json(rows)
        return
    for key in keys:
        typer.echo(f"; {key.kind}, for a zone file:\n{zone_line(key)}")
        typer.echo(f"; or for a form, TXT at {key.name}:\n{key.record}")


@dkim.command("check")
def check_command(
    resolver: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT", help="DNS server to ask, by IP address; unset, this machine's."
        ),
    ] = None,
    *,
    as_json: JsonFlag = False,
) -> None:
    """Ask DNS for each key's record and compare it, sign a sample; exit 1 if something is wrong."""
    from digest.steps.published import check_keys

    server = _server(resolver) if resolver else None
    keys = _keys()
    found = check_keys(keys, server=server)
    if as_json:
        print_json([{"name": key.name, "problems": found[key.name]} for key in keys])
    else:
        for key in keys:
            wrong = [f"{key.name}: {text}" for text in found[key.name]]
            typer.echo("\n".join(wrong) or f"{key.name}: published, and a sample verifies")
    for text in (text for key in keys for text in key.remarks):
        remark(text)
    if any(found.values()):
        raise typer.Exit(NOT_IN_ORDER)


def _keys() -> "tuple[DkimKey, ...]":
    from digest.errors import SettingsError
    from digest.settings import load_settings
    from digest.steps.signing import signing_keys
    from digest.wiring import brand_of

    settings = load_settings()
    keys = signing_keys(settings, sender_domain=brand_of(settings).domain)
    if not keys:
        raise SettingsError(
            "DIGEST_DKIM_SELECTOR",
            "is not set, so there is no key; make one with: digest dkim keygen --selector NAME "
            "--out FILE",
        )
    return keys


def _server(text: str) -> tuple[str, int]:
    """Read the IP address and port of a DNS server; without a port it is 53."""
    host, colon, port = text.rpartition(":")
    if not colon or host.endswith(":"):  # no port, or an IPv6 address as it is
        host, port = text, str(DNS_PORT)
    host = "127.0.0.1" if host == "localhost" else host
    said = f"{text!r} is no IP address with a port, such as 127.0.0.1:53"
    try:
        server = str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError as error:
        raise typer.BadParameter(said, param_hint="--resolver") from error
    if not 0 < server[1] <= LAST_PORT:
        raise typer.BadParameter(said, param_hint="--resolver")
    return server
