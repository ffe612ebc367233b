"""Signing up and leaving: only a button acts, and no answer tells who is a subscriber."""

from dataclasses import replace
from datetime import timedelta

import pytest

from digest.errors import TransportError
from digest.model import SubscriberState
from digest.readers import links
from digest.store import readers as reader_store

SECRET = b"a secret of thirty-two octets ...."
ADA = "ada@example.com"


def state_of(db, address: str = ADA) -> SubscriberState | None:
    with db.read() as session:
        found = reader_store.subscriber_by_address(session, address)
    return found.state if found else None


def path_of(link: str) -> str:
    return link.removeprefix("https://verdicts.example.com")


@pytest.fixture
def confirm_path(client, mailbox) -> str:
    client.post("/subscribe", data={"email": ADA})
    return path_of(mailbox[-1][1])


@pytest.fixture
def leave_path(client, world, confirm_path) -> str:
    """The unsubscribe link of a confirmed subscriber."""
    client.post(confirm_path)
    with world.read() as session:
        found = reader_store.subscriber_by_address(session, ADA)
    return f"/unsubscribe/{links.unsubscribe_token(found.public_id, secret=SECRET)}"


def test_a_sign_up_mails_a_link_and_subscribes_nobody_yet(client, world, mailbox):
    answer = client.post("/subscribe", data={"email": f" {ADA} "})

    assert answer.status_code == 200
    assert "Check your mail" in answer.text
    assert [address for address, _ in mailbox] == [ADA]
    assert state_of(world) is SubscriberState.PENDING


def test_known_unknown_and_throttled_addresses_get_the_very_same_answer(
    client, confirm_path, mailbox
):
    client.post(confirm_path)
    answers = [
        client.post("/subscribe", data={"email": email})
        for email in (ADA, "new@example.com", "new@example.com", "NEW@example.com")
    ]

    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    assert [address for address, _ in mailbox] == [ADA, "new@example.com"]


@pytest.mark.parametrize("email", ["", "nobody", "<script>@x", 'a"onfocus=x@y', "a@b.de\r\nBcc: x"])
def test_what_is_no_address_is_shown_back_escaped_with_a_reason(client, email: str):
    answer = client.post("/subscribe", data={"email": email})

    assert answer.status_code == 400
    assert "does not look like an e-mail address" in answer.text
    assert "<script>" not in answer.text
    assert '"onfocus' not in answer.text


def test_a_form_without_the_field_is_no_address_either(client):
    assert client.post("/subscribe").status_code == 400


def test_who_fills_the_hidden_field_is_answered_and_forgotten(client, world, mailbox):
    answer = client.post("/subscribe", data={"email": ADA, "website": "https://spam.example"})

    assert answer.status_code == 200
    assert state_of(world) is None
    assert mailbox == []


def test_one_network_signs_up_twenty_times_an_hour(client, clock):
    for number in range(20):
        client.post("/subscribe", data={"email": f"reader{number}@example.com"})

    refused = client.elsewhere("203.0.113.99").post("/subscribe", data={"email": ADA})
    other = client.elsewhere("198.51.100.1").post("/subscribe", data={"email": ADA})
    clock.now += timedelta(hours=1)
    later = client.post("/subscribe", data={"email": "later@example.com"})

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert "Too many sign-ups" in refused.text
    assert (other.status_code, later.status_code) == (200, 200)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_a_link_changes_nothing(client, world, leave_path, method: str, mailbox):
    confirm = path_of(mailbox[-1][1])
    undo = leave_path.replace("/unsubscribe/", "/resubscribe/")
    for path in (confirm, leave_path, undo):
        client.ask(method, path)

    assert state_of(world) is SubscriberState.CONFIRMED
    client.post(leave_path)
    client.ask(method, confirm)
    assert state_of(world) is SubscriberState.UNSUBSCRIBED


def test_the_page_of_a_link_has_a_button_and_no_address(client, confirm_path):
    page = client.get(confirm_path)

    assert page.status_code == 200
    assert f'<form method="post" action="{confirm_path}"><button>' in page.text
    assert ADA not in page.text


def test_the_button_confirms_and_does_so_once(client, world, confirm_path):
    for _ in range(2):
        answer = client.post(confirm_path)
        assert "You are subscribed" in answer.text

    assert state_of(world) is SubscriberState.CONFIRMED


def test_an_expired_link_says_so(client, world, confirm_path, clock):
    clock.now += timedelta(days=8)

    for answer in (client.get(confirm_path), client.post(confirm_path)):
        assert answer.status_code == 410
        assert "good for 7 days; sign up again" in answer.text
    assert state_of(world) is SubscriberState.PENDING


BODIES = {
    "one click": {"data": {"List-Unsubscribe": "One-Click"}},
    "multipart": {"files": {"List-Unsubscribe": (None, "One-Click")}},
    "empty": {},
    "odd": {"content": b"\xff\x00", "headers": {"content-type": "application/json"}},
}


@pytest.mark.parametrize("body", BODIES)
def test_one_click_ends_the_subscription_whatever_the_body(client, world, leave_path, body: str):
    answer = client.post(leave_path, **BODIES[body])

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    assert state_of(world) is SubscriberState.UNSUBSCRIBED


def test_leaving_offers_the_way_back_for_a_day(client, world, leave_path, clock):
    left = client.post(leave_path)
    undo = left.text.split('action="')[1].split('"')[0]
    assert undo.startswith("/resubscribe/")

    clock.now += timedelta(hours=23)
    assert "Come back?" in client.get(undo).text
    assert "Welcome back" in client.post(undo).text

    assert state_of(world) is SubscriberState.CONFIRMED


def test_after_a_day_there_is_no_way_back_but_signing_up(client, world, leave_path, clock):
    left = client.post(leave_path)
    undo = left.text.split('action="')[1].split('"')[0]
    clock.now += timedelta(hours=25)

    assert client.post(undo).status_code == 410
    assert "<form" not in client.post(leave_path).text
    assert state_of(world) is SubscriberState.UNSUBSCRIBED


def test_a_link_of_somebody_erased_is_answered_like_any_other(client):
    token = links.unsubscribe_token("nobody0000000000", secret=SECRET)

    answer = client.post(f"/unsubscribe/{token}")

    assert answer.status_code == 200
    assert "You are unsubscribed" in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("place", ["confirm", "unsubscribe", "resubscribe"])
def test_a_link_of_another_purpose_or_a_damaged_one_opens_nothing(
    client, world, leave_path, place: str, method: str
):
    token = leave_path.rsplit("/", 1)[1]
    damaged = token[:-1] if place == "unsubscribe" else token

    answer = client.ask(method, f"/{place}/{damaged}")

    assert answer.status_code == 410
    assert "damaged" in answer.text
    assert state_of(world) is SubscriberState.CONFIRMED


def test_a_mail_server_out_of_use_changes_no_answer_and_is_logged_without_the_address(
    parts, visit, caplog
):
    def refuse(address: str, _link: str) -> None:
        raise TransportError("smtp.example.com", f"550 <{address}>\nno such mailbox")

    answer = visit(replace(parts, mail_confirmation=refuse)).post("/subscribe", data={"email": ADA})

    assert "Check your mail" in answer.text
    (line,) = caplog.text.splitlines()
    assert "WARNING" in line
    assert "smtp.example.com: 550 <(the address)> no such mailbox" in line
    assert ADA not in line


def test_signing_up_again_mails_again_after_a_failure_and_no_sooner_after_a_mail(
    parts, visit, mailbox
):
    """The clock of this test stands still, as in a rehearsal."""
    tries = []

    def second_time_lucky(address: str, link: str) -> None:
        tries.append(address)
        if len(tries) == 1:
            raise TransportError("smtp.example.com", "no connection")
        mailbox.append((address, link))

    visitor = visit(replace(parts, mail_confirmation=second_time_lucky))
    answers = {visitor.post("/subscribe", data={"email": ADA}).text for _ in range(4)}

    assert [address for address, _ in mailbox] == [ADA]
    assert len(tries) == 2
    assert len(answers) == 1
