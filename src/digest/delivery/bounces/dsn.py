"""
Read delivery status reports: one finding for each recipient they name.

Pure. RFC 3464 in the wrapping of RFC 6522, and its UTF-8 sister, RFC 6533, whose part is
``message/global-delivery-status`` with addresses of type ``utf-8``.
"""

import re
import sys
from collections.abc import Iterator
from itertools import islice

from digest.delivery.bounces.findings import MAX_RECIPIENTS, Finding, address_in, worst_of_each
from digest.delivery.bounces.mime import Fields, Part, read_fields
from digest.delivery.bounces.status import has_reason, judged, status_in
from digest.model import FeedbackKind

KINDS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_MARKS = ("final-recipient", "original-recipient", "x-actual-recipient", "action", "status")
_ONCE = ("final-recipient", "original-recipient", "action")
"""What each recipient has once: the second one is the next recipient's."""
_GONE_ON = ("delivered", "relayed", "expanded")
_FAILED = ("fail", "error")  # OpenSMTPD writes "error"
_BLOCKS = re.compile(r"\n[ \t]*\n")
_ESCAPED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_XTEXT = re.compile(r"\+(2B|3D)")
MAX_WORDS = 600
"""Characters of a server's words that are looked at; the code and the reason come first."""
MAX_EXPLAINED = 2_000
"""Characters of the report's words for people that are looked at."""


def status_parts(letter: Part) -> tuple[Part, ...]:
    """Give the parts of a mail that say what became of it, whatever its servers called them."""
    leaves = tuple(letter.leaves())
    named = tuple(part for part in leaves if part.kind in KINDS)
    if named or letter.kind != "multipart/report":
        return named
    # Some gateways turn the part into plain text, and leave the report as it was.
    return tuple(
        part
        for part in leaves
        if part.kind.startswith("text/") and re.search(r"(?mi)^final-recipient[ \t]*:", part.text)
    )


def read_reports(parts: tuple[Part, ...], *, explained: str) -> tuple[Finding, ...]:
    """
    Read the status parts of one report.

    Args:
        parts: What :func:`status_parts` gave.
        explained: The report's words for people: they are asked where it names one recipient and
            no reason.

    Returns:
        One finding a recipient, the worst where one is named twice: hard, soft or policy for those
        that failed, DELIVERED for those that went on, NONE for a delay.
    """
    named = (fields for part in parts for fields in _recipients(part))
    recipients = list(islice(named, MAX_RECIPIENTS))
    spare = explained[:MAX_EXPLAINED] if len(recipients) == 1 else ""
    return worst_of_each(_finding(fields, spare=spare) for fields in recipients)


def _recipients(part: Part) -> Iterator[Fields]:
    """Give the fields of each recipient, also where the blank lines between them are missing."""
    text = part.content.decode("utf-8", "replace").replace("\0", "")
    for block in _BLOCKS.split(text):
        group: list[tuple[str, str]] = []
        for name, value in read_fields(block).pairs:
            if name in _ONCE and any(name == known for known, _ in group):
                yield Fields(tuple(group))
                group = []
            group.append((name, value))
        if any(name in _MARKS for name, _ in group):
            yield Fields(tuple(group))


def _finding(fields: Fields, *, spare: str) -> Finding:
    status = status_in(fields.first("status"))
    action = fields.first("action").lower()
    words = _words(fields)
    recipient = _recipient(fields)
    if action.startswith(_GONE_ON) or (not action and status and status[0] == "2"):
        return Finding(FeedbackKind.DELIVERED, recipient, status, words)
    has_failed = action.startswith(_FAILED) or (not action and status and status[0] == "5")
    if not has_failed:
        return Finding(FeedbackKind.NONE, recipient, status, words)
    kind, code = judged(status, words if has_reason(words) else f"{words}\n{spare}")
    return Finding(kind, recipient, code, words or spare)


def _words(fields: Fields) -> str:
    """Give the server's words; without any, what stands in brackets behind Action and Status."""
    said = fields.words("diagnostic-code")
    words = said.partition(";")[2].strip() or said
    notes = (fields.first(name).partition("(")[2] for name in ("action", "status"))
    return (words or " ".join(note.rstrip(")") for note in notes if note))[:MAX_WORDS]


def _recipient(fields: Fields) -> str | None:
    """Give the address we wrote to, not the one it was forwarded to, where both are named."""
    for name in ("original-recipient", "x-actual-recipient", "final-recipient"):
        kind, semicolon, value = fields.first(name).partition(";")
        if not semicolon:
            kind, value = "rfc822", kind
        if kind.strip().lower().startswith("utf-8"):
            value = _ESCAPED.sub(_character, value)
        elif name == "original-recipient":
            # ORCPT travels as xtext (RFC 3461), and some servers write it down as it came.
            value = _XTEXT.sub(lambda found: chr(int(found[1], 16)), value)
        if address := address_in(value):
            return address
    return None


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    character = chr(code) if code <= sys.maxunicode else ""
    return character if character.isprintable() and character else "\ufffd"
