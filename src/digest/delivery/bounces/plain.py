"""
Read bounces that are no reports: text for people, by qmail, old Exim, Exchange and many others.

Pure. flufl.bounce knows the texts and finds the addresses; what it calls permanent may be a full
mailbox, so kind and code are judged here, by the words that stand at the address. It is given a
short mail made of the words alone: its patterns are not linear, and it sees no one else's nesting.
"""

import re
from email.message import Message

from flufl.bounce import all_failures

from digest.delivery.bounces.findings import MAX_RECIPIENTS, Finding, address_in, worst_of_each
from digest.delivery.bounces.mime import Part
from digest.delivery.bounces.status import has_reason, judged
from digest.model import FeedbackKind

MAX_LINES = 150
MAX_LINE = 300
MAX_TEXTS = 3
"""Text parts that are read: the notice, and what one or two gateways said of it."""
MAX_WORDS = 1_000
_COPIED = ("from", "subject", "x-mailer", "x-failed-recipients")
_DAEMON = re.compile(
    r"mailer-?daemon|mail ?delivery|post-?master|mail administrator|delivery (?:sub)?system"
    r"|mmdf|uucp|system administrator|microsoft ?exchange|<>",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"undeliver|failure notice|(?:delivery|mail|message) .{0,30}(?:fail|delay|status|problem)"
    r"|returned mail|returned to sender|could not be delivered|non[- ]?(?:remis|distribu)"
    r"|unzustellbar|nicht zugestellt|non recapitat|no se (?:ha )?(?:pudo|podido) entregar"
    r"|niet (?:worden )?(?:bezorgd|afgeleverd)|mail system error|nondeliverable",
    re.IGNORECASE,
)
_COPY_BEGINS = re.compile(
    r"(?mi)^ {0,4}-{2,}.{0,20}\b(?:copy|original|returned|below this line|forwarded)\b.*$"
    r"|^(?:original message|message) (?:headers|text)? ?follows?.*$|^original message headers:"
)
_IN_BRACKETS = re.compile(r"<([^<>\s]{3,320})>")
_ANOTHER = re.compile(r"\S@\S")


def is_from_a_machine(letter: Part) -> bool:
    """Tell whether a mail says that a mail system wrote it; a person who quotes one does not."""
    sender = letter.fields.words("from")
    if _DAEMON.search(sender) or letter.fields.first("x-failed-recipients"):
        return True
    has_no_sender = letter.fields.first("return-path").replace(" ", "") == "<>"
    return (has_no_sender or not sender) and bool(_NOTICE.search(letter.fields.words("subject")))


def read_notice(letter: Part) -> tuple[Finding, ...]:
    """
    Read the words of a bounce that is no report.

    Returns:
        One finding for each address it names: NONE where the mail is only late. Nothing where it
        names neither an address in a way that is known, nor a status code.
    """
    texts = _texts(letter)
    late, lost = _addresses(letter, texts)
    words = _notice("\n".join(texts))
    found = [Finding(FeedbackKind.NONE, address, words=_at(address, words)) for address in late]
    for address in lost:
        said = _at(address, words)
        if len(lost) == 1 and not has_reason(said):  # then all of it is about this one
            said = words[:MAX_WORDS]
        kind, status = judged(None, said)
        found.append(Finding(kind, address, status, said))
    if not found and _NOTICE.search(letter.fields.words("subject")):
        found = _unnamed(letter, words[:MAX_WORDS])
    return worst_of_each(found)


def words_of(letter: Part) -> str:
    """Give the words a report has for people: those of its first text, without the mail's copy."""
    return _notice(next(iter(_texts(letter)), ""))


def _texts(letter: Part) -> list[str]:
    parts = [part for part in letter.leaves() if part.kind.startswith("text/")]
    plain = [part for part in parts if part.kind == "text/plain"]
    return ["\n".join(_short(part.text)) for part in (plain or parts)[:MAX_TEXTS]]


def _short(text: str) -> list[str]:
    return [line[:MAX_LINE] for line in text[: MAX_LINES * MAX_LINE].split("\n")[:MAX_LINES]]


def _notice(text: str) -> str:
    """Cut off the copy of the mail: what it says is ours, and no reason of anybody's."""
    found = _COPY_BEGINS.search(text)
    return text[: found.start()] if found else text


def _addresses(letter: Part, texts: list[str]) -> tuple[list[str], list[str]]:
    """Give the addresses that were put off, and those that were given up, sorted."""
    try:
        late, lost = all_failures(_as_message(letter, texts))
    except Exception:  # noqa: BLE001 # 17 detectors made for kind mails: what breaks one tells nothing
        return [], []
    return _readable(late), _readable(lost)


def _readable(found: frozenset[bytes] | set[bytes]) -> list[str]:
    texts = (address.decode("utf-8", "replace") for address in found)
    return sorted({address for text in texts if (address := address_in(text))})[:MAX_RECIPIENTS]


def _as_message(letter: Part, texts: list[str]) -> Message:
    message = Message()
    for name in _COPIED:
        if value := letter.fields.words(name):
            message[name] = value[:MAX_LINE].replace("\n", " ").replace("\r", " ")
    if not letter.parts:
        message.set_payload("\n".join(texts))
        return message
    message["Content-Type"] = "multipart/mixed"
    for number, text in enumerate((*texts, "")):  # one more: some look at all but the last part
        part = Message()
        part["Content-Type"] = "text/plain"
        if number == 0:
            part["Content-Description"] = "Notification"
        part.set_payload(text.encode("ascii", "replace").decode())
        message.attach(part)
    return message


def _unnamed(letter: Part, words: str) -> list[Finding]:
    """Read a notice in a form nobody knows: it counts where it quotes a server's code."""
    kind, status = judged(None, words)
    if status is None:
        return []
    own = {address_in(value) for value in letter.fields.all("to", "from", "delivered-to")}
    named = (address_in(found) for found in _IN_BRACKETS.findall(words))
    recipient = next((address for address in named if address and address not in own), None)
    return [Finding(kind, recipient, status, words)]


def _at(address: str, words: str) -> str:
    """Give the lines that belong to an address: to the blank line behind its reason, or the next."""
    start = words.lower().find(address.lower())
    if start < 0:
        return ""
    lines = words[start : start + MAX_WORDS].split("\n")
    taken = [lines[0]]
    for line in lines[1:]:
        if not line.strip() and has_reason("\n".join(taken)):
            break
        if line[:1].strip() and _ANOTHER.search(line) and address.lower() not in line.lower():
            break
        taken.append(line)
    return "\n".join(taken).strip()
