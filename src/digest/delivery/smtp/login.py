"""The login at a server: which mechanism, which lines, and errors that never show the password."""

import base64
from dataclasses import dataclass, field

from digest.delivery.smtp.offer import Offer

MECHANISMS = ("PLAIN", "LOGIN")
"""What we speak, the better first: PLAIN needs one round trip, LOGIN three."""


@dataclass(frozen=True, slots=True)
class Login:
    """A name and its password."""

    user: str
    password: str = field(repr=False)

    def mechanism(self, offer: Offer) -> str:
        """Give the mechanism to use; empty if none of ours is offered."""
        return next((each for each in MECHANISMS if each in offer.logins), "")

    def opening(self, mechanism: str) -> bytes:
        """Give the command that begins to log in."""
        if mechanism == "PLAIN":
            return b"AUTH PLAIN " + _encoded(f"\0{self.user}\0{self.password}") + b"\r\n"
        return b"AUTH LOGIN\r\n"

    def answers(self, mechanism: str) -> list[bytes]:
        """Give the lines that answer the server's challenges, in order."""
        if mechanism == "PLAIN":
            return []
        return [_encoded(self.user) + b"\r\n", _encoded(self.password) + b"\r\n"]

    def hidden(self, words: str) -> str:
        """Give a server's words without the password, should it have repeated it."""
        for secret in (
            self.password,
            _encoded(self.password).decode(),
            _encoded(f"\0{self.user}\0{self.password}").decode(),
        ):
            words = words.replace(secret, "***") if secret else words
        return words


def _encoded(text: str) -> bytes:
    return base64.b64encode(text.encode())
