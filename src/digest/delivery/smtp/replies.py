"""
Read the replies of an SMTP server out of the octets it sends.

Pure: octets may come in any pieces; replies come out whole, in order.
"""

from typing import NamedTuple

CLOSING = 421
GO_AHEAD = 354
CHALLENGE = 334
LONGEST_LINE = 4096
"""Octets of one line that are taken; RFC 5321 4.5.3.1.5 has 512, and servers exceed it."""
MOST_LINES = 200
"""Lines that one reply may have."""


class Reply(NamedTuple):
    """One reply; code 0 stands for what is no SMTP at all."""

    code: int
    lines: tuple[bytes, ...]
    """What follows the code, a line each."""

    @property
    def is_good(self) -> bool:
        """Done as asked."""
        return 200 <= self.code < 300  # noqa: PLR2004 # the classes of RFC 5321 4.2.1

    @property
    def is_transient(self) -> bool:
        """Not now; perhaps later."""
        return 400 <= self.code < 500  # noqa: PLR2004 # as above

    @property
    def is_permanent(self) -> bool:
        """Never like this."""
        return 500 <= self.code < 600  # noqa: PLR2004 # as above

    @property
    def words(self) -> str:
        """Code and text in one printable line: control characters cannot be stored everywhere."""
        text = b"\n".join(self.lines).decode("utf-8", "replace")
        if not text.isprintable():
            text = "".join(char if char.isprintable() else " " for char in text)
        return (f"{self.code} {text}" if self.code else text).strip()


class ReplyReader:
    """Cuts octets into replies."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []

    @property
    def is_between(self) -> bool:
        """True when nothing of a further reply has come."""
        return not self._rest and not self._lines

    def feed(self, octets: bytes) -> list[Reply]:
        """Give the replies that are whole now; nothing is to be read after one with code 0."""
        lines = (self._rest + octets).split(b"\n") if self._rest else octets.split(b"\n")
        self._rest = lines.pop()
        replies: list[Reply] = []
        for line in lines:
            code = line[:3]
            if not code.isdigit() or line[3:4] not in b" -\r" or len(self._lines) > MOST_LINES:
                return [*replies, Reply(0, (line[:200],))]
            self._lines.append(line[4:].removesuffix(b"\r"))
            if line[3:4] != b"-":
                replies.append(Reply(int(code), tuple(self._lines)))
                self._lines.clear()
        if len(self._rest) > LONGEST_LINE:
            replies.append(Reply(0, (self._rest[:200],)))
        return replies
