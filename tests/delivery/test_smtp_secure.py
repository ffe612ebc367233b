"""The SMTP client where the server wants TLS and a login, and where it cannot give them."""

import pytest

from digest.delivery.transports.smtp import SmtpTransport
from digest.errors import TransportError
from digest.model import Message, SendOutcome
from digest.settings.smtp import TlsPolicy

LOGIN = ("news@verdicts.example", "ge heim/ß")


def _message(name: str, **fields) -> Message:
    values = {
        "subscriber": name,
        "sender": "news@verdicts.example",
        "recipient": f"{name}@reader.example",
        "message_id": f"<{name}@verdicts.example>",
        "content": b"Subject: hello\r\n\r\nhello\r\n",
    }
    return Message(**(values | fields))


@pytest.fixture
def secured(server, authority):
    """A server that offers everything and speaks TLS with a certificate for 127.0.0.1."""
    server.tls = authority.serving("127.0.0.1")
    server.offers = ("PIPELINING", "STARTTLS", "AUTH PLAIN LOGIN")
    server.login = LOGIN
    return server


def _sent(server, authority, *messages: Message, **how) -> list[SendOutcome]:
    values = {"ca_file": authority.file, "timeout_s": 5, "tls": TlsPolicy.REQUIRED}
    with SmtpTransport("127.0.0.1", server.port, **(values | how)) as transport:
        return [result.outcome for result in transport.send(messages) if result]


def _refused(server, authority, **how) -> TransportError:
    with pytest.raises(TransportError) as caught:
        _sent(server, authority, _message("ann"), **how)
    assert server.taken == []
    assert "heim" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("begins_with_tls", [True, False])
@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN"])
def test_mail_goes_encrypted_and_logged_in(secured, authority, begins_with_tls, mechanisms):
    secured.begins_with_tls = begins_with_tls
    secured.offers = ("PIPELINING", "STARTTLS", f"AUTH {mechanisms}")
    sent = [_message(f"reader{number}") for number in range(5)]

    outcomes = _sent(secured, authority, *sent, is_tls=begins_with_tls, login=LOGIN)

    assert outcomes == [SendOutcome.ACCEPTED] * 5
    assert len(secured.taken) == 5
    assert [line for line in secured.lines if line.startswith("STARTTLS")] == (
        [] if begins_with_tls else ["STARTTLS"]
    )


@pytest.mark.parametrize("begins_with_tls", [True, False])
def test_large_messages_arrive_whole_through_tls(secured, authority, begins_with_tls):
    secured.begins_with_tls = begins_with_tls
    content = b"Subject: long\r\n\r\n" + b"x" * 70 + b"\r\n" + b"y\r\n" * 300_000
    sent = [_message("ann", content=content), _message("bob", content=content)]

    outcomes = _sent(secured, authority, *sent, is_tls=begins_with_tls)

    assert outcomes == [SendOutcome.ACCEPTED] * 2
    assert [len(taken) for _, taken in secured.taken] == [len(content)] * 2
    assert secured.taken[0][1] == content


@pytest.mark.parametrize("begins_with_tls", [True, False])
def test_a_certificate_for_another_name_is_not_trusted(secured, authority, begins_with_tls):
    secured.tls = authority.serving("mail.other.example")
    secured.begins_with_tls = begins_with_tls

    error = _refused(secured, authority, is_tls=begins_with_tls, login=LOGIN)

    assert error.permanent
    assert "its certificate cannot be trusted" in str(error)
    assert "DIGEST_SMTP_CA_FILE" in str(error)
    assert not [line for line in secured.lines if line.startswith("AUTH")]


def test_a_certificate_of_an_unknown_authority_is_not_trusted(secured, authority):
    error = _refused(secured, authority, ca_file=None)

    assert "its certificate cannot be trusted" in str(error)


def test_a_file_of_authorities_that_is_none_is_said_so(secured, authority, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")

    error = _refused(secured, authority, ca_file=empty)

    assert "DIGEST_SMTP_CA_FILE cannot be used" in str(error)


def test_where_tls_is_wanted_and_not_offered_nothing_goes_and_the_offer_is_listed(
    secured, authority
):
    secured.offers = ("PIPELINING", "SIZE 1000")

    error = _refused(secured, authority)

    assert error.permanent
    assert "no STARTTLS: it offers PIPELINING, SIZE; set DIGEST_SMTP_TLS" in str(error)


@pytest.mark.parametrize("policy", [TlsPolicy.OFFERED, TlsPolicy.NEVER])
def test_mail_goes_in_plain_text_only_where_that_is_asked_for(secured, authority, policy):
    secured.offers = ("PIPELINING",) if policy is TlsPolicy.OFFERED else ("STARTTLS",)

    assert _sent(secured, authority, _message("ann"), tls=policy) == [SendOutcome.ACCEPTED]
    assert "STARTTLS" not in secured.lines


def test_tls_is_used_where_it_is_offered(secured, authority):
    _sent(secured, authority, _message("ann"), tls=TlsPolicy.OFFERED)

    assert secured.lines[:3] == ["EHLO localhost", "STARTTLS", "EHLO localhost"]


@pytest.mark.parametrize(
    ("reply", "permanent"), [("454 4.7.0 not now", False), ("501 5.5.1 never", True)]
)
def test_a_server_that_will_not_begin_tls_is_out_of_use(secured, authority, reply, permanent):
    secured.script = lambda event, _who: reply if event == "STARTTLS" else None

    error = _refused(secured, authority)

    assert (error.permanent, "it refuses to begin TLS" in str(error)) == (permanent, True)


def test_what_comes_in_plain_text_after_the_word_for_tls_is_not_believed(secured, authority):
    """A stranger on the line could otherwise answer for the server (RFC 3207, section 6)."""
    secured.script = lambda event, _who: (
        "220 go ahead\r\n250 AUTH PLAIN" if event == "STARTTLS" else None
    )

    error = _refused(secured, authority)

    assert "it went on in plain text after it had agreed to TLS" in str(error)


def test_a_server_that_hangs_up_while_tls_begins_is_out_of_use_for_now(secured, authority):
    secured.script = lambda event, _who: "drop" if event == "STARTTLS" else None

    assert not _refused(secured, authority).permanent


def test_a_plain_server_on_a_port_for_tls_is_told_apart(secured, authority):
    error = _refused(secured, authority, is_tls=True)

    assert "no TLS" in str(error)


@pytest.mark.parametrize(
    ("reply", "permanent"), [("535 5.7.8 no", True), ("454 4.7.0 not now", False)]
)
def test_a_refused_login_is_said_with_the_servers_words(secured, authority, reply, permanent):
    secured.script = lambda event, _who: reply if event == "AUTH" else None

    error = _refused(secured, authority, login=LOGIN)

    assert error.permanent is permanent
    assert f"it refuses our login: {reply}; look at user and password" in str(error)


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
def test_a_wrong_password_lets_nobody_in_and_is_not_shown(secured, authority, mechanisms):
    secured.offers = ("STARTTLS", f"AUTH {mechanisms}")

    error = _refused(secured, authority, login=("news", "geheim"))

    assert "535 5.7.8 who are you?" in str(error)


def test_a_password_that_a_server_repeats_is_taken_out(secured, authority):
    secured.script = lambda event, _who: "535 no: geheim Z2VoZWlt" if event == "AUTH" else None

    assert "535 no: *** ***" in str(_refused(secured, authority, login=("news", "geheim")))


def test_where_no_login_of_ours_is_offered_the_offer_is_listed(secured, authority):
    secured.offers = ("STARTTLS", "AUTH CRAM-MD5", "DSN")

    error = _refused(secured, authority, login=LOGIN)

    assert "no AUTH PLAIN or LOGIN: it offers STARTTLS, AUTH, DSN" in str(error)


def test_a_login_may_go_over_plain_text_to_this_machine(secured, authority):
    how = {"tls": TlsPolicy.OFFERED, "login": LOGIN}
    secured.offers = ("AUTH PLAIN",)

    assert _sent(secured, authority, _message("ann"), **how) == [SendOutcome.ACCEPTED]


def test_a_server_that_asks_twice_for_the_password_is_left(secured, authority):
    secured.offers = ("STARTTLS", "AUTH PLAIN")
    secured.script = lambda event, _who: "334 again" if event == "AUTH" else None

    assert "it does not speak SMTP: 334 again" in str(_refused(secured, authority, login=LOGIN))
