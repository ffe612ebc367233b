"""
Give messages over one connection, and sort every reply by what it proves.

Pure: octets in, octets and outcomes out. With PIPELINING a message's content, its final dot and
the next message's MAIL, RCPT and DATA leave in one write: one round trip a message. Content never
leaves before its recipient was accepted. A message is ``uncertain`` only when its final dot was
written whole and no reply to it came; then nobody may send it again by himself.
"""

from collections import deque

from digest.delivery.smtp.conversation import Trouble, Wait
from digest.delivery.smtp.offer import mail_command, objection, on_the_wire, rcpt_command
from digest.delivery.smtp.opening import Opening, Terms
from digest.delivery.smtp.replies import GO_AHEAD, Reply
from digest.model import Message, SendOutcome, SendResult

_NEVER = 1 << 62
_TOO_LARGE = 552
_ADVICE = {530: "; it wants TLS or a login first: see DIGEST_SMTP_TLS and _USER"}


class _Given:
    """A message this connection has, and how far it got."""

    __slots__ = ("dot_at", "has_recipient", "is_done", "message")

    def __init__(self, message: Message) -> None:
        self.message = message
        self.dot_at = _NEVER
        """Where in the octets of this connection its final dot ends."""
        self.has_recipient = False
        self.is_done = False
        """It has its result, though the server may still have replies to it."""


class Session(Opening):
    """
    One connection from its greeting to its end.

    Once ``is_ready``: ``take`` while ``can_take``; when ``is_loaded`` and there is nothing to take,
    ``go_on``. Results appear in ``results``, oldest first; messages to be given elsewhere, since
    nothing but their names left, in ``returned``; ``refused_sender`` says that the server
    refuses us for good.
    """

    def __init__(self, terms: Terms, *, is_secure: bool = False) -> None:
        super().__init__(terms, is_secure=is_secure)
        self.results: deque[SendResult] = deque()
        self.returned: list[Message] = []
        self.refused_sender: Trouble | None = None
        self.is_leaving = False
        self._open: deque[_Given] = deque()
        self._loaded: _Given | None = None
        self._left = terms.messages
        self._needs_reset = False

    @property
    def can_take(self) -> bool:
        """Whether a message can be taken now."""
        if not self.is_ready or self._left <= 0 or self.trouble or self.is_leaving:
            return False
        if self._loaded is not None:
            return self.offer.pipelining
        return not self._awaited

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked of the server, so that its end harms nobody."""
        if self.is_leaving or self._is_starting_afresh:
            return True
        return self.is_ready and not self._awaited and not self._open

    @property
    def is_loaded(self) -> bool:
        """Whether content waits to be written, so that the next envelope can go along."""
        return self._loaded is not None

    @property
    def is_busy(self) -> bool:
        """Whether a message has no result yet."""
        return bool(self._open)

    @property
    def is_spent(self) -> bool:
        """Whether it has carried what it may and nothing is awaited: time to ``leave``."""
        return self._left <= 0 and not self._awaited and not self.is_leaving and not self._loaded

    def take(self, message: Message) -> bool:
        """
        Begin to give a message; content that waits goes along.

        Returns:
            False if it cannot even be named to this server: it is rejected, and the connection
            stands as before.
        """
        reason = objection(message, self.offer)
        if reason:
            self.results.append(SendResult(message.subscriber, SendOutcome.REJECTED, reason))
            return False
        self.go_on()
        self._left -= 1
        given = _Given(message)
        self._open.append(given)
        if self.offer.pipelining:
            self._say_at_once(given)
        elif self._needs_reset:
            self._say(b"RSET\r\n", Wait.COMMAND, self._began_afresh, given)
        else:
            self._say(mail_command(message, self.offer), Wait.COMMAND, self._sender_known, given)
        self._needs_reset = False
        return True

    def go_on(self) -> None:
        """Write the content that waits."""
        given, self._loaded = self._loaded, None
        if given is not None:
            content, end = on_the_wire(given.message)
            self._queue(content)
            self._say(end, Wait.FINAL, self._kept, given)
            given.dot_at = self._queued

    def leave(self) -> None:
        """Say goodbye; only when not ``is_busy``."""
        self.is_leaving = True
        self._say(b"QUIT\r\n", Wait.QUIT, self._parted)

    def withdraw(self) -> None:
        """
        Give nothing more: of every message whose final dot was not written whole, nothing was given.

        Those come to be unsent at once. The others are still waited for.
        """
        if any(self._written < each.dot_at < _NEVER for each in self._open):
            self._break_off()
            return
        for given in [each for each in self._open if each.dot_at == _NEVER]:
            self._settle(given, SendOutcome.UNSENT, "stopped before the message was given")
        if self._loaded is not None:
            self._break_off()

    def cut(self, reason: str) -> None:
        """Break off, not knowing how far the last write came."""
        for given in self._open:
            if given.dot_at < _NEVER:
                given.dot_at = 0  # it may have left
        self.lost(reason)

    def _say_at_once(self, given: _Given) -> None:
        awaited = self._awaited
        reset = b""
        if self._needs_reset:
            reset = b"RSET\r\n"
            awaited.append((Wait.COMMAND, self._began_afresh, given))
        awaited.append((Wait.COMMAND, self._sender_known, given))
        awaited.append((Wait.COMMAND, self._recipient_known, given))
        awaited.append((Wait.DATA, self._may_go, given))
        mail = mail_command(given.message, self.offer)
        self._queue(reset + mail + rcpt_command(given.message, self.offer) + b"DATA\r\n")

    def _began_afresh(self, reply: Reply, given: _Given) -> None:
        if not reply.is_good:
            self._open.remove(given)
            self.returned.append(given.message)
            self._end(Trouble(f"it does not start afresh: {reply.words}", is_harmless=True))
        elif not self.offer.pipelining:
            mail = mail_command(given.message, self.offer)
            self._say(mail, Wait.COMMAND, self._sender_known, given)

    def _sender_known(self, reply: Reply, given: _Given) -> None:
        if reply.is_permanent and reply.code != _TOO_LARGE:
            self._refuse_sender(reply, given)
        elif not reply.is_good:
            self._refuse(reply, given)
        elif not self.offer.pipelining:
            rcpt = rcpt_command(given.message, self.offer)
            self._say(rcpt, Wait.COMMAND, self._recipient_known, given)

    def _recipient_known(self, reply: Reply, given: _Given) -> None:
        given.has_recipient = reply.is_good
        if given.is_done:
            return
        if not reply.is_good:
            self._refuse(reply, given)
        elif not self.offer.pipelining:
            self._say(b"DATA\r\n", Wait.DATA, self._may_go, given)

    def _may_go(self, reply: Reply, given: _Given) -> None:
        if reply.code == GO_AHEAD and given.is_done:
            self._break_off() if given.has_recipient else self._end_empty()
        elif reply.code == GO_AHEAD:
            self._loaded = given
        elif not given.is_done:
            self._refuse(reply, given)

    def _break_off(self) -> None:
        """Leave before content that a recipient waits for: a lone dot would send him an empty mail."""
        self._end(Trouble("stopped before the message was given", is_harmless=True))

    def _end_empty(self) -> None:
        """End content that nobody is to get; the reply is about nobody."""
        self._needs_reset = True
        self._say(b".\r\n", Wait.FINAL, self._about_nobody)

    def _about_nobody(self, _reply: Reply, _subject: None) -> None:
        """An empty message without recipients was taken or refused."""

    def _kept(self, reply: Reply, given: _Given) -> None:
        if self._written < given.dot_at:
            self._answered_too_soon(reply, given)
        elif reply.is_good:
            self._settle(given, SendOutcome.ACCEPTED, reply.words)
        else:
            self._refuse(reply, given)
            self._needs_reset = not self._awaited and not self.trouble

    def _answered_too_soon(self, reply: Reply, given: _Given) -> None:
        """A refusal counts; an acceptance of half a message is none. Where we are, nobody knows."""
        if reply.is_permanent or reply.is_transient:
            self._refuse(reply, given)
        trouble = Trouble(f"it answered before the message ended: {reply.words}")
        self._end(trouble, given)

    def _refuse(self, reply: Reply, given: _Given) -> None:
        if reply.is_transient:
            self._settle(given, SendOutcome.DEFERRED, reply.words)
        elif reply.is_permanent:
            self._settle(given, SendOutcome.REJECTED, reply.words)
        else:
            self._not_smtp(reply, given)
        self._needs_reset = True

    def _refuse_sender(self, reply: Reply, given: _Given) -> None:
        self._open.remove(given)
        given.is_done = self._needs_reset = True
        wanted = _ADVICE.get(reply.code, "; mend the address or the server's rules")
        reason = f"it refuses our sender address {given.message.sender}: {reply.words}{wanted}"
        self.refused_sender = Trouble(reason, is_permanent=True)

    def _settle(self, given: _Given, outcome: SendOutcome, words: str) -> None:
        self._open.remove(given)
        given.is_done = True
        self.results.append(SendResult(given.message.subscriber, outcome, words))

    @property
    def _is_starting_afresh(self) -> bool:
        """Whether RSET is unanswered: what was said after it was not begun with."""
        return bool(self._awaited) and self._awaited[0][1] == self._began_afresh

    def _closed_by_server(self, reply: Reply) -> None:
        """The oldest message without a result is deferred: a 4xx is a no, at any moment."""
        if self._open and not self._is_starting_afresh:
            self._settle(self._open[0], SendOutcome.DEFERRED, reply.words)
        super()._closed_by_server(reply)

    def _parted(self, _reply: Reply, _subject: None) -> None:
        self._end(Trouble("we said goodbye", is_harmless=True))

    def _end(self, trouble: Trouble, subject: _Given | None = None) -> None:
        """
        Sort what has no result by whether its final dot was written whole.

        A message that was only named, behind the one on which the connection ended, is returned, so
        that it can be given elsewhere at once; the one itself is not, lest it break them all.
        """
        self._loaded = None
        blamed = subject or (self._awaited[0][2] if self._awaited else None)
        if self._is_starting_afresh:
            blamed = None
        for given in tuple(self._open):
            if given.dot_at <= self._written:
                words = f"connection lost after the message was given: {trouble.reason}"
                self._settle(given, SendOutcome.UNCERTAIN, words)
            elif given is blamed or given.dot_at < _NEVER:
                words = f"connection lost before the message was given: {trouble.reason}"
                self._settle(given, SendOutcome.UNSENT, words)
            else:
                self._open.remove(given)
                self.returned.append(given.message)
        super()._end(trouble)
