"""
What a server offers (its reply to EHLO), and the commands that make use of it.

Pure. PIPELINING is RFC 2920, SIZE 1870, 8BITMIME 6152, SMTPUTF8 6531, DSN 3461, AUTH 4954.
"""

import re
from dataclasses import dataclass

from digest.delivery.smtp.replies import Reply
from digest.model import Message

_ADDRESS = re.compile(r"[^\s<>\x00-\x20\x7f]+@[^\s<>\x00-\x20\x7f]+")


@dataclass(frozen=True, slots=True)
class Offer:
    """The extensions of one server; an empty one is what a server without EHLO has."""

    names: tuple[str, ...] = ()
    """Keywords in upper case, as offered."""
    logins: frozenset[str] = frozenset()
    """Mechanisms of AUTH."""
    size: int = 0
    """Octets a message may have; 0: no limit is told."""
    pipelining: bool = False
    utf8: bool = False
    eight_bit: bool = False
    dsn: bool = False
    sizes: bool = False
    """Whether MAIL may say the size."""

    def has(self, name: str) -> bool:
        """Return True if the server offers this extension."""
        return name in self.names

    def listed(self) -> str:
        """Say what is offered, for a person."""
        return f"it offers {', '.join(self.names)}" if self.names else "it offers nothing"


def read_offer(reply: Reply) -> Offer:
    """Read a good reply to EHLO; its first line is the server's name."""
    words = [
        line.decode("utf-8", "replace").upper().replace("AUTH=", "AUTH ") for line in reply.lines
    ]
    told = {parts[0]: parts[1:] for line in words[1:] if (parts := line.split())}
    logins = {each for line in words[1:] if line.startswith("AUTH ") for each in line.split()[1:]}
    limit = told.get("SIZE", [])
    return Offer(
        names=tuple(told),
        logins=frozenset(logins),
        size=int(limit[0]) if limit and limit[0].isascii() and limit[0].isdigit() else 0,
        pipelining="PIPELINING" in told,
        utf8="SMTPUTF8" in told,
        eight_bit="8BITMIME" in told,
        dsn="DSN" in told,
        sizes="SIZE" in told,
    )


def objection(message: Message, offer: Offer) -> str:
    """Give the reason why this message cannot even be named to the server; empty if it can."""
    if not _ADDRESS.fullmatch(message.recipient):
        return "not an address that can be given to a mail server"
    if message.sender and not _ADDRESS.fullmatch(message.sender):
        return "its sender is not an address that can be given to a mail server"
    is_ascii = message.sender.isascii() and message.recipient.isascii()
    if not is_ascii and not offer.utf8:
        return "the mail server takes no address beyond ASCII (no SMTPUTF8)"
    octets = len(message.content)
    if offer.size and octets > offer.size:
        return f"too large for the mail server: {octets} octets, and it takes {offer.size}"
    if not offer.eight_bit and not _is_ascii(message):
        return "the mail server takes ASCII only (no 8BITMIME), and the content is not"
    return ""


def _is_ascii(message: Message) -> bool:
    return message.is_wire_ready or message.content.isascii()


def mail_command(message: Message, offer: Offer) -> bytes:
    """Give MAIL with the parameters that are offered and wanted."""
    said = f"MAIL FROM:<{message.sender}>"
    if offer.sizes:
        said += f" SIZE={len(message.content)}"
    if offer.eight_bit and not _is_ascii(message):
        said += " BODY=8BITMIME"
    if offer.utf8 and not (message.sender.isascii() and message.recipient.isascii()):
        said += " SMTPUTF8"
    if offer.dsn:
        said += " RET=HDRS"
    return f"{said}\r\n".encode()


def rcpt_command(message: Message, offer: Offer) -> bytes:
    """Give RCPT; where the server sends reports, one is asked for when delivery fails only."""
    notify = " NOTIFY=FAILURE" if offer.dsn else ""
    return f"RCPT TO:<{message.recipient}>{notify}\r\n".encode()


def on_the_wire(message: Message) -> tuple[bytes, bytes]:
    """
    Give content as it goes over the wire, and the line that ends it.

    Leading dots are doubled. Content without any is not copied.
    """
    content = message.content
    if message.is_wire_ready:
        return content, b".\r\n"
    if content.rfind(b"\n.") >= 0:  # rfind: a third of the time of ``in`` over 36 KB of lines
        content = content.replace(b"\n.", b"\n..")
    if content.startswith(b"."):
        content = b"." + content
    return content, b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
