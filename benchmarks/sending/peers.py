"""
What our way is held against: the usual Python way, aiosmtplib, and Debian's smtp-source.

The usual way builds an EmailMessage per reader, signs it with dkimpy (RSA-2048) and sends it with
smtplib over one connection. aiosmtplib and smtp-source are given finished octets: what they take is
the transport alone. None of the three keeps a ledger.
"""

import asyncio
import smtplib
import subprocess
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import aiosmtplib
import dkim
from material import NOW, Material
from servers import program

SENDER = "news@verdicts.example.com"
SIGNED = (b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe")


def usual(material: Material, *, count: int, port: int, key: bytes) -> None:
    """Build, sign and send so many messages the usual way."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(count):
            octets = composed(material, number)
            signature = dkim.sign(
                octets, b"bench", b"verdicts.example.com", key, include_headers=list(SIGNED)
            )
            server.sendmail(SENDER, [f"reader{number}@example.net"], signature + octets)


def composed(material: Material, number: int) -> bytes:
    """Give one message as the standard library makes it."""
    token = f"{number:040d}"
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Weekly AI Tool Verdicts <{SENDER}>"
    message["To"] = f"reader{number}@example.net"
    message["Subject"] = material.edition.subject
    message["Date"] = format_datetime(NOW)
    message["Message-ID"] = f"<{token}@verdicts.example.com>"
    message["List-Unsubscribe"] = f"<https://verdicts.example.com/u/{number}>"
    message.set_content(filled(material.edition.text, token))
    message.add_alternative(filled(material.edition.html, token), subtype="html")
    return message.as_bytes()


def filled(text: str, token: str) -> str:
    """Fill the slots of an edition."""
    return text.replace("@@UNSUBSCRIBE@@", token).replace("@@VOTE@@", token)


def aiosmtplib_way(messages: Sequence[bytes], *, count: int, port: int, connections: int) -> None:
    """Send finished messages by aiosmtplib, so many connections at once."""
    asyncio.run(_by_aiosmtplib(messages, count=count, port=port, connections=connections))


async def _by_aiosmtplib(
    messages: Sequence[bytes], *, count: int, port: int, connections: int
) -> None:
    numbers = iter(range(count))

    async def one() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        for number in numbers:
            octets = messages[number % len(messages)]
            await client.sendmail(SENDER, [f"reader{number}@example.net"], octets)
        await client.quit()

    await asyncio.gather(*(one() for _ in range(connections)))


def smtp_source(*, count: int, port: int, size: int, connections: int) -> None:
    """Send messages of that size by Debian's smtp-source, a program in C that composes nothing."""
    command = [program("smtp-source"), "-d", "-s", str(connections), "-l", str(size)]
    command += ["-m", str(count), "-f", SENDER, "-t", "reader@example.net", f"127.0.0.1:{port}"]
    subprocess.run(command, check=True)
