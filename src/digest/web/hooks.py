"""
What mail services post to us of our mails.

Answered with 200 only when it is stored: a service repeats what was answered otherwise, and what
comes twice adds nothing. Who proves nothing is told nothing.
"""

import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.responses import Response

from digest.errors import FetchError, HookError
from digest.steps import feedback
from digest.web.pages import SiteOf

log = logging.getLogger(__name__)


async def _body(request: Request) -> bytes:
    return await request.body()


def take(
    site: SiteOf, request: Request, name: str, body: Annotated[bytes, Depends(_body)]
) -> Response:
    """Take the post of one service."""
    hook = site.parts.hooks.get(name)
    if hook is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    # Signatures grow old by the real time, also where the clock stands still.
    arrived = datetime.fromtimestamp(site.parts.ticks(), UTC)
    try:
        found = hook.take(request.headers, body, now=arrived)
    except HookError as error:
        log.warning("%s", error)
        status = HTTPStatus.BAD_REQUEST if error.is_proven else HTTPStatus.UNAUTHORIZED
        return Response(status_code=status)
    except FetchError as error:
        log.warning("webhook %s: cannot be checked now: %s", name, error)
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    now = site.parts.clock()
    report = feedback.take(site.parts.db, found, secret=site.parts.secret, now=now)
    for warning in report.warnings:
        log.warning("%s", warning)
    return Response(status_code=HTTPStatus.OK)
