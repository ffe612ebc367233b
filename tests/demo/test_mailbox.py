"""The demo mailbox takes mail over real SMTP and keeps every byte of it."""

import csv
import smtplib
import socket
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from importlib import resources
from urllib.parse import urlsplit

import pytest
from email_validator import validate_email

from digest.demo.mailbox import DemoMailbox


def letter(recipient, subject="Verdicts"):
    message = EmailMessage()
    message["From"] = "news@verdicts.example.com"
    message["To"] = recipient
    message["Subject"] = subject
    message.set_content("A line.\n.A line that begins with a dot.\n")
    return message


def send(url, *messages):
    """All messages over one connection, as a sender that keeps it open does."""
    parts = urlsplit(url)
    with smtplib.SMTP(parts.hostname, parts.port, timeout=5) as server:
        for message in messages:
            server.send_message(message)


@pytest.mark.enable_socket
def test_each_message_is_kept_as_it_was_sent(tmp_path):
    with DemoMailbox(tmp_path / "mail") as mailbox:
        send(mailbox.url, letter("a@example.com"), letter("b+tag@example.com", "Grüße"))

        assert mailbox.accepted == 2
        assert mailbox.recipients == ("a@example.com", "b+tag@example.com")
    first, second = sorted((tmp_path / "mail").iterdir())
    assert (first.name, second.name) == ("0001-a@example.com.eml", "0002-b+tag@example.com.eml")
    assert message_from_bytes(second.read_bytes(), policy=default)["Subject"] == "Grüße"
    kept = message_from_bytes(first.read_bytes(), policy=default).get_content()
    assert kept.splitlines() == ["A line.", ".A line that begins with a dot."]


@pytest.mark.enable_socket
def test_a_second_run_keeps_the_mail_of_the_first(tmp_path):
    for _ in range(2):
        with DemoMailbox(tmp_path) as mailbox:
            send(mailbox.url, letter("a@example.com"))
            assert mailbox.accepted == 1

    assert len(list(tmp_path.glob("*.eml"))) == 2


@pytest.mark.enable_socket
def test_a_recipient_cannot_choose_the_folder(tmp_path):
    with DemoMailbox(tmp_path / "mail") as mailbox:
        send(mailbox.url, letter('"../../up"@example.com'))

    assert [path.parent for path in tmp_path.rglob("*.eml")] == [tmp_path / "mail"]


@pytest.mark.enable_socket
def test_the_port_is_free_again_after_the_block(tmp_path):
    with DemoMailbox(tmp_path) as mailbox:
        port = urlsplit(mailbox.url).port
        waiting = smtplib.SMTP("127.0.0.1", port, timeout=5)

    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    waiting.close()


def test_the_demo_list_has_25_usable_addresses_at_example_domains():
    text = (resources.files("digest.demo") / "subscribers.csv").read_text(encoding="utf-8")
    addresses = [row["email"] for row in csv.DictReader(text.splitlines())]

    assert len(set(addresses)) == len(addresses) == 25
    for address in addresses:
        validated = validate_email(address, check_deliverability=False)
        assert validated.normalized == address
        assert validated.domain.split(".")[-2:] in (
            ["example", "com"],
            ["example", "net"],
            ["example", "org"],
        )
