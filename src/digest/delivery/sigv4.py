"""
Sign a request as AWS asks for: Signature Version 4, in the Authorization header.

Pure: takes what will be sent and the moment, gives the header fields to add. Paths are encoded
twice, as every service but S3 wants it; nothing here follows "." or ".." in a path.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
_KEPT = "-_.~"
"""Beside letters and digits, what AWS leaves as it is."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What AWS knows us by; the session token goes with temporary keys only."""

    access_key: str
    secret: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def signed(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes,
    keys: Keys,
    region: str,
    service: str,
    now: datetime,
) -> dict[str, str]:
    """
    Give the header fields that sign a request, to be sent beside those given.

    Args:
        method: In upper case.
        url: As it will be asked for; its host, with a port other than the usual, is signed as well.
        headers: Fields to be signed beside Host; each must be sent just so.
        body: As it will be sent.
        keys: Whose request it is.
        region: Such as ``eu-central-1``.
        service: Such as ``ses``.
        now: Aware; AWS refuses a signature that is more than five minutes from its own clock.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    added = {"x-amz-date": stamp}
    if keys.session_token:
        added["x-amz-security-token"] = keys.session_token
    parts = urlsplit(url)
    fields = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    fields |= {"host": parts.netloc.rpartition("@")[2].lower()} | added
    names = ";".join(sorted(fields))
    request = "\n".join(
        (
            method,
            quote(parts.path or "/", safe=f"/{_KEPT}"),
            _query(parts.query),
            *(f"{name}:{fields[name]}" for name in sorted(fields)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join((ALGORITHM, stamp, scope, hashlib.sha256(request.encode()).hexdigest()))
    signature = _mac(_key(keys.secret, scope), text).hex()
    credential = f"Credential={keys.access_key}/{scope}"
    added["authorization"] = (
        f"{ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"
    )
    return added


def _query(text: str) -> str:
    pairs = parse_qsl(text, keep_blank_values=True)
    coded = sorted((quote(name, safe=_KEPT), quote(value, safe=_KEPT)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in coded)


def _key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _mac(key, part)
    return key


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)
