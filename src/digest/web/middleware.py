"""What holds for every answer: safe headers, a tag to ask again by, a bound on what is sent to us."""

import hashlib

from fastapi import HTTPException
from starlette.datastructures import Headers as GivenHeaders
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.urls import FEEDBACK, is_private

MOST_BODY = 20_000
"""Octets of a form; ours have a few hundred."""
MOST_POSTED = 300_000
"""Octets of what a mail service posts; SNS allows 256 KiB in a message."""

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
                elif "cache-control" not in headers and message["status"] in (200, 304):
                    headers.update(PUBLIC)
            await send(message)

        await self._app(scope, receive, with_headers)


class Revalidation:
    """
    Tag public pages by their content (ETag), and answer 304 to whom still has the same.

    Our pages are whole before they are sent, so that a body comes in one message; static files,
    which come in several, bring tags of their own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or is_private(scope["path"]):
            await self._app(scope, receive, send)
            return
        wanted = GivenHeaders(scope=scope).get("if-none-match", "")
        start: Message = {}

        async def tagged(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start:
                first, start = start, {}
                message = _tagged(first, message, wanted)
                await send(first)
            await send(message)

        await self._app(scope, receive, tagged)


def _tagged(start: Message, body: Message, wanted: str) -> Message:
    """Put a tag on a whole page; give its body, or none where the asker has it."""
    headers = MutableHeaders(scope=start)
    if start["status"] != 200 or body.get("more_body") or "etag" in headers:  # noqa: PLR2004 # OK
        return body
    # Weak: a proxy may compress the page on its way.
    tag = f'W/"{hashlib.sha256(body["body"]).hexdigest()[:32]}"'
    headers["etag"] = tag
    known = {each.strip().removeprefix("W/") for each in wanted.split(",")}
    if tag.removeprefix("W/") not in known:
        return body
    start["status"] = 304
    del headers["content-length"]
    return {**body, "body": b""}


class BodyLimit:
    """Stop reading a request at what may be posted there, whatever length it announced."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        taken = 0
        most = MOST_POSTED if scope.get("path", "").startswith(f"{FEEDBACK}/") else MOST_BODY

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413, "that is more than a form of ours can hold")
            return message

        await self._app(scope, bounded if scope["type"] == "http" else receive, send)
