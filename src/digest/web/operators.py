"""
Who may enter the operators' and editors' rooms, and that a form of theirs was sent from here.

HTTP Basic with one password (DIGEST_OPERATOR_PASSWORD) and a name of one's own, which is noted as
who did it. Without a password the rooms exist in a rehearsal only, and for this machine only: else
they answer as if they were not there. A browser adds the password by itself, also to a form of
another site; so every form carries a token, and the browser's own word on where it comes from counts.
"""

import base64
import binascii
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.exceptions import HTTPException

from digest.errors import LinkError
from digest.readers import links
from digest.web.limits import Limit, network
from digest.web.pages import SiteOf
from digest.web.templating import Site

TRIES = 20
"""Wrong passwords from one network in a quarter of an hour."""
QUARTER_HOUR = 900.0
FORM_LASTS = timedelta(hours=12)
LONGEST_NAME = 60
SOMEBODY = "an operator"
ASK = {"www-authenticate": 'Basic realm="operators", charset="UTF-8"'}
TRUSTED_SITES = frozenset({"same-origin", "none"})
_FORM = "operate:"


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is in the room."""

    name: str


def _operator(request: Request, site: SiteOf) -> Operator:
    """Let an operator in; anybody else gets 404, 401 or 429."""
    client = request.client.host if request.client else ""
    password = site.parts.operator_password
    if password is None:
        if not (site.parts.is_rehearsal and _is_this_machine(client)):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Operator(SOMEBODY)
    wrong: Limit = request.app.state.wrong_passwords
    if wrong.is_spent(network(client)):
        later = {"retry-after": str(int(wrong.seconds))}
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, headers=later)
    given = request.headers.get("authorization", "")
    name, said = _credentials(given)
    if not hmac.compare_digest(said.encode(), password.get_secret_value().encode()):
        if given:
            wrong.allows(network(client))
        raise HTTPException(HTTPStatus.UNAUTHORIZED, headers=ASK)
    return Operator(name or SOMEBODY)


OperatorOf = Annotated[Operator, Depends(_operator)]


def _require_own_form(
    request: Request, site: SiteOf, who: OperatorOf, shown: Annotated[str, Form()] = ""
) -> Operator:
    """Refuse a form that was not sent from a page of ours, or from one left open overnight."""
    if request.headers.get("sec-fetch-site", "same-origin") not in TRUSTED_SITES:
        raise HTTPException(HTTPStatus.FORBIDDEN)
    try:
        shown_at = links.read_form_token(shown, _FORM + who.name, secret=site.parts.secret)
    except LinkError as error:
        raise HTTPException(HTTPStatus.FORBIDDEN) from error
    if now_of(site) - shown_at > FORM_LASTS:
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return who


SenderOf = Annotated[Operator, Depends(_require_own_form)]
"""For the handler of every form in these rooms."""


def form_token(site: Site, who: Operator) -> str:
    """Give what every form in these rooms carries in its field ``shown``."""
    return links.form_token(_FORM + who.name, secret=site.parts.secret, now=now_of(site))


def now_of(site: Site) -> datetime:
    """Give the time that passes also in a rehearsal, whose clock stands still."""
    return datetime.fromtimestamp(site.parts.ticks(), UTC)


def _credentials(header: str) -> tuple[str, str]:
    """Give name and password of an Authorization header; both empty where it holds none."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    name, _, password = text.partition(":")
    shown = "".join(char for char in name if char.isprintable()).strip()
    return shown[:LONGEST_NAME], password


def _is_this_machine(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return False
