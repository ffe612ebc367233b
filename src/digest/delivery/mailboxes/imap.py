"""
A mailbox on an IMAP server (RFC 3501), over TLS.

Mails are fetched by their place in the mailbox, a few at a time, so that one with a million mails
costs no more memory than one with fifty; they are let go by UID, which no other client can shift.
"""

import imaplib
import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from digest.delivery.mailboxes.base import KEPT, MAX_OCTETS, Mail
from digest.errors import MailboxError

TIMEOUT_S = 60.0
_UID = re.compile(rb"\bUID (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]*)"')
_DELIMITER = re.compile(rb'\) "(.)" ')


@dataclass(frozen=True, slots=True)
class ImapPlace:
    """Where a mailbox is, and who reads it."""

    host: str
    port: int
    user: str
    mailbox: str
    is_plain: bool
    """Without TLS: on this machine only, which the settings see to."""

    @classmethod
    def of(cls, url: str) -> "ImapPlace":
        """Read ``imaps://user@host:port/mailbox``; user and mailbox may be percent-encoded."""
        parts = urlsplit(url)
        is_plain = parts.scheme == "imap"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (143 if is_plain else 993),
            user=unquote(parts.username or ""),
            mailbox=unquote(parts.path.lstrip("/")) or "INBOX",
            is_plain=is_plain,
        )

    def __str__(self) -> str:
        return f"{self.user} on {self.host}:{self.port}, {self.mailbox}"


class ImapMailbox:
    """
    A mailbox on a server; the connection is made when it is first read.

    Args:
        place: Where it is.
        password: Of the user.
        timeout_s: Seconds an answer of the server may take.
    """

    def __init__(self, place: ImapPlace, password: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self.name = str(place)
        self._place = place
        self._password = password
        self._timeout_s = timeout_s
        self._server: imaplib.IMAP4 | None = None
        self._kept: str | None = None
        self._gone = 0

    def batches(self, size: int) -> Iterator[Sequence[Mail]]:
        """Give the mails, the oldest in front; as in ``base.Mailbox``."""
        server = self._opened()
        staying = newest = 0
        while True:
            with self._trouble():
                there = self._selected(server)
                last = min(staying + size, there)
                found = self._fetched(server, staying + 1, last) if last > staying else []
            if last <= staying:
                return
            self._gone = 0
            # a server that does not delete what it said it had would give them for ever
            mails = [mail for mail in found if int(mail.uid) > newest]
            if mails:
                newest = int(mails[-1].uid)
                yield mails
            staying = last - self._gone

    def remove(self, mails: Sequence[Mail]) -> None:
        """Delete mails for good."""
        if not mails:
            return
        server = self._opened()
        with self._trouble():
            self._drop(server, mails)

    def keep(self, mails: Sequence[Mail]) -> None:
        """Move mails to the folder of kept ones, which is made on first need."""
        if not mails:
            return
        server = self._opened()
        with self._trouble():
            folder = self._kept = self._kept or self._made_folder(server)
            uids = ",".join(mail.uid for mail in mails)
            if "MOVE" in server.capabilities:
                _ok(server.uid("MOVE", uids, _quoted(folder)))
                self._gone += len(mails)
            else:
                _ok(server.uid("COPY", uids, _quoted(folder)))
                self._drop(server, mails)

    def close(self) -> None:
        """Log out."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                server.logout()
            with suppress(OSError):  # a logout that failed leaves the socket open
                server.shutdown()

    def _opened(self) -> imaplib.IMAP4:
        if self._server is None:
            with self._trouble():
                self._server = self._connected()
            try:
                self._log_in(self._server)
            except UnicodeError as error:
                raise MailboxError(
                    self.name,
                    "the server takes no user or password beyond ASCII (it offers no AUTH=PLAIN); "
                    "give DIGEST_FEEDBACK_IMAP_PASSWORD, or the user, in ASCII",
                    permanent=True,
                ) from error
            except (imaplib.IMAP4.error, OSError) as error:
                raise MailboxError(
                    self.name,
                    f"the server does not let us in ({_words(error)}); check the user in "
                    "DIGEST_FEEDBACK_IMAP_URL, and DIGEST_FEEDBACK_IMAP_PASSWORD",
                    permanent=not isinstance(error, (imaplib.IMAP4.abort, OSError)),
                ) from error
        return self._server

    def _connected(self) -> imaplib.IMAP4:
        place = self._place
        if place.is_plain:
            return imaplib.IMAP4(place.host, place.port, timeout=self._timeout_s)
        return imaplib.IMAP4_SSL(
            place.host,
            place.port,
            ssl_context=ssl.create_default_context(),
            timeout=self._timeout_s,
        )

    def _log_in(self, server: imaplib.IMAP4) -> None:
        if "AUTH=PLAIN" in server.capabilities:  # LOGIN takes ASCII only
            login = f"\0{self._place.user}\0{self._password}".encode()
            server.authenticate("PLAIN", lambda _challenge: login)
        else:
            server.login(self._place.user, self._password)
        offered = b" ".join(_ok(server.capability()))  # often more than before we were let in
        server.capabilities = tuple(offered.decode("ascii", "replace").upper().split())

    def _selected(self, server: imaplib.IMAP4) -> int:
        """Open the mailbox anew; give how many mails it holds now."""
        number = _ok(server.select(_quoted(self._place.mailbox)))[0]
        if number is None:
            raise imaplib.IMAP4.error("it does not say how many mails there are")
        return int(number)

    def _fetched(self, server: imaplib.IMAP4, first: int, last: int) -> list[Mail]:
        wanted = f"(UID INTERNALDATE BODY.PEEK[]<0.{MAX_OCTETS}>)"
        return list(_mails(_ok(server.fetch(f"{first}:{last}", wanted))))

    def _drop(self, server: imaplib.IMAP4, mails: Sequence[Mail]) -> None:
        uids = ",".join(mail.uid for mail in mails)
        _ok(server.uid("STORE", uids, "+FLAGS.SILENT", r"(\Deleted)"))
        if "UIDPLUS" in server.capabilities:
            _ok(server.uid("EXPUNGE", uids))
        else:
            _ok(server.expunge())
        self._gone += len(mails)

    def _made_folder(self, server: imaplib.IMAP4) -> str:
        """Give the name of the folder of kept mails, made if need be; some keep all below INBOX."""
        found = _DELIMITER.search(_ok(server.list('""', '""'))[0] or b"")
        delimiter = found[1].decode("ascii") if found else "/"
        reason = ""
        for name in (KEPT, f"INBOX{delimiter}{KEPT}"):
            kind, data = server.create(_quoted(name))
            if kind == "OK" or server.status(_quoted(name), "(MESSAGES)")[0] == "OK":
                return name
            reason = _text(data)
        raise imaplib.IMAP4.error(f"the folder {KEPT} cannot be made: {reason}")

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            raise MailboxError(
                self.name,
                f"its certificate is not valid ({error.verify_message}); name the host that the "
                "certificate is for, or have it renewed",
                permanent=True,
            ) from error
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(
                self.name,
                f"it cannot be read ({_words(error)}); check DIGEST_FEEDBACK_IMAP_URL and the "
                "server; nothing is lost, the next run goes on",
            ) from error


def _mails(data: Iterable[Any]) -> Iterator[Mail]:
    """Read the answers to a FETCH: what describes a mail may stand before its content or behind."""
    about, content = b"", b""
    for piece in (*data, b"0 (end"):
        is_new = isinstance(piece, tuple) or re.match(rb"\d+ \(", piece or b"")
        if is_new:
            uid = _UID.search(about)
            if uid and b"BODY[]" in about:
                yield Mail(uid[1].decode("ascii"), content, _moment(about))
            about, content = piece if isinstance(piece, tuple) else (piece, b"")
        elif piece:
            about += piece


def _moment(about: bytes) -> datetime:
    found = _DATE.search(about)
    text = found[1].decode("ascii", "replace").strip() if found else ""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError as error:
        raise imaplib.IMAP4.error(f"a mail came at {text!r}, which is no date") from error


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(_text(data))
    return data


def _quoted(name: str) -> str:
    escaped = name.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _text(data: Iterable[Any]) -> str:
    pieces = (piece.decode("utf-8", "replace") for piece in data if isinstance(piece, bytes))
    return " ".join(pieces) or "no reason given"


def _words(error: Exception) -> str:
    """Give the server's words on one line, never longer than a line."""
    told = " ".join(str(error).split()) or type(error).__name__
    return told[:200]
