"""The SMTP client against a real server that refuses, hangs, lies and vanishes."""

import signal
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from digest.delivery.transports.smtp import SmtpTransport
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult

ACCEPTED = SendOutcome.ACCEPTED
DEFERRED = SendOutcome.DEFERRED
REJECTED = SendOutcome.REJECTED
UNCERTAIN = SendOutcome.UNCERTAIN
UNSENT = SendOutcome.UNSENT


def _message(
    name: str, *, content: bytes = b"Subject: hello\r\n\r\nhello\r\n", **fields
) -> Message:
    values = {
        "subscriber": name,
        "sender": "news@verdicts.example",
        "recipient": f"{name}@reader.example",
        "message_id": f"<{name}@verdicts.example>",
        "content": content,
    }
    return Message(**(values | fields))


@pytest.fixture(params=[(), ("PIPELINING", "SIZE 40000000", "DSN")], ids=["stepwise", "pipelined"])
def server(server, request):
    """A server without extensions, and one that takes several commands at a time."""
    server.offers = request.param
    return server


@pytest.fixture
def transport(server):
    with SmtpTransport("127.0.0.1", server.port, timeout_s=5, final_timeout_s=5) as client:
        yield client


def _send(transport: SmtpTransport, *messages: Message):
    """Send; give outcomes by subscriber, and the error that ended the batch if one did."""
    outcomes: dict[str, SendOutcome] = {}
    try:
        for result in transport.send(messages):
            outcomes[result.subscriber] = result.outcome
    except TransportError as error:
        return outcomes, error
    return outcomes, None


def _until_error(transport: SmtpTransport, *messages: Message) -> list[SendResult]:
    """Give the results that came before the error that ends the batch."""
    results = []
    with pytest.raises(TransportError):
        results.extend(result for result in transport.send(messages) if result)
    return results


def _answering(event: str, reply: str, recipient: str | None = None):
    """A script that gives one reply to one event, for one recipient or for all."""
    address = f"{recipient}@reader.example"

    def script(happened: str, of: str) -> str | None:
        return reply if happened == event and (recipient is None or of == address) else None

    return script


def test_messages_of_several_batches_go_over_one_connection_and_it_ends_politely(server):
    with SmtpTransport("127.0.0.1", server.port, helo="verdicts.example") as transport:
        first = [result.outcome for result in transport.send([_message("ann")])]
        second = [result.outcome for result in transport.send([_message("bob"), _message("cy")])]

    assert (first, second) == ([ACCEPTED], [ACCEPTED, ACCEPTED])
    assert server.recipients() == [
        "ann@reader.example", "bob@reader.example", "cy@reader.example",
    ]  # fmt: skip
    assert server.connections == 1
    assert server.lines[0] == "EHLO verdicts.example"
    assert server.lines[-1].upper() == "QUIT"


def test_each_result_comes_before_the_next_message_goes(server, transport):
    server.offers = ()
    results = transport.send([_message("ann"), _message("bob")])

    assert next(results).reply == "250 2.0.0 queued"
    assert server.recipients() == ["ann@reader.example"]


def test_nothing_waits_in_the_kernel_for_more(transport):
    _send(transport, _message("ann"))

    (link,) = transport._pool._links
    assert link.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    "content",
    [
        b".\r\n..\r\n.hidden\r\n\r\n.\r\nend\r\n",
        b"a\r\n.\r\n",
        b"bare\n.\nfeeds\r\n",
        b"\r\n",
        b"",
        b"x" * 998 + b"\r\n",
    ],
)
def test_content_arrives_octet_for_octet_and_ends_where_it_ends(server, transport, content):
    outcomes, _ = _send(transport, _message("ann", content=content), _message("bob"))

    assert outcomes == {"ann": ACCEPTED, "bob": ACCEPTED}
    assert server.taken[0][1] == (content or b"\r\n")


def test_content_without_a_last_line_end_gets_one(server, transport):
    _send(transport, _message("ann", content=b"no end"))

    assert server.taken[0][1] == b"no end\r\n"


@pytest.mark.parametrize("event", ["RCPT", "DATA", "DOT"])
@pytest.mark.parametrize(
    ("reply", "outcome"), [("550 5.1.1 nobody", REJECTED), ("451 4.7.1 later", DEFERRED)]
)
def test_one_refused_recipient_leaves_the_others_and_the_connection_alone(
    server, transport, event, reply, outcome
):
    server.script = _answering(event, reply, "bob")

    results = list(transport.send([_message("ann"), _message("bob"), _message("cy")]))

    assert [result.outcome for result in results] == [ACCEPTED, outcome, ACCEPTED]
    assert results[1].reply == reply
    assert server.recipients() == ["ann@reader.example", "cy@reader.example"]
    assert server.connections == 1


def test_no_content_is_sent_for_a_refused_recipient(server, transport):
    server.script = _answering("RCPT", "550 5.1.1 nobody")

    _send(transport, _message("ann", content=b"QUIT\r\n"))
    transport.close()

    assert server.lines[-3:-1] in (
        ["MAIL FROM:<news@verdicts.example>", "RCPT TO:<ann@reader.example>"],
        ["RCPT TO:<ann@reader.example> NOTIFY=FAILURE", "DATA"],
    )
    assert server.lines[-1] == "QUIT"


def test_a_go_ahead_after_a_refusal_is_answered_with_nothing_and_its_reply_is_nobodys(
    server, transport
):
    """Some servers answer DATA with 354 though no recipient is left (RFC 2920, section 3.1)."""
    replies = {"RCPT": "550 5.1.1 nobody", "DATA": "354 go ahead"}
    server.script = lambda event, who: replies.get(event) if who.startswith("bob") else None

    outcomes, error = _send(transport, _message("ann"), _message("bob"), _message("cy"))

    assert (outcomes, error) == ({"ann": ACCEPTED, "bob": REJECTED, "cy": ACCEPTED}, None)
    assert server.recipients() == ["ann@reader.example", "cy@reader.example"]
    assert server.connections == 1


def test_a_sender_refused_for_now_defers_the_message(server, transport):
    server.script = _answering("MAIL", "451 4.3.0 busy")

    assert _send(transport, _message("ann")) == ({"ann": DEFERRED}, None)


def test_a_sender_refused_for_good_is_our_fault_and_gives_no_recipient_a_result(server, transport):
    server.script = _answering("MAIL", "550 5.7.1 not you")

    outcomes, error = _send(transport, _message("ann"), _message("bob"))

    assert outcomes == {}
    assert error.permanent
    assert "news@verdicts.example" in str(error)
    assert "550 5.7.1 not you" in str(error)


def test_control_characters_of_a_reply_are_not_kept(server, transport):
    """PostgreSQL stores no NUL: the answer to a mail that is out could not be noted."""
    server.script = lambda event, _: "250 2.0.0 kept\0 as\x1b[31m 7" if event == "DOT" else None

    (result,) = transport.send([_message("ada")])

    assert (result.outcome, result.reply) == (ACCEPTED, "250 2.0.0 kept  as [31m 7")


@pytest.mark.parametrize("event", ["MAIL", "RCPT", "DATA", "DOT"])
def test_a_421_defers_its_message_and_ends_the_batch(server, transport, event):
    server.script = _answering(event, "421 4.3.2 closing")

    outcomes, error = _send(transport, _message("ann"), _message("bob"))

    assert outcomes == {"ann": DEFERRED}
    assert not error.permanent
    assert "421 4.3.2 closing" in str(error)

    server.script = _answering("NONE", "")
    assert _send(transport, _message("bob")) == ({"bob": ACCEPTED}, None)
    assert server.connections == 2


@pytest.mark.parametrize("event", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("how", ["drop", "reset", "hello there", "999 what", "25"])
def test_a_connection_lost_before_the_content_leaves_its_message_unsent(
    server, transport, event, how
):
    server.script = _answering(event, how, "bob" if event != "MAIL" else None)
    sent = [_message("ann"), _message("bob"), _message("cy")]

    outcomes, error = _send(transport, *sent)

    expected = {"ann": UNSENT} if event == "MAIL" else {"ann": ACCEPTED, "bob": UNSENT}
    assert outcomes == expected
    assert f"127.0.0.1:{server.port}" in str(error)
    assert len(server.taken) == len(expected) - 1


@pytest.mark.parametrize("how", ["drop", "reset", "hello there", "999 what"])
def test_a_connection_lost_after_the_final_dot_makes_its_message_uncertain(server, transport, how):
    server.script = _answering("DOT", how, "bob")

    outcomes, error = _send(transport, _message("ann"), _message("bob"), _message("cy"))

    assert outcomes == {"ann": ACCEPTED, "bob": UNCERTAIN}
    assert error is not None
    assert server.recipients() == ["ann@reader.example", "bob@reader.example"]


def test_a_connection_lost_in_the_middle_of_the_content_leaves_its_message_unsent(
    server, transport
):
    """The final dot is in the last octets; they never left, so no server can have taken it."""
    server.script = _answering("RCPT", "250 ok\r\n354 go ahead")
    server._talk = _hang_up_after_data

    (result,) = _until_error(transport, _message("ann", content=b"x\r\n" * 8_000_000))

    assert result.outcome is UNSENT
    assert "before the message was given" in result.reply


def _hang_up_after_data(connection: socket.socket, reader) -> None:
    connection.sendall(b"220 here\r\n")
    for reply in (b"250 here\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go ahead\r\n"):
        reader.readline()
        connection.sendall(reply)


@pytest.mark.parametrize(("event", "outcome"), [("RCPT", UNSENT), ("DOT", UNCERTAIN)])
def test_a_server_that_says_nothing_is_left_after_a_while(server, event, outcome):
    released = threading.Event()

    def script(happened: str, _recipient: str) -> None:
        if happened == event:
            released.wait(5)

    server.script = script
    with SmtpTransport("127.0.0.1", server.port, timeout_s=0.2, final_timeout_s=0.2) as transport:
        outcomes, error = _send(transport, _message("ann"), _message("bob"))
    released.set()

    assert outcomes == {"ann": outcome}
    assert "timed out" in str(error)


def test_a_slow_answer_to_the_final_dot_is_waited_for_longer_than_the_others(server):
    def script(event: str, _recipient: str) -> None:
        if event == "DOT":
            time.sleep(0.25)

    server.script = script
    with SmtpTransport("127.0.0.1", server.port, timeout_s=0.1, final_timeout_s=5) as transport:
        assert _send(transport, _message("ann"), _message("bob")) == (
            {"ann": ACCEPTED, "bob": ACCEPTED},
            None,
        )


@pytest.mark.enable_socket
def test_where_no_server_listens_no_message_is_touched_and_the_sentence_says_where():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    outcomes, error = _send(SmtpTransport("127.0.0.1", port), _message("ann"))

    assert outcomes == {}
    assert str(error).startswith(f"mail server 127.0.0.1:{port}: no connection: Connection refused")
    assert not error.permanent


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [("554 no service", True), ("421 too busy", False), ("drop", False), ("hello", False)],
)
def test_a_server_that_does_not_let_us_in_is_out_of_use(server, transport, reply, permanent):
    server.script = _answering("CONNECT", reply)

    outcomes, error = _send(transport, _message("ann"))

    assert outcomes == {}
    assert error.permanent is permanent


def test_a_server_without_ehlo_is_greeted_the_old_way(server, transport):
    server.script = _answering("EHLO", "502 5.5.1 what")

    assert _send(transport, _message("ann")) == ({"ann": ACCEPTED}, None)
    assert server.lines[1].startswith("HELO ")


def test_a_server_that_hung_up_between_two_batches_costs_nobody_anything(server, transport):
    _send(transport, _message("ann"))
    server.hang_up()
    time.sleep(0.05)

    assert _send(transport, _message("bob")) == ({"bob": ACCEPTED}, None)
    assert server.connections == 2


def test_a_server_that_cannot_start_afresh_gets_a_new_connection(server, transport):
    replies = {"RCPT": "550 5.1.1 nobody", "RSET": "502 5.5.1 what"}
    server.script = lambda event, who: replies.get(event) if who.startswith("ann") else None

    outcomes, _ = _send(transport, _message("ann"), _message("bob"))

    assert outcomes == {"ann": REJECTED, "bob": ACCEPTED}
    assert server.connections == 2


def test_a_server_that_goes_while_it_starts_afresh_gets_a_new_connection(server, transport):
    replies = {"RCPT": "550 5.1.1 nobody", "RSET": "drop"}
    server.script = lambda event, who: replies.get(event) if who.startswith("ann") else None

    outcomes, _ = _send(transport, _message("ann"), _message("bob"))

    assert outcomes == {"ann": REJECTED, "bob": ACCEPTED}


def test_a_connection_carries_no_more_messages_than_it_may(server):
    with SmtpTransport("127.0.0.1", server.port, messages_per_connection=2) as transport:
        _send(transport, *[_message(f"reader{number}") for number in range(5)])

    assert len(server.taken) == 5
    assert server.connections == 3
    assert [line.upper() for line in server.lines].count("QUIT") == 3


def test_an_address_beyond_ascii_is_refused_here_where_the_server_cannot_take_it(server, transport):
    outcomes, error = _send(transport, _message("ann", recipient="änn@reader.example"))

    assert (outcomes, error) == ({"ann": REJECTED}, None)
    assert not [line for line in server.lines if line.startswith("MAIL")]


def test_an_address_beyond_ascii_goes_to_a_server_that_offers_smtputf8(server, transport):
    server.script = _answering("EHLO", "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8")

    outcomes, _ = _send(transport, _message("ann", recipient="änn@reader.example"), _message("bob"))

    assert outcomes == {"ann": ACCEPTED, "bob": ACCEPTED}
    assert server.recipients()[0] == "änn@reader.example"
    assert [line.endswith(" SMTPUTF8") for line in server.lines if line.startswith("MAIL")] == [
        True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["ann@reader.example>\r\nRCPT TO:<eve@x.example", "a b@x.example", "ann", "<@>", ""]
)
def test_what_is_no_address_is_refused_here_and_says_no_command(server, transport, address):
    outcomes, error = _send(transport, _message("ann", recipient=address), _message("bob"))

    assert (outcomes, error) == ({"ann": REJECTED, "bob": ACCEPTED}, None)
    assert server.recipients() == ["bob@reader.example"]


@contextmanager
def _interrupted():
    """A person's Ctrl-C after a tenth of a second."""

    def interrupt(_number, _frame) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises(KeyboardInterrupt):
        yield
    signal.signal(signal.SIGALRM, before)


def test_an_interrupted_message_takes_its_connection_along(server, transport):
    """Anything said on it would become part of the message."""
    server.script = lambda event, _who: time.sleep(0.3) if event == "DATA" else None
    with _interrupted():
        _send(transport, _message("ann"))
    transport.close()
    time.sleep(0.3)

    assert server.taken == []
    assert server.lines[-1].upper() == "DATA"


def test_interrupted_while_an_answer_is_due_nobody_knows(server, transport):
    """How far the last write came is not known after an interruption anywhere."""
    server.script = lambda event, _who: time.sleep(0.2) if event == "DOT" else None
    with _interrupted():
        _send(transport, _message("ann"))

    assert _send(transport) == ({"ann": UNCERTAIN}, None)


def test_closing_twice_or_unused_is_harmless(server):
    transport = SmtpTransport("127.0.0.1", server.port)
    transport.close()
    _send(transport, _message("ann"))
    transport.close()
    transport.close()

    assert _send(transport, _message("bob")) == ({"bob": ACCEPTED}, None)
    transport.close()


def test_a_server_gone_before_goodbye_is_no_error(server, transport):
    _send(transport, _message("ann"))
    server.hang_up()
    time.sleep(0.05)

    transport.close()
