"""What holds for every answer: headers that keep pages safe, and a bound on what is sent to us."""

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.urls import is_private

MOST_BODY = 20_000
"""Octets of a form; ours have a few hundred."""

SAFE = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "interest-cohort=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
}
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}
"""For pages behind a signed link, whatever their status."""
PUBLIC = {"cache-control": "public, max-age=300"}


class Headers:
    """Set the safe headers on every answer, and keep pages of signed links out of every cache."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SAFE)
                if is_private(scope["path"]):
                    headers.update(PRIVATE)
                elif "cache-control" not in headers and message["status"] == 200:  # noqa: PLR2004 # OK
                    headers.update(PUBLIC)
            await send(message)

        await self._app(scope, receive, with_headers)


class BodyLimit:
    """Stop reading a request at MOST_BODY octets, whatever length it announced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST_BODY:
                raise HTTPException(413, "that is more than a form of ours can hold")
            return message

        await self._app(scope, bounded if scope["type"] == "http" else receive, send)
