"""Keys made once, a signed edition, and three strangers who say whether a signature is good."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import dkim
import pytest

from digest.mail.dkim.keys import DkimKey, KeyKind, new_key, read_key

DOMAIN = "verdicts.example.com"
MAIL_DKIM = Path(__file__).with_name("verify.pl")


def key_of(pem: bytes, kind: KeyKind, selector: str) -> DkimKey:
    return read_key(pem, kind=kind, selector=selector, domain=DOMAIN, setting="DIGEST_DKIM_KEY")


@pytest.fixture(scope="session")
def rsa_pem() -> bytes:
    """One key of 2048 bits for all tests: making one takes longer than a hundred signatures."""
    return new_key(KeyKind.RSA)


@pytest.fixture(scope="session")
def rsa(rsa_pem: bytes) -> DkimKey:
    return key_of(rsa_pem, KeyKind.RSA, "r2026")


@pytest.fixture(scope="session")
def ed25519() -> DkimKey:
    return key_of(new_key(KeyKind.ED25519), KeyKind.ED25519, "e2026")


def dkimpy_says(content: bytes, keys: Sequence[DkimKey]) -> list[bool]:
    """Of each signature, from the top: whether dkimpy finds it good."""
    records = {f"{key.name}.".encode(): key.record.encode() for key in keys}

    def records_at(name: bytes, **_timeout: int) -> bytes | None:
        return records.get(name)

    def is_good(place: int) -> bool:
        try:
            return bool(dkim.DKIM(content).verify(place, dnsfunc=records_at))
        except dkim.ValidationError:  # the hash of the body is another
            return False

    number = content.partition(b"\r\n\r\n")[0].count(b"DKIM-Signature: ")
    return [is_good(place) for place in range(number)]


@pytest.fixture
def opendkim_says(tmp_path: Path) -> Callable[[bytes, Sequence[DkimKey]], bool]:
    """Whether OpenDKIM finds the signature good; its exit code is 0 even where it does not."""
    program = shutil.which("opendkim", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip("opendkim is not installed: apt-get install opendkim")

    def says(content: bytes, keys: Sequence[DkimKey]) -> bool:
        records = tmp_path / "records"
        records.write_text("".join(f"{key.name} {key.record}\n" for key in keys))
        conf = tmp_path / "opendkim.conf"
        conf.write_text(f"Mode v\nLogWhy yes\nSyslog no\nTestDNSData {records}\n")
        mail = tmp_path / "mail.eml"
        mail.write_bytes(content)
        ran = subprocess.run(
            [program, "-x", conf, "-t", mail],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        verdicts = re.findall(r"verification \(.*\) (succeeded|failed)", ran.stdout + ran.stderr)
        assert verdicts, ran
        return verdicts == ["succeeded"]

    return says


@pytest.fixture
def mail_dkim_says(tmp_path: Path) -> Callable[[Sequence[bytes], DkimKey], list[str]]:
    """What Perl's Mail::DKIM says of messages: pass, fail …; it knows RSA only."""
    probe = ["perl", "-MMail::DKIM", "-e", "1"]
    if not shutil.which("perl") or subprocess.call(probe, stderr=subprocess.DEVNULL):
        pytest.skip("Mail::DKIM is not installed: apt-get install libmail-dkim-perl")

    def says(contents: Sequence[bytes], key: DkimKey) -> list[str]:
        paths = [tmp_path / f"{number}.eml" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        ran = subprocess.run(
            ["perl", MAIL_DKIM, key.name, key.record, *paths],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return ran.stdout.split()

    return says
