"""
Sign a message by DKIM (RFC 6376, relaxed/relaxed): made ready once, then two hashes and a key each.

Pure. The body is its own relaxed form already (``mail.quoted``), and of the header most is the same
for all recipients: that part is hashed once, and each message goes on from a copy.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.mail.dkim.keys import DkimKey

if TYPE_CHECKING:
    from hashlib import _Hash

OVERSIGNED = ("from", "subject")
"""Named once more than they occur, so that nobody can add a second one."""

_FOLD = b"\r\n "
_B_WIDTH = 72
_H_WIDTH = 68
_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True, eq=False)
class Signer:
    """What signs the messages of one template; without keys it signs nothing."""

    header: "_Hash"
    """SHA-256 of the fields that are the same for everybody."""
    body: "_Hash"
    """SHA-256 of the beginning of the body, up to its first slot."""
    seals: tuple["_Seal", ...]

    def signatures(self, *, personal: bytes, rest: Iterable[bytes]) -> bytes:
        """
        Give the DKIM-Signature fields of one message, one for each key, each with CRLF.

        Args:
            personal: The recipient's own fields in relaxed form, in the order told to ``prepare``.
            rest: The body after its beginning, in pieces.
        """
        if not self.seals:
            return b""
        body = self.body.copy()
        for piece in rest:
            body.update(piece)
        header = self.header.copy()
        header.update(personal)
        body_hash = b64encode(body.digest())
        return b"".join(seal.field(header, body_hash) for seal in self.seals)


@dataclass(frozen=True, slots=True)
class _Seal:
    """One key, and its signature field up to the hash of the body."""

    key: DkimKey
    written: bytes
    relaxed: bytes

    def field(self, header: "_Hash", body_hash: bytes) -> bytes:
        signed = header.copy()
        # The field signs itself with an empty b=, and as the last one without a line break.
        signed.update(b"%b%b; b=" % (self.relaxed, body_hash))
        value = b64encode(self.key.sign(signed.digest()))
        lines = [value[:_FIRST]]
        lines += [value[at : at + _B_WIDTH] for at in range(_FIRST, len(value), _B_WIDTH)]
        return b"%b%b;\r\n b=%b\r\n" % (self.written, body_hash, _FOLD.join(lines))


_FIRST = _B_WIDTH - len("b=")


def prepare(
    keys: Sequence[DkimKey],
    *,
    constant: Sequence[tuple[str, str]],
    personal: Sequence[str],
    beginning: bytes,
) -> Signer:
    """
    Make ready what is the same for all messages.

    Args:
        keys: One signature each, the first on top.
        constant: Fields to be signed, name and value, folded as on the wire.
        personal: Names of the fields to be signed that each message brings, in their order.
        beginning: The body up to its first slot.
    """
    names = [*(name.lower() for name, _ in constant), *(name.lower() for name in personal)]
    covered = _folded_names([*names, *OVERSIGNED])
    return Signer(
        header=hashlib.sha256(b"".join(relaxed(name, value) for name, value in constant)),
        body=hashlib.sha256(beginning),
        seals=tuple(_seal(key, covered) for key in keys),
    )


def relaxed(name: str, value: str) -> bytes:
    """Give a header field in relaxed form (RFC 6376 3.4.2), with CRLF."""
    unfolded = _BLANKS.sub(" ", value.replace("\r\n", "")).strip(" ")
    return f"{name.lower()}:{unfolded}\r\n".encode()


def _seal(key: DkimKey, covered: str) -> _Seal:
    value = (
        f"v=1; a={key.algorithm}; c=relaxed/relaxed;\r\n d={key.domain};\r\n s={key.selector};"
        f"\r\n h={covered};\r\n bh="
    )
    written = f"DKIM-Signature: {value}".encode()
    return _Seal(key, written, relaxed("DKIM-Signature", value).removesuffix(b"\r\n"))


def _folded_names(names: Sequence[str]) -> str:
    """Join the names of ``h=`` by colons, a new line where one grows long."""
    lines, line = [], ""
    for name in names[:-1]:
        if len(line) + len(name) > _H_WIDTH:
            lines.append(line)
            line = ""
        line += f"{name}:"
    return "\r\n ".join([*lines, line + names[-1]])
