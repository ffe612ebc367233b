"""Keys: read whole or refused in a sentence, and published as receivers look for them."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from digest.errors import SettingsError
from digest.mail.dkim.keys import KeyKind, new_key, read_key
from tests.mail.dkim.conftest import DOMAIN

PKCS8 = serialization.PrivateFormat.PKCS8
OPENSSL = serialization.PrivateFormat.TraditionalOpenSSL
OPEN = serialization.NoEncryption()


def pem_of(private, form=PKCS8, lock=OPEN) -> bytes:
    return private.private_bytes(serialization.Encoding.PEM, form, lock)


def read(pem: bytes, kind: KeyKind = KeyKind.RSA):
    return read_key(pem, kind=kind, selector="s1", domain=DOMAIN, setting="DIGEST_DKIM_KEY")


@pytest.fixture(scope="session")
def private(rsa_pem: bytes) -> rsa.RSAPrivateKey:
    return serialization.load_pem_private_key(rsa_pem, password=None)


def test_a_key_is_read_in_either_form_of_pem_and_with_written_out_line_breaks(private, rsa_pem):
    old = pem_of(private, OPENSSL)
    in_a_variable = rsa_pem.replace(b"\n", b"\\n")

    assert {read(each).public for each in (rsa_pem, old, in_a_variable)} == {read(rsa_pem).public}


def test_a_new_rsa_key_has_2048_bits_and_nothing_to_remark(rsa):
    assert rsa.private.key_size == 2048
    assert rsa.private.public_key().public_numbers().e == 65537
    assert rsa.remarks == ()
    assert (rsa.kind, rsa.algorithm) == (KeyKind.RSA, "rsa-sha256")
    assert rsa.name == "r2026._domainkey.verdicts.example.com"


def test_an_rsa_key_is_published_as_its_subject_public_key_info(rsa):
    version, kind, public = rsa.record.split("; ")

    assert (version, kind) == ("v=DKIM1", "k=rsa")
    der = base64.b64decode(public.removeprefix("p="), validate=True)
    assert serialization.load_der_public_key(der) == rsa.private.public_key()


def test_an_ed25519_key_is_published_as_its_32_octets(ed25519):
    version, kind, public = ed25519.record.split("; ")

    assert (version, kind) == ("v=DKIM1", "k=ed25519")
    octets = base64.b64decode(public.removeprefix("p="), validate=True)
    assert octets == ed25519.private.public_key().public_bytes_raw()
    assert ed25519.algorithm == "ed25519-sha256"
    assert ed25519.remarks == ()


def test_a_key_does_not_show_itself(rsa):
    assert "private" not in repr(rsa)


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (b"", "holds no private key in PEM form"),
        (b"hello", "holds no private key in PEM form"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged"),
        (b"-----BEGIN PRIVATE KEY-----", "damaged or was not copied whole"),
    ],
)
def test_what_is_no_key_says_how_to_make_one(pem, said):
    with pytest.raises(SettingsError, match=said) as caught:
        read(pem)

    assert str(caught.value).startswith("DIGEST_DKIM_KEY: ")
    assert "digest dkim keygen --selector NAME --out FILE" in str(caught.value)


def test_the_public_half_is_not_the_key(private):
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    with pytest.raises(SettingsError, match="holds the public half, where"):
        read(public)


def test_a_key_cut_short_is_damaged(rsa_pem):
    lines = rsa_pem.splitlines()

    with pytest.raises(SettingsError, match="damaged or was not copied whole"):
        read(b"\n".join(lines[:10] + lines[-1:]))


@pytest.mark.parametrize("form", [PKCS8, OPENSSL])
def test_a_locked_key_says_how_to_take_the_passphrase_off(private, form):
    locked = pem_of(private, form, serialization.BestAvailableEncryption(b"secret"))

    with pytest.raises(SettingsError, match=r"locked with a passphrase.*openssl pkey"):
        read(locked)


def test_a_key_of_the_other_kind_is_refused(rsa_pem):
    with pytest.raises(SettingsError, match="holds an rsa key, where an ed25519 one belongs"):
        read(rsa_pem, KeyKind.ED25519)
    with pytest.raises(SettingsError, match="holds an ed25519 key, where an rsa one belongs"):
        read(new_key(KeyKind.ED25519))


def test_a_key_that_signs_no_mail_is_refused():
    curve = pem_of(ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(SettingsError, match="signed by an RSA or an Ed25519 key"):
        read(curve)


def test_a_short_key_is_remarked_on_and_a_shorter_one_refused():
    middling = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 # short on purpose

    assert read(pem_of(middling)).remarks == (
        "the key s1._domainkey.verdicts.example.com has 1024 bits; 2048 are asked for today",
    )
    with pytest.raises(SettingsError, match="511 bits are too few, receivers refuse such a key"):
        read(pem_of(short_key()))


def short_key() -> rsa.RSAPrivateKey:
    """A key that no library makes any more, of two well-known primes."""
    p, q = 2**255 - 19, 2**256 - 189
    d = pow(65537, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(65537, p * q),
    )
    return numbers.private_key()
