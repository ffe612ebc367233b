"""Pages for what goes wrong: they look like ours, say what to do, and show nothing of the inside."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from digest.errors import LinkError, NotFoundError, StoreError, WithdrawnError
from digest.web import urls
from digest.web.templating import Site

log = logging.getLogger(__name__)

TEXTS = {
    HTTPStatus.NOT_FOUND: (
        "Nothing here",
        "This address leads to no page of ours. The issue may not be out yet, or the link is cut.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Not this way", "This page cannot be asked for like that."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Too much", "That is more than our forms can hold."),
    HTTPStatus.UNAUTHORIZED: (
        "For operators",
        "Log in with any name and the operators' password (DIGEST_OPERATOR_PASSWORD).",
    ),
    HTTPStatus.FORBIDDEN: (
        "Not from here",
        "This form was not sent from a fresh page of ours. Open the page again, then press once more.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "Too many tries",
        "Wrong passwords came from your network. Try again in a quarter of an hour.",
    ),
    HTTPStatus.BAD_REQUEST: ("Not understood", "What was sent is not what this page takes."),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Back in a moment",
        "Our records cannot be read just now. Try again in a few minutes.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Our mistake",
        "Something went wrong on our side. It is noted; try again in a few minutes.",
    ),
}


def _page(request: Request, status: HTTPStatus, *, reason: str | None = None) -> Response:
    title, line = TEXTS.get(status, TEXTS[HTTPStatus.BAD_REQUEST])
    if request.url.path.endswith(".json"):
        return JSONResponse({"error": reason or line}, status_code=status)
    site: Site = request.app.state.site
    headers = {"retry-after": "300"} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
    return site.notice(title, reason or line, path=urls.HOME, status=status, headers=headers)


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    meant = urls.without_slash(request.scope["path"])
    if status == HTTPStatus.NOT_FOUND and meant and request.method in {"GET", "HEAD"}:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(meant + query, HTTPStatus.PERMANENT_REDIRECT)
    answer = _page(request, HTTPStatus(status))
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


async def _not_found(request: Request, _error: Exception) -> Response:
    return _page(request, HTTPStatus.NOT_FOUND)


async def _invalid(request: Request, _error: Exception) -> Response:
    return _page(request, HTTPStatus.BAD_REQUEST)


async def _link(request: Request, error: Exception) -> Response:
    site: Site = request.app.state.site
    reason = str(error)
    return site.notice(
        "This link no longer works",
        f"{reason[0].upper()}{reason[1:]}.",
        path=urls.HOME,
        status=HTTPStatus.GONE,
    )


async def _withdrawn(request: Request, error: Exception) -> Response:
    reason = error.reason if isinstance(error, WithdrawnError) else str(error)
    line = f"An editor took this comparison back: {reason}."
    if request.url.path.endswith(".json"):
        return JSONResponse({"error": line}, status_code=HTTPStatus.GONE)
    site: Site = request.app.state.site
    return site.notice(
        "This comparison was withdrawn",
        line,
        path=urls.HOME,
        status=HTTPStatus.GONE,
        onward=("How corrections work", f"{urls.ABOUT}#corrections"),
    )


async def _store(request: Request, error: Exception) -> Response:
    log.error("%s %s: %s", request.method, _safe_path(request), error)
    return _page(request, HTTPStatus.SERVICE_UNAVAILABLE)


async def _unexpected(request: Request, _error: Exception) -> Response:
    # The server logs the traceback itself after this answer.
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _safe_path(request: Request) -> str:
    """Give the path without what follows its first part: links are keys."""
    path = request.url.path
    return f"/{path.split('/')[1]}/…" if urls.is_private(path) else path


ANSWERS: dict[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]] = {
    HTTPException: _http,
    RequestValidationError: _invalid,
    NotFoundError: _not_found,
    LinkError: _link,
    WithdrawnError: _withdrawn,
    StoreError: _store,
    Exception: _unexpected,
}
