"""Keys come from where the settings say, and what receivers could mind is said before a send."""

import os
from pathlib import Path

import pytest

from digest.errors import DigestError, SettingsError
from digest.mail.dkim.keys import KeyKind, new_key
from digest.settings import Settings
from digest.steps.signing import is_aligned, signing_keys, signing_remarks, write_new_key

SENDER = "verdicts.example.com"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def rsa_pem():
    return new_key(KeyKind.RSA)


@pytest.fixture(scope="module")
def ed25519_pem():
    return new_key(KeyKind.ED25519)


def keys_of(**settings):
    return signing_keys(Settings(**settings), sender_domain=SENDER)


def test_without_a_selector_there_is_no_key():
    assert keys_of() == ()


def test_keys_come_from_a_file_and_from_a_variable_the_rsa_one_first(
    tmp_path: Path, rsa_pem, ed25519_pem
):
    path = tmp_path / "rsa.pem"
    path.write_bytes(rsa_pem)

    keys = keys_of(
        dkim_selector="r1",
        dkim_key_file=path,
        dkim_ed25519_selector="e1",
        dkim_ed25519_key=ed25519_pem.decode(),
    )

    assert [(key.kind, key.name) for key in keys] == [
        (KeyKind.RSA, "r1._domainkey.verdicts.example.com"),
        (KeyKind.ED25519, "e1._domainkey.verdicts.example.com"),
    ]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"DIGEST_DKIM_KEY_FILE: .*gone.pem cannot be read"):
        keys_of(dkim_selector="r1", dkim_key_file=tmp_path / "gone.pem")


def test_an_error_in_a_key_names_the_variable_it_came_by(rsa_pem):
    with pytest.raises(SettingsError, match="DIGEST_DKIM_ED25519_KEY: holds an rsa key"):
        keys_of(
            dkim_selector="r1",
            dkim_key=rsa_pem.decode(),
            dkim_ed25519_selector="e1",
            dkim_ed25519_key=rsa_pem.decode(),
        )


@pytest.mark.parametrize(
    ("domain", "vouches"),
    [
        (SENDER, True),
        ("example.com", True),
        ("mail.verdicts.example.com", True),
        ("example.org", False),
        ("notverdicts.example.com", False),
        ("icts.example.com", False),
    ],
)
def test_a_domain_vouches_for_itself_and_for_what_is_above_or_below(rsa_pem, domain, vouches):
    assert is_aligned(domain, SENDER) is vouches
    settings = {"dkim_selector": "r1", "dkim_key": rsa_pem.decode(), "dkim_domain": domain}
    if vouches:
        assert keys_of(**settings)[0].name == f"r1._domainkey.{domain}"
        return
    with pytest.raises(SettingsError, match=f"DIGEST_DKIM_DOMAIN: {domain} does not vouch for"):
        keys_of(**settings)


def test_unsigned_mail_through_a_relay_elsewhere_is_remarked_on():
    settings = Settings(transport="smtp", smtp_url="smtp://relay.example.net:587")

    [said] = signing_remarks(settings, (), is_rehearsal=False)

    assert "unsigned (DIGEST_DKIM_SELECTOR is not set)" in said
    assert "unless relay.example.net signs" in said


@pytest.mark.parametrize(
    ("settings", "is_rehearsal"),
    [
        ({"transport": "smtp", "smtp_url": "smtp://127.0.0.1:25"}, False),
        ({"transport": "smtp", "smtp_url": "smtp://localhost:25"}, False),
        ({"transport": "smtp", "smtp_url": "smtp://relay.example.net:25"}, True),
        ({"transport": "file"}, False),
    ],
)
def test_a_relay_on_this_machine_and_a_rehearsal_are_not(settings, is_rehearsal):
    assert signing_remarks(Settings(**settings), (), is_rehearsal=is_rehearsal) == ()


def test_a_key_that_signs_nothing_is_remarked_on(rsa_pem):
    given = {"dkim_selector": "r1", "dkim_key": rsa_pem.decode()}
    settings = Settings(transport="postmark", postmark_token="token", **given)

    [said] = signing_remarks(settings, (), is_rehearsal=False)

    assert "postmark signs; unset DIGEST_DKIM_*" in said


def test_a_good_key_is_not_remarked_on(rsa_pem):
    keys = keys_of(dkim_selector="r1", dkim_key=rsa_pem.decode())
    settings = Settings(transport="smtp", smtp_url="smtp://relay.example.net:25")

    assert signing_remarks(settings, keys, is_rehearsal=False) == ()


@pytest.mark.parametrize("kind", KeyKind)
def test_a_new_key_is_for_its_owner_alone_and_never_written_over(tmp_path: Path, kind: KeyKind):
    path = tmp_path / "key.pem"
    old = os.umask(0)
    try:
        write_new_key(path, kind=kind)
    finally:
        os.umask(old)

    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_bytes()
    with pytest.raises(DigestError, match="exists, and a key is never overwritten"):
        write_new_key(path, kind=kind)
    assert path.read_bytes() == before


def test_a_key_that_cannot_be_written_says_where(tmp_path: Path):
    with pytest.raises(DigestError, match=r"none/key.pem cannot be written"):
        write_new_key(tmp_path / "none" / "key.pem", kind=KeyKind.ED25519)
