"""
Keys that sign mail: read from PEM once, made anew, and what of them is published.

Takes and gives values. RSA signs for every receiver; Ed25519 (RFC 8463) may stand beside it.
"""

import base64
import re
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from digest.errors import SettingsError

RSA_BITS = 2048
"""Bits of a new RSA key; receivers must check 1024 to 4096 (RFC 8301)."""
SHORTEST_RSA_BITS = 1024
LONGEST_RSA_BITS = 4096

_PKCS1 = PKCS1v15()
_SHA256_DIGEST = Prehashed(SHA256())
_PRIVATE = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_LOCKED = (b"ENCRYPTED", b"DEK-Info")
_MAKE = "make one with: digest dkim keygen --selector NAME --out FILE"


class KeyKind(StrEnum):
    """The two kinds of key a signature may be made with, as ``k=`` names them."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A private key and the name in DNS under which its public half is found."""

    selector: str
    domain: str
    """The domain that vouches for the mail (``d=``), in A-labels."""
    private: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @property
    def kind(self) -> KeyKind:
        """RSA or Ed25519."""
        return KeyKind.RSA if isinstance(self.private, RSAPrivateKey) else KeyKind.ED25519

    @property
    def algorithm(self) -> str:
        """As ``a=`` says it."""
        return f"{self.kind}-sha256"

    @property
    def name(self) -> str:
        """Where in DNS the public half is published."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def public(self) -> str:
        """The public half in base64, as ``p=`` holds it."""
        if isinstance(self.private, Ed25519PrivateKey):  # RFC 8463 4.2: the bare 32 octets
            octets = self.private.public_key().public_bytes_raw()
        else:
            octets = self.private.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        return base64.b64encode(octets).decode()

    @property
    def record(self) -> str:
        """The text of the TXT record that publishes it."""
        return f"v=DKIM1; k={self.kind}; p={self.public}"

    @property
    def remarks(self) -> tuple[str, ...]:
        """What receivers may not like about it; nothing of a key as ``new_key`` makes it."""
        if not isinstance(self.private, RSAPrivateKey):
            return ()
        bits = self.private.key_size
        if bits < RSA_BITS:
            return (f"the key {self.name} has {bits} bits; {RSA_BITS} are asked for today",)
        if bits > LONGEST_RSA_BITS:
            return (f"the key {self.name} has {bits} bits; few check more than {LONGEST_RSA_BITS}",)
        return ()

    def sign(self, digest: bytes) -> bytes:
        """Sign a SHA-256 digest; the same digest has the same signature."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(digest, _PKCS1, _SHA256_DIGEST)
        return self.private.sign(digest)  # RFC 8463 3: what Ed25519 signs is the digest


def new_key(kind: KeyKind) -> bytes:
    """Make a private key, as PEM (PKCS #8) without a passphrase."""
    if kind is KeyKind.ED25519:
        made: RSAPrivateKey | Ed25519PrivateKey = Ed25519PrivateKey.generate()
    else:
        made = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def read_key(pem: bytes, *, kind: KeyKind, selector: str, domain: str, setting: str) -> DkimKey:
    """
    Read a private key.

    Args:
        pem: PKCS #8 or the older form of OpenSSL; a backslash and an n count as a line break.
        kind: What it has to be.
        selector: Under which it is published.
        domain: That vouches for the mail, in A-labels.
        setting: The variable it came by, named in errors.

    Raises:
        SettingsError: It is no such key, locked, damaged, or too short.
    """
    text = pem.replace(b"\\n", b"\n")  # as variables often carry it
    if not _PRIVATE.search(text):
        has_public = b"BEGIN PUBLIC KEY" in text or b"BEGIN CERTIFICATE" in text
        what = "holds the public half" if has_public else "holds no private key in PEM form"
        raise SettingsError(setting, f"{what}, where -----BEGIN PRIVATE KEY----- belongs; {_MAKE}")
    if any(sign in text for sign in _LOCKED):
        raise SettingsError(
            setting,
            "the key is locked with a passphrase, and nobody is there to type it; take it off: "
            "openssl pkey -in OLD -out NEW",
        )
    private = _parsed(text, setting=setting)
    key = DkimKey(selector=selector, domain=domain, private=private)
    if key.kind is not kind:
        raise SettingsError(setting, f"holds an {key.kind} key, where an {kind} one belongs")
    if isinstance(private, RSAPrivateKey) and private.key_size < SHORTEST_RSA_BITS:
        raise SettingsError(
            setting, f"{private.key_size} bits are too few, receivers refuse such a key; {_MAKE}"
        )
    return key


def _parsed(pem: bytes, *, setting: str) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError(
            setting, f"the key is damaged or was not copied whole; {_MAKE}"
        ) from error
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsError(setting, f"mail is signed by an RSA or an Ed25519 key; {_MAKE}")
    return private
