"""
Read which messages a relay took from its log, or from a plain list of Message-IDs.

Pure: takes lines, gives facts. Postfix logs a message's id as soon as it has read the header
(``cleanup[1]: 4Abc: message-id=<x@y>``), so that line alone proves nothing: the client may have
gone before the final dot, or a filter refused it after. Taken is what its queue manager then speaks
of (``qmgr[1]: 4Abc: from=<…>, size=…``), or what has an end (``smtp[1]: 4Abc: to=<…>, … status=sent``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_WORDS = 200

_LOGGED = re.compile(r"/[a-z-]+\[\d+\]: (?P<queue>[0-9A-Za-z]{6,}): (?P<rest>.*)")
_MESSAGE_ID = re.compile(r"message-id=(<[^<>\s]+>)")
_QUEUED = re.compile(r"from=<[^>]*>, size=\d+")
_ENDED = re.compile(r"to=<.*?, status=(?P<status>\w+)(?: \((?P<words>.*)\))?")
_BARE = re.compile(r"<?([^<>\s@,;]+@[^<>\s,;]+?)>?")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is said of a message that the relay took."""

    queue_id: str = ""
    """Empty where only a list names the message."""
    status: str = ""
    """What became of it in the end, such as ``sent``; empty where the log does not tell."""
    words: str = ""

    @property
    def reply(self) -> str:
        """What is kept with the delivery."""
        if not self.queue_id:
            return "named in a list of what the relay took"
        end = f", {self.status}" if self.status else ""
        words = f" ({self.words})" if self.words else ""
        return f"queued as {self.queue_id} by the relay's log{end}{words}"


def taken(lines: Iterable[str]) -> dict[str, Taken]:
    """
    Give what the relay took, by Message-ID with its angle brackets.

    Args:
        lines: Of a log of Postfix, oldest first, or of a file that has one Message-ID a line and
            nothing else. Other lines count for nothing.
    """
    names: dict[str, str] = {}
    """Message-ID by queue id, which is used again."""
    found: dict[str, Taken] = {}
    for line in lines:
        text = line.strip()
        if logged := _LOGGED.search(text):
            queue, rest = logged["queue"], logged["rest"]
            if named := _MESSAGE_ID.match(rest):
                names[queue] = named[1]
            elif queue in names and (said := _said(queue, rest)):
                before = found.get(names[queue])
                found[names[queue]] = said if said.status or before is None else before
        elif bare := _BARE.fullmatch(text):
            found.setdefault(f"<{bare[1]}>", Taken())
    return found


def _said(queue: str, rest: str) -> Taken | None:
    """Give what a line proves of the message under a queue id; None where it proves nothing."""
    if ended := _ENDED.match(rest):
        return Taken(queue, ended["status"], (ended["words"] or "")[:LONGEST_WORDS])
    return Taken(queue) if _QUEUED.match(rest) else None
