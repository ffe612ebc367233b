"""
Check a webhook signed by the Svix scheme, which Resend uses.

Pure. Source: Svix, "Verifying webhooks manually": the headers ``svix-id``, ``svix-timestamp`` (Unix
seconds) and ``svix-signature`` (``v1,BASE64`` and others, set apart by blanks; several while a secret
is changed); the signature is HMAC-SHA256 over ``id.timestamp.body`` with the octets of which the
secret is the base64 form behind ``whsec_``.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from digest.errors import HookError

TOLERANCE = timedelta(minutes=5)
"""Age of a signed message, and how far its clock may be ahead. A repeated one is signed anew."""


def check(headers: Mapping[str, str], body: bytes, *, secret: str, now: datetime, hook: str) -> str:
    """
    Give the id of a message that was signed with our secret within five minutes.

    Args:
        headers: Names in any case that the mapping takes.
        body: As it came.
        secret: ``whsec_…``.
        now: The real time.
        hook: Whose webhook it is, for the error.

    Raises:
        HookError: It was not, or nothing says so.
    """
    name, stamp = headers.get("svix-id", ""), headers.get("svix-timestamp", "")
    if not name or not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):  # noqa: PLR2004
        raise HookError(hook, "not signed")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        raise HookError(hook, "signed more than five minutes ago, or for the future")
    key = b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((name.encode(), stamp.encode(), body))
    expected = b64encode(hmac.digest(key, signed, hashlib.sha256))
    for each in headers.get("svix-signature", "").split():
        version, _, given = each.partition(",")
        if version == "v1" and hmac.compare_digest(given.encode(), expected):
            return name
    raise HookError(hook, "its signature is wrong")
