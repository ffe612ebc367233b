"""Mailboxes give each mail once, and let go only of what they are told to."""

import importlib.util
import os
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digest.delivery.mailboxes import base
from digest.delivery.mailboxes.imap import ImapMailbox, ImapPlace
from digest.delivery.mailboxes.maildir import MaildirMailbox
from digest.errors import MailboxError
from tests.conftest import NOW

_SPEC = importlib.util.spec_from_file_location(
    "imap_server", Path(__file__).with_name("imap_server.py")
)
imap_server = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(imap_server)


def mail(number: int, size: int = 0) -> bytes:
    return f"Subject: {number}\r\n\r\n{'x' * size}\r\n".encode()


@pytest.fixture
def server(socket_enabled) -> Iterator[imap_server.ImapServer]:
    del socket_enabled
    running = imap_server.ImapServer()
    yield running
    running.stop()


def imap(server: imap_server.ImapServer, *, password: str | None = None, scheme="imap"):
    place = ImapPlace.of(f"{scheme}://bounces%40news.example@127.0.0.1:{server.port}/INBOX")
    return ImapMailbox(place, password or server.password, timeout_s=5)


def all_of(mailbox: base.Mailbox, size: int = 2, keep=lambda _mail: None) -> list[bytes]:
    """Empty a mailbox: ``keep`` says of each mail True to keep, False to leave, None to remove."""
    seen = []
    with closing(mailbox):
        for batch in mailbox.batches(size):
            seen += [each.content for each in batch]
            mailbox.remove([each for each in batch if keep(each) is None])
            mailbox.keep([each for each in batch if keep(each)])
    return seen


@pytest.mark.parametrize("offered", ["UIDPLUS MOVE AUTH=PLAIN", "UIDPLUS", "MOVE", ""])
@pytest.mark.parametrize("uid_behind", [False, True])
def test_each_mail_on_a_server_is_given_once_whatever_the_server_can(server, offered, uid_behind):
    server.capabilities = f"IMAP4rev1 {offered}"
    server.uid_behind = uid_behind
    server.password = server.password if "AUTH" in offered else "open sesame"
    server.inbox.add(*map(mail, range(7)))
    marks = {mail(1): True, mail(2): False, mail(5): True}

    seen = all_of(imap(server), keep=lambda each: marks.get(each.content))

    assert seen == [mail(number) for number in range(7)]
    assert list(server.inbox.mails.values()) == [mail(2)]
    assert list(server.folders[base.KEPT].mails.values()) == [mail(1), mail(5)]


def test_a_mail_on_a_server_has_the_time_it_came_and_at_most_its_front(server):
    server.inbox.add(mail(0, size=base.MAX_OCTETS))

    with closing(imap(server)) as mailbox:
        ((found,),) = mailbox.batches(5)

    assert found.received_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    assert found.content == mail(0, size=base.MAX_OCTETS)[: base.MAX_OCTETS]


def test_a_server_that_deletes_nothing_gives_each_mail_once(server):
    server.inbox.add(*map(mail, range(5)))
    server.fault = lambda line: "OK done" if line.startswith("UID EXPUNGE") else None

    assert all_of(imap(server)) == [mail(number) for number in range(5)]


def test_what_stays_on_a_server_is_passed_over_and_found_again(server):
    server.inbox.add(*map(mail, range(5)))

    first = all_of(imap(server), keep=lambda _mail: False)

    assert first == all_of(imap(server)) == [mail(number) for number in range(5)]


def test_the_folder_of_kept_mails_is_made_below_the_inbox_where_the_server_wants_that(server):
    server.below_inbox = True
    for number in range(2):
        server.inbox.add(mail(number))
        all_of(imap(server), keep=lambda _mail: True)

    assert len(server.folders[f"INBOX.{base.KEPT}"].mails) == 2


def test_an_empty_mailbox_has_no_mails(server):
    assert all_of(imap(server)) == []


@pytest.mark.parametrize(
    ("fault", "answer", "said", "permanent"),
    [
        ("SELECT", "NO no such mailbox", "no such mailbox", False),
        ("SELECT", "OK selected", "does not say how many mails", False),
        ("FETCH", "NO disk trouble", "disk trouble", False),
        ("FETCH", "", "DIGEST_FEEDBACK_IMAP_URL", False),
        ("UID STORE", "NO quota", "quota", False),
        ("AUTHENTICATE", "NO [UNAVAILABLE] later", "does not let us in", True),
        ("AUTHENTICATE", "", "does not let us in", False),
    ],
)
def test_a_server_in_trouble_is_said_in_a_sentence(server, fault, answer, said, permanent):
    server.inbox.add(mail(0))
    server.fault = lambda line: answer if line.startswith(fault) else None

    with pytest.raises(MailboxError, match=said) as caught:
        all_of(imap(server))

    assert caught.value.permanent is permanent
    assert "bounces@news.example on 127.0.0.1" in str(caught.value)
    assert server.password not in str(caught.value)


def test_a_wrong_password_is_said_and_not_repeated(server):
    with pytest.raises(MailboxError, match="DIGEST_FEEDBACK_IMAP_PASSWORD") as caught:
        all_of(imap(server, password="sesame shut"))

    assert "sesame" not in str(caught.value)


def test_a_password_that_the_server_cannot_take_is_said(server):
    server.capabilities = "IMAP4rev1"

    with pytest.raises(MailboxError, match="no user or password beyond ASCII") as caught:
        all_of(imap(server))

    assert caught.value.permanent


def test_nobody_at_home_is_said_in_a_sentence(server):
    mailbox = imap(server)
    server.stop()

    with pytest.raises(MailboxError, match="cannot be read"):
        all_of(mailbox)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(encoding))
    return path


def test_a_server_must_be_who_it_says(socket_enabled, certificate: Path, monkeypatch):
    del socket_enabled
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = imap_server.ImapServer(tls=context)
    server.inbox.add(mail(0))

    with pytest.raises(MailboxError, match="its certificate is not valid") as caught:
        all_of(imap(server, scheme="imaps"))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    assert caught.value.permanent
    assert all_of(imap(server, scheme="imaps")) == [mail(0)]
    server.stop()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("imaps://ada@mail.example", ("mail.example", 993, "ada", "INBOX")),
        (
            "imaps://a%40b.example@mail.example:994/Reports%20of%20bounces",
            ("mail.example", 994, "a@b.example", "Reports of bounces"),
        ),
        ("imap://ada@localhost/INBOX", ("localhost", 143, "ada", "INBOX")),
    ],
)
def test_a_url_says_where_a_mailbox_is(url: str, place: tuple[str, int, str, str]):
    assert ImapPlace.of(url) == ImapPlace(*place, is_plain=url.startswith("imap:"))


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "box" / part).mkdir(parents=True)
    return tmp_path / "box"


def deliver(maildir: Path, number: int, part: str = "new", content: bytes | None = None) -> Path:
    path = maildir / part / f"{1_700_000_000 + number}.M{number}.host{':2,S' * (part == 'cur')}"
    path.write_bytes(mail(number) if content is None else content)
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return path


def test_each_mail_of_a_maildir_is_given_once_the_oldest_first(maildir: Path):
    for number, part in enumerate(("cur", "new", "cur", "new", "tmp")):
        deliver(maildir, number, part)
    marks = {mail(1): True, mail(2): False}

    seen = all_of(MaildirMailbox(maildir), keep=lambda each: marks.get(each.content))

    assert seen == [mail(number) for number in range(4)]
    assert [path.read_bytes() for path in (maildir / "cur").iterdir()] == [mail(2)]
    assert list((maildir / "new").iterdir()) == []
    (kept,) = (maildir / f".{base.KEPT}" / "cur").iterdir()
    assert kept.name.endswith(".host:2,S")


def test_a_mail_of_a_maildir_has_the_time_it_came_and_at_most_its_front(maildir: Path):
    deliver(maildir, 0, content=mail(0, size=base.MAX_OCTETS))

    ((found,),) = MaildirMailbox(maildir).batches(5)

    assert found.received_at == NOW
    assert len(found.content) == base.MAX_OCTETS


def test_what_is_no_mail_in_a_maildir_is_left_alone(maildir: Path, tmp_path: Path):
    (maildir / "new" / "folder").mkdir()
    os.mkfifo(maildir / "new" / "pipe")
    (tmp_path / "secret").write_text("not a mail")
    (maildir / "new" / "link").symlink_to(tmp_path / "secret")
    (maildir / "new" / ".hidden").write_text("nor this")

    assert all_of(MaildirMailbox(maildir)) == []
    assert len(list((maildir / "new").iterdir())) == 4


def test_a_mail_that_another_took_away_meanwhile_is_no_error(maildir: Path):
    deliver(maildir, 0)
    deliver(maildir, 1)
    mailbox = MaildirMailbox(maildir)
    ((first, second),) = mailbox.batches(5)
    for path in (maildir / "new").iterdir():
        path.unlink()

    mailbox.remove([first])
    mailbox.keep([second])


def test_a_mail_that_is_seen_by_a_mail_program_while_we_read_waits_for_the_next_run(maildir: Path):
    deliver(maildir, 0)
    path = deliver(maildir, 1)
    batches = MaildirMailbox(maildir).batches(1)
    next(batches)
    path.rename(maildir / "cur" / f"{path.name}:2,S")

    assert list(next(batches)) == []


def test_a_folder_that_is_no_maildir_is_said_in_a_sentence(tmp_path: Path):
    with pytest.raises(MailboxError, match="name a maildir with the folders new and cur") as caught:
        all_of(MaildirMailbox(tmp_path / "nowhere"))

    assert caught.value.permanent
