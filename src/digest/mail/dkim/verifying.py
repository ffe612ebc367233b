"""
Check the DKIM signatures of a finished message, from its octets alone.

Pure, and written without what signs: the signer knows the relaxed form beforehand, this works it
out again as a receiver does. Only what we sign is known: relaxed/relaxed, no ``l=``.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from digest.errors import SignatureError
from digest.mail.dkim.keys import DkimKey

SIGNATURE = "dkim-signature"

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:[^\r\n]|\r\n[ \t])*)\r\n")
_BLANKS = re.compile(rb"[ \t]+")
_EMPTIED = re.compile(rb"(\bb[ \t\r\n]*=)[^;]*")

Field = tuple[str, bytes]
"""Name in small letters, and the octets after the colon."""


def require_verified(content: bytes, keys: Sequence[DkimKey]) -> None:
    """
    Refuse a message that a receiver with these keys would not find signed by each of them.

    Raises:
        SignatureError: A signature is missing, or its body hash or the signature itself is wrong.
    """
    head, _, body = content.partition(b"\r\n\r\n")
    fields = [(m[1].decode().lower(), m[2]) for m in _FIELD.finditer(head + b"\r\n")]
    signatures = {
        (tags.get("s"), tags.get("d")): (value, tags)
        for name, value in fields
        if name == SIGNATURE and (tags := tag_list(value.decode("ascii", "replace")))
    }
    for key in keys:
        found = signatures.get((key.selector, key.domain))
        if found is None:
            raise SignatureError(key.name, "the message bears no signature of it")
        reason = _fault(key, found, fields, body)
        if reason:
            raise SignatureError(key.name, reason)


def tag_list(text: str) -> dict[str, str]:
    """Read ``tag=value; tag=value`` (RFC 6376 3.2), blanks inside values taken out."""
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {tag.strip(): "".join(value.split()) for tag, _, value in pairs}


def _fault(
    key: DkimKey, found: tuple[bytes, dict[str, str]], fields: Sequence[Field], body: bytes
) -> str | None:
    value, tags = found
    if tags.get("a") != key.algorithm or tags.get("c") != "relaxed/relaxed" or "l" in tags:
        return "its signature is of a kind that we do not make"
    wanted = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()
    if tags.get("bh") != wanted:
        return "the body is not the one that was signed"
    signed = b"".join(_signed_fields(tags.get("h", ""), fields))
    signed += _relaxed(SIGNATURE, _EMPTIED.sub(rb"\1", value)).removesuffix(b"\r\n")
    try:
        signature = base64.b64decode(tags.get("b", ""), validate=True)
    except binascii.Error:
        return "its signature is no base64"
    if not _holds(key, signature, hashlib.sha256(signed).digest()):
        return "the signature does not fit the header"
    return None


def _holds(key: DkimKey, signature: bytes, digest: bytes) -> bool:
    try:
        if isinstance(key.private, RSAPrivateKey):
            public = key.private.public_key()
            public.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
        else:
            key.private.public_key().verify(signature, digest)
    except InvalidSignature:
        return False
    return True


def _signed_fields(names: str, fields: Sequence[Field]) -> Iterator[bytes]:
    """Give the fields that ``h=`` names, the last of a name first (RFC 6376 5.4.2)."""
    left = list(fields)
    for name in names.lower().split(":"):
        for place in range(len(left) - 1, -1, -1):
            if left[place][0] == name:
                yield _relaxed(*left.pop(place))
                break


def _relaxed(name: str, value: bytes) -> bytes:
    unfolded = value.replace(b"\r\n", b"")
    return name.encode() + b":" + _BLANKS.sub(b" ", unfolded).strip(b" ") + b"\r\n"


def _relaxed_body(body: bytes) -> bytes:
    lines = [_BLANKS.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
