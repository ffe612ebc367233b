"""
Find what is ours in a mail that came back: the token, and the Message-ID of what it is about.

Pure. Nothing found here is proven: anybody can write down anything. A token proves itself by its
signature (``readers.links``), a Message-ID by being that of a delivery; both are known only to those
who had the mail.
"""

import re
from collections.abc import Iterable, Iterator

from digest.delivery.bounces.mime import Fields, Part, read_fields

TOKEN = r"[A-Za-z0-9_-]{20,128}"  # noqa: S105 # the shape of one, none itself
BOUNCE_TOKEN = re.compile(r"[A-Za-z2-7]{40}")
"""What ``readers.links`` makes for the envelope: such one goes before all that merely could be."""
MAX_VALUES = 100
"""Addresses that are looked through for a token."""
_VERP = re.compile(rf"[^\s@<>+,;:\"']{{1,64}}\+({TOKEN})@")
_LINK = re.compile(rf"(?:/unsubscribe/|[?&;](?:token|subject)=(?:u-)?)({TOKEN})(?![\w-])")
_MESSAGE_ID = re.compile(r"<[^\s<>@]{1,250}@[^\s<>@]{1,250}>")
_ORIGINALS = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_COME_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
_REPORTED = ("original-recipient", "final-recipient", "original-mail-from", "original-rcpt-to")
_SENT_FROM = ("return-path", "x-envelope-from", "sender", "errors-to")


def original_fields(letter: Part) -> Fields:
    """
    Give the header fields of the mail a report is about.

    They are attached, or stand in the text behind the server's words, as qmail and old Exim do.
    """
    text: list[str] = []
    for part in letter.leaves():
        if part.kind in _ORIGINALS:
            return part.opened().fields
        if part.kind.startswith("text/"):
            text.append(part.text)
    return read_fields("\n".join(text).replace("\n> ", "\n"))


def token_in(letter: Part, *, reported: Iterable[Fields] = (), original: Fields) -> str | None:
    """
    Give the token that most likely is ours, unproven.

    Args:
        letter: The mail that came.
        reported: Fields of its report, where it has one.
        original: Header fields of the mail it is about.

    Returns:
        In the order of trust: the address the mail came to, the addresses in its report, the
        envelope and then the links of the mail it is about. In each, one of the very shape of a
        bounce token goes first.
    """
    values = (
        *letter.fields.all(*_COME_TO),
        *(value for fields in reported for value in fields.all(*_REPORTED)),
        *original.all(*_SENT_FROM),
    )
    found = [token for value in values[:MAX_VALUES] for token in _VERP.findall(value)]
    found += [t for value in original.all("list-unsubscribe") for t in _LINK.findall(value)]
    exact = (token for token in found if BOUNCE_TOKEN.fullmatch(token))
    return next(exact, found[0] if found else None)


def message_id_in(letter: Part, *, original: Fields) -> str | None:
    """Give the Message-ID of the mail it is about: attached, or what it says it answers."""
    return next(_message_ids(letter.fields, original), None)


def _message_ids(fields: Fields, original: Fields) -> Iterator[str]:
    for value in original.all("message-id"):
        yield from _MESSAGE_ID.findall(value)
    for value in fields.all("in-reply-to", "original-message-id"):
        yield from _MESSAGE_ID.findall(value)
    for value in fields.all("references"):
        yield from reversed(_MESSAGE_ID.findall(value))
