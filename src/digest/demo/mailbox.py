"""
Take mail by real SMTP on loopback and keep each message as an .eml file.

Takes a folder; gives a port, a count and the files. It opens no message and judges none.
"""

import asyncio
import re
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]+")
_NAME_LENGTH = 120


class _Keeper:
    """The server's handler: a message is on disk before it is answered with 250."""

    def __init__(self, folder: Path) -> None:
        self.recipients: list[str] = []
        self._folder = folder
        self._before = sum(1 for _ in folder.glob("*.eml"))

    async def handle_DATA(  # noqa: N802 # the library's name
        self,
        server: SMTP,  # noqa: ARG002 # the library's signature
        session: Session,  # noqa: ARG002 # the library's signature
        envelope: Envelope,
    ) -> str:
        """Keep the message under a running number and its first recipient."""
        number = self._before + len(self.recipients) + 1
        recipient = envelope.rcpt_tos[0]
        safe = _UNSAFE.sub("_", recipient)[:_NAME_LENGTH]
        (self._folder / f"{number:04d}-{safe}.eml").write_bytes(envelope.original_content or b"")
        self.recipients.append(recipient)
        return f"250 2.0.0 kept as number {number}"


class _FreePortController(Controller):
    """A controller that may be given port 0 and then knows which one it got."""

    def _trigger_server(self) -> None:
        # The library connects to self.port here to wake the server; with port 0 it would call
        # nobody. The socket is bound by now and knows its number.
        self.port = cast("asyncio.Server", self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # the library's


class DemoMailbox:
    """
    A mail server on 127.0.0.1 that accepts every message, while the ``with`` block lasts.

    Args:
        folder: Where messages are kept, ``0001-someone@example.com.eml`` and so on; made where
            missing. Messages of an earlier run stay, and numbers go on after them.
        port: Port to listen on; 0 takes a free one.

    Raises:
        OSError: On entering, where the port is taken.
    """

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder = folder
        self._port = port

    def __enter__(self) -> Self:
        """Listen; the server answers when this returns."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._keeper = _Keeper(self.folder)
        self._controller: Any = _FreePortController(
            self._keeper, hostname="127.0.0.1", port=self._port, ident="demo mailbox"
        )
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the server and free the port."""
        self._controller.stop()

    @property
    def url(self) -> str:
        """The server as ``DIGEST_SMTP_URL`` wants it, such as ``smtp://127.0.0.1:40125``."""
        return f"smtp://127.0.0.1:{self._controller.port}"

    @property
    def accepted(self) -> int:
        """Messages accepted since the block was entered."""
        return len(self._keeper.recipients)

    @property
    def recipients(self) -> tuple[str, ...]:
        """First recipient of each accepted message, in order of arrival."""
        return tuple(self._keeper.recipients)
