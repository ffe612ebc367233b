"""
From the greeting to the moment a server takes messages: EHLO, STARTTLS, login.

Pure. A login never goes over plain text, except to this machine.
"""

from dataclasses import dataclass

from digest.delivery.smtp.conversation import Conversation, Trouble, Wait
from digest.delivery.smtp.login import Login
from digest.delivery.smtp.offer import Offer, read_offer
from digest.delivery.smtp.replies import CHALLENGE, Reply
from digest.settings.smtp import TlsPolicy

_READY_FOR_TLS = 220


@dataclass(frozen=True, slots=True)
class Terms:
    """How we present ourselves, and what we insist on."""

    helo: str = "localhost"
    tls: TlsPolicy = TlsPolicy.REQUIRED
    login: Login | None = None
    is_loopback: bool = False
    """The server is this machine: a login may go over plain text."""
    messages: int = 200
    """Messages one connection carries."""

    @property
    def wants_tls(self) -> bool:
        """Whether a plain connection is to be secured."""
        return self.tls is not TlsPolicy.NEVER


class Opening(Conversation):
    """
    A connection until it is ready.

    When ``wants_tls`` is set the driver secures the connection and calls ``secured``; nothing is
    written or read before that.
    """

    def __init__(self, terms: Terms, *, is_secure: bool = False) -> None:
        super().__init__()
        self.offer = Offer()
        self.is_ready = False
        self.wants_tls = False
        self._terms = terms
        self._is_secure = is_secure
        self._awaited.append((Wait.GREETING, self._greeted, None))

    def secured(self) -> None:
        """Take note that TLS holds from now on; all that was told before it is forgotten."""
        self.wants_tls = False
        self._is_secure = True
        self._awaited.clear()
        self._say_ehlo()

    def receive(self, octets: bytes) -> None:
        """Take octets of the server, in any pieces."""
        super().receive(octets)
        if self.wants_tls and not self._replies.is_between:
            self._spoke_too_soon()

    def _spoke_too_soon(self, _reply: Reply | None = None, _subject: None = None) -> None:
        # what came in plain text may be a stranger's, and would be taken for the server's (RFC 3207 6)
        self._end(Trouble("it went on in plain text after it had agreed to TLS"))

    def _greeted(self, reply: Reply, _subject: None) -> None:
        if reply.is_good:
            self._say_ehlo()
        else:
            self._not_let_in(reply)

    def _say_ehlo(self) -> None:
        self._say(f"EHLO {self._terms.helo}\r\n".encode(), Wait.COMMAND, self._introduced)

    def _introduced(self, reply: Reply, _subject: None) -> None:
        if reply.is_permanent:
            self._say(
                f"HELO {self._terms.helo}\r\n".encode(), Wait.COMMAND, self._introduced_plainly
            )
        elif reply.is_good:
            self.offer = read_offer(reply)
            self._secure()
        else:
            self._not_let_in(reply)

    def _introduced_plainly(self, reply: Reply, _subject: None) -> None:
        if reply.is_good:
            self.offer = Offer()
            self._secure()
        else:
            self._not_let_in(reply)

    def _secure(self) -> None:
        if self._is_secure or self._terms.tls is TlsPolicy.NEVER:
            self._log_in()
        elif self.offer.has("STARTTLS"):
            self._say(b"STARTTLS\r\n", Wait.COMMAND, self._agreed_to_tls)
        elif self._terms.tls is TlsPolicy.REQUIRED:
            self._lacks("no STARTTLS", "set DIGEST_SMTP_TLS if plain text will do")
        else:
            self._log_in()

    def _agreed_to_tls(self, reply: Reply, _subject: None) -> None:
        if reply.code == _READY_FOR_TLS:
            self.wants_tls = True
            self._awaited.append((Wait.CONNECT, self._spoke_too_soon, None))
        elif self._terms.tls is TlsPolicy.REQUIRED:
            self._end(Trouble(f"it refuses to begin TLS: {reply.words}", reply.is_permanent))
        else:
            self._log_in()

    def _log_in(self) -> None:
        login = self._terms.login
        if login is None:
            self.is_ready = True
        elif not (self._is_secure or self._terms.is_loopback):
            self._lacks("no STARTTLS", "a login goes to it over TLS only")
        elif mechanism := login.mechanism(self.offer):
            answers = login.answers(mechanism)
            self._say(login.opening(mechanism), Wait.COMMAND, self._logged_in, answers)
        else:
            self._lacks("no AUTH PLAIN or LOGIN", "take the login out of the settings")

    def _logged_in(self, reply: Reply, answers: list[bytes]) -> None:
        if reply.is_good:
            self.is_ready = True
        elif reply.code == CHALLENGE and answers:
            self._say(answers[0], Wait.COMMAND, self._logged_in, answers[1:])
        elif reply.is_permanent or reply.is_transient:
            words = self._terms.login.hidden(reply.words) if self._terms.login else reply.words
            reason = f"it refuses our login: {words}; look at user and password"
            self._end(Trouble(reason, is_permanent=reply.is_permanent))
        else:
            self._not_smtp(reply)

    def _lacks(self, what: str, advice: str) -> None:
        self._end(Trouble(f"{what}: {self.offer.listed()}; {advice}", is_permanent=True))

    def _not_let_in(self, reply: Reply) -> None:
        reason = f"it does not let us in: {reply.words}"
        self._end(Trouble(reason, is_permanent=reply.is_permanent))
