"""
Read one mail that came back: what it says of which recipient, as feedback.

Pure: octets in, values out, and no octets make it raise. What decides comes first: a status report,
a complaint, a wish to leave, what a mail system says in plain words, what a program answers; all
else is a person's letter or noise, and NONE.

Nothing that is read here is true because it stands there: a stranger can write a report about any
address. ``Feedback.token`` is *unproven* until its signature was checked (``readers.links``), and
``message_id`` until a delivery has it; ``recipient`` proves nothing at all. Whoever acts on feedback
acts on the subscriber whom the proven token or Message-ID names, never on the recipient beside it,
and without such a proof not at all.
"""

import hashlib
from dataclasses import dataclass, replace

from pydantic import AwareDatetime

from digest.delivery.bounces import arf, dsn, plain, replies, traces
from digest.delivery.bounces.findings import WORST_FIRST, Finding
from digest.delivery.bounces.mime import Fields, Part, read_fields, read_mail
from digest.model import Feedback, FeedbackKind

MAX_DIAGNOSTIC = 500
MAX_KEY = 255
_NESTED = 3
"""Mails inside each other that are opened in search of a report: somebody forwards one."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was found in a mail, and the traces of ours in it."""

    findings: tuple[Finding, ...]
    token: str | None = None
    message_id: str | None = None


def read_feedback(
    octets: bytes, *, received_at: AwareDatetime, source: str = "mailbox"
) -> tuple[Feedback, ...]:
    """
    Read what one mail says of each recipient it names.

    Args:
        octets: The mail as it was fetched; anything else is NONE.
        received_at: When it came, aware.
        source: Where it came from, passed on.

    Returns:
        One piece of feedback or more, in the order of the mail; each recipient once. The key is the
        mail's own Message-ID, or the SHA-256 of its octets, with the recipient.
    """
    letter = read_mail(octets)
    reading = _read(letter, left=_NESTED)
    own_id = _clean(letter.fields.first("message-id"))
    mail = own_id or hashlib.sha256(octets).hexdigest()
    return tuple(
        Feedback(
            kind=finding.kind,
            source=source,
            key=_key(mail, finding.recipient),
            received_at=received_at,
            recipient=finding.recipient,
            status=finding.status,
            diagnostic=_clean(finding.words)[:MAX_DIAGNOSTIC] or None,
            token=reading.token,
            message_id=reading.message_id and _clean(reading.message_id),
        )
        for finding in reading.findings
    )


def worst(feedback: tuple[Feedback, ...]) -> Feedback:
    """Give the worst piece of one mail's feedback, the first of equals."""
    return min(feedback, key=lambda piece: WORST_FIRST.index(piece.kind))


def _read(letter: Part, *, left: int) -> _Reading:
    original = traces.original_fields(letter)
    return (
        _report(letter, original)
        or _complaint(letter, original)
        or _forwarded(letter, left=left)
        or _wish(letter)
        or _notice(letter, original)
        or _reply(letter, original)
        or _Reading((Finding(FeedbackKind.NONE),), traces.token_in(letter, original=Fields()), None)
    )


def _report(letter: Part, original: Fields) -> _Reading | None:
    parts = dsn.status_parts(letter)
    findings = dsn.read_reports(parts, explained=plain.words_of(letter)) if parts else ()
    if not findings:
        return None
    reported = [read_fields(part.content.decode("utf-8", "replace")) for part in parts]
    return _traced(findings, letter, original, reported=reported)


def _complaint(letter: Part, original: Fields) -> _Reading | None:
    report = arf.feedback_fields(letter)
    if report is not None:
        findings = arf.read_complaints(report, original=original)
        return _traced(findings, letter, original, reported=[report])
    if finding := arf.microsoft_complaint(original):
        return _traced((finding,), letter, original)
    return None


def _forwarded(letter: Part, *, left: int) -> _Reading | None:
    """Open an attached report; what is attached to a mail is no report of it otherwise."""
    for part in letter.leaves():
        if left and part.kind in ("message/rfc822", "message/global"):
            inner = part.opened()
            if inner.kind != "multipart/report":
                return _forwarded(inner, left=left - 1)
            reading = _read(inner, left=left - 1)
            token = reading.token or traces.token_in(letter, original=Fields())
            return replace(reading, token=token)
    return None


def _wish(letter: Part) -> _Reading | None:
    wish = replies.wish_to_leave(letter)
    if wish is None:
        return None
    finding, token = wish
    found = token or traces.token_in(letter, original=Fields())
    return _Reading((finding,), found, traces.message_id_in(letter, original=Fields()))


def _notice(letter: Part, original: Fields) -> _Reading | None:
    findings = plain.read_notice(letter) if plain.is_from_a_machine(letter) else ()
    return _traced(findings, letter, original) if findings else None


def _reply(letter: Part, original: Fields) -> _Reading | None:
    if letter.kind == "multipart/report":  # a receipt (RFC 8098), or a report that names nobody
        return None
    finding = replies.automatic_reply(letter)
    return _traced((finding,), letter, original) if finding else None


def _traced(
    findings: tuple[Finding, ...],
    letter: Part,
    original: Fields,
    *,
    reported: list[Fields] | None = None,
) -> _Reading:
    token = traces.token_in(letter, reported=reported or (), original=original)
    return _Reading(findings, token, traces.message_id_in(letter, original=original))


def _key(mail: str, recipient: str | None) -> str:
    key = f"{mail} {recipient}" if recipient else mail
    return key if len(key) <= MAX_KEY else hashlib.sha256(key.encode()).hexdigest()


def _clean(text: str) -> str:
    """Give text on one line without what no database and no terminal should see."""
    printable = (char if char.isprintable() else " " for char in text)
    return " ".join("".join(printable).split())
