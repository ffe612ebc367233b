"""
Open what Amazon SNS posts, and check that SNS signed it.

Pure: certificates are handed in. Source: SNS developer guide, "Verifying the signatures of Amazon SNS
messages": the fields named below, each followed by its value, a line each, signed with RSA (PKCS #1)
over SHA-1 (``SignatureVersion`` 1) or SHA-256 (2).
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate

from digest.delivery.webhooks.given import Fields, moment, opened, text
from digest.errors import HookError

HOOK = "ses"
NOTIFICATION = "Notification"
CONFIRMATION = "SubscriptionConfirmation"
FAREWELL = "UnsubscribeConfirmation"
OLDEST = timedelta(days=1)
"""Age of a message. SNS repeats one for hours with its first time; a repetition adds nothing."""
AHEAD = timedelta(minutes=5)

_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip
_SIGNED[FAREWELL] = _SIGNED[CONFIRMATION]
_MAY_LACK = frozenset({"Subject"})
_HASHES: Mapping[str, type[hashes.SHA1 | hashes.SHA256]] = {"1": hashes.SHA1, "2": hashes.SHA256}
_PEM = re.compile(r"/SimpleNotificationService-[0-9a-f]{16,64}\.pem")
_TOKEN = re.compile(r"[0-9a-f]{32,1024}")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message of SNS for our topic, not yet proven to be one."""

    kind: str
    message: str
    certificate_url: str
    """On the host of SNS in our topic's region."""
    token: str | None
    """Confirms a subscription."""
    signed: bytes
    signature: bytes
    version: str


def host_of(topic: str) -> str:
    """Give the host of SNS in the region of a topic."""
    _, partition, _, region, *_ = topic.split(":")
    end = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return f"sns.{region}.{end}"


def open_envelope(body: bytes, *, topic: str, now: datetime) -> Envelope:
    """
    Open a message, checking all that needs no certificate.

    Args:
        body: As it was posted.
        topic: The ARN of the only topic we listen to.
        now: The real time.

    Raises:
        HookError: It is no message of SNS, or not one for us, or an old one.
    """
    given = opened(body, hook=HOOK, is_proven=False)
    kind = text(given, "Type") or ""
    if kind not in _SIGNED or text(given, "TopicArn") != topic:
        raise HookError(HOOK, "it is no message of our topic")
    sent = moment(given, "Timestamp", now=now + 2 * AHEAD)
    if not now - OLDEST <= sent <= now + AHEAD:
        raise HookError(HOOK, "it is more than a day old, or from the future")
    url = text(given, "SigningCertURL") or ""
    path = url.removeprefix(f"https://{host_of(topic)}")
    if path == url or not _PEM.fullmatch(path):
        raise HookError(HOOK, "its certificate is not one of SNS")
    token = text(given, "Token")
    return Envelope(
        kind=kind,
        message=text(given, "Message") or "",
        certificate_url=url,
        token=token if token and _TOKEN.fullmatch(token) else None,
        signed=_signed(given, _SIGNED[kind]),
        signature=_decoded(text(given, "Signature") or ""),
        version=text(given, "SignatureVersion") or "",
    )


def check(envelope: Envelope, certificate: bytes, *, now: datetime) -> None:
    """
    Check that a message was signed with a certificate's key while that was good. Raises HookError.

    Args:
        envelope: What was opened.
        certificate: PEM, fetched from the envelope's own ``certificate_url``.
        now: The real time.
    """
    try:
        found = load_pem_x509_certificate(certificate)
        key = found.public_key()
    except ValueError as error:
        raise HookError(HOOK, "its certificate cannot be read") from error
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise HookError(HOOK, "its certificate has run out")
    algorithm = _HASHES.get(envelope.version)
    if algorithm is None or not isinstance(key, rsa.RSAPublicKey):
        raise HookError(HOOK, "it is signed in a way we do not know")
    try:
        key.verify(envelope.signature, envelope.signed, padding.PKCS1v15(), algorithm())
    except InvalidSignature as error:
        raise HookError(HOOK, "its signature is wrong") from error


def confirm_url(topic: str, token: str) -> str:
    """Give the address that confirms a subscription; made here, never taken from a message."""
    action = f"Action=ConfirmSubscription&TopicArn={topic}&Token={token}"
    return f"https://{host_of(topic)}/?{action}"


def _signed(given: Fields, names: tuple[str, ...]) -> bytes:
    lines = []
    for name in names:
        value = given.get(name)
        if name in _MAY_LACK and value is None:
            continue
        if not isinstance(value, str):
            raise HookError(HOOK, f"it has no {name}")
        lines.append(f"{name}\n{value}\n")
    return "".join(lines).encode("utf-8", "surrogatepass")


def _decoded(signature: str) -> bytes:
    try:
        return b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return b""
