"""One SMTP connection as values: what is said, what each reply proves, wherever its octets are cut."""

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.delivery.smtp.login import Login
from digest.delivery.smtp.opening import Terms
from digest.delivery.smtp.session import Session
from digest.delivery.transports.link import Link, _Phase
from digest.model import Message, SendOutcome
from digest.settings.smtp import TlsPolicy

ACCEPTED, DEFERRED, REJECTED, UNCERTAIN, UNSENT = SendOutcome
PLAIN = Terms(helo="verdicts.example", tls=TlsPolicy.NEVER)
ENVELOPE = b"MAIL FROM:<news@v.example>\r\nRCPT TO:<%s@r.example>\r\nDATA\r\n"
CONTENT = b"Subject: hello\r\n\r\nhello\r\n"


def _message(name: str, **fields) -> Message:
    values = {
        "subscriber": name,
        "sender": "news@v.example",
        "recipient": f"{name}@r.example",
        "message_id": f"<{name}@v.example>",
        "content": CONTENT,
    }
    return Message(**(values | fields))


def _written(session: Session) -> bytes:
    """Let everything be written; give it."""
    octets = b"".join(bytes(each) for each in session.outgoing)
    if octets:
        session.wrote(len(octets))
    return octets


def _ready(*offers: str, terms: Terms = PLAIN) -> Session:
    session = Session(terms)
    session.receive(b"220 here\r\n")
    _written(session)
    lines = ["250-here", *(f"250-{each}" for each in offers)]
    session.receive("\r\n".join([*lines, "250 HELP"]).encode() + b"\r\n")
    assert session.is_ready
    return session


def _outcomes(session: Session) -> list[tuple[str, SendOutcome]]:
    return [(result.subscriber, result.outcome) for result in session.results]


def test_with_pipelining_content_and_the_next_envelope_leave_together():
    session = _ready("PIPELINING")

    session.take(_message("ann"))
    first = _written(session)
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    session.take(_message("bob"))

    assert first == ENVELOPE % b"ann"
    assert _written(session) == CONTENT + b".\r\n" + ENVELOPE % b"bob"
    session.receive(b"250 2.0.0 as 1\r\n250 ok\r\n250 ok\r\n354 go\r\n")
    session.go_on()
    assert _written(session) == CONTENT + b".\r\n"
    session.receive(b"250 2.0.0 as 2\r\n")
    assert [(each.subscriber, each.reply) for each in session.results] == [
        ("ann", "250 2.0.0 as 1"), ("bob", "250 2.0.0 as 2"),
    ]  # fmt: skip
    assert session.is_idle


def test_without_pipelining_each_reply_is_waited_for():
    session = _ready()
    said = []

    session.take(_message("ann"))
    for reply in (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 kept\r\n"):
        assert not session.can_take
        said.append(_written(session))
        session.receive(reply)
        if session.is_loaded:
            session.go_on()

    assert said == [
        b"MAIL FROM:<news@v.example>\r\n",
        b"RCPT TO:<ann@r.example>\r\n",
        b"DATA\r\n",
        CONTENT + b".\r\n",
    ]
    assert _outcomes(session) == [("ann", ACCEPTED)]
    assert session.can_take


def test_content_that_is_ready_for_the_wire_is_written_as_it_is_and_not_copied():
    session = _ready("PIPELINING")
    ready = _message("ann", is_wire_ready=True)
    session.take(ready)
    _written(session)
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")

    session.go_on()

    assert session.outgoing[0] is ready.content
    assert _written(session) == CONTENT + b".\r\n"


@pytest.mark.parametrize(
    ("offers", "fields", "mail", "rcpt"),
    [
        ((), {}, b"", b""),
        (("SIZE",), {}, b" SIZE=25", b""),
        (("SIZE 25",), {}, b" SIZE=25", b""),
        (("8BITMIME",), {}, b"", b""),
        (("8BITMIME",), {"content": b"\xc3\xa4\r\n"}, b" BODY=8BITMIME", b""),
        (("SMTPUTF8",), {}, b"", b""),
        (("SMTPUTF8",), {"recipient": "ä@r.example"}, b" SMTPUTF8", b""),
        (("DSN",), {}, b" RET=HDRS", b" NOTIFY=FAILURE"),
    ],
)
def test_only_what_is_offered_is_asked_for(offers, fields, mail, rcpt):
    session = _ready("PIPELINING", *offers)

    session.take(_message("ann", **fields))

    to = fields.get("recipient", "ann@r.example").encode()
    assert _written(session) == (
        b"MAIL FROM:<news@v.example>" + mail + b"\r\nRCPT TO:<" + to + b">" + rcpt + b"\r\nDATA\r\n"
    )


@pytest.mark.parametrize(
    ("offers", "fields", "reason"),
    [
        (("SIZE 24",), {}, "too large for the mail server: 25 octets, and it takes 24"),
        ((), {"content": b"\xe4\r\n"}, "takes ASCII only (no 8BITMIME)"),
        ((), {"recipient": "ä@r.example"}, "no address beyond ASCII (no SMTPUTF8)"),
        ((), {"sender": "a b@v.example"}, "its sender is not an address"),
        ((), {"recipient": "x>\r\nRCPT TO:<eve@x.example"}, "not an address"),
    ],
)
def test_what_a_server_cannot_take_is_refused_without_a_word_to_it(offers, fields, reason):
    session = _ready("PIPELINING", *offers)

    assert not session.take(_message("ann", **fields))
    assert _outcomes(session) == [("ann", REJECTED)]
    assert reason in session.results[0].reply
    assert _written(session) == b""
    assert session.can_take


GO = b"250 ok\r\n250 ok\r\n354 go\r\n"
"""The replies to one envelope."""


@pytest.mark.parametrize(
    ("replies", "outcome", "returned", "harmless"),
    [
        (b"421 bye\r\n", DEFERRED, ["bob"], False),
        (None, UNCERTAIN, ["bob"], False),
        (b"354 what\r\n", UNCERTAIN, ["bob"], False),
        (b"hello\r\n", UNCERTAIN, ["bob"], False),
        (b"25\r\n", UNCERTAIN, ["bob"], False),
    ],
)
def test_a_connection_that_ends_on_a_final_dot_harms_its_message_and_not_the_next(
    replies, outcome, returned, harmless
):
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.take(_message("bob"))
    _written(session)

    if replies is None:
        session.lost("it closed the connection")
    else:
        session.receive(replies)

    assert _outcomes(session) == [("ann", outcome)]
    assert [each.subscriber for each in session.returned] == returned
    assert session.trouble.is_harmless is harmless


@pytest.mark.parametrize("left", [1, 3, len(CONTENT), len(CONTENT) + 3])
def test_content_whose_final_dot_did_not_leave_whole_was_not_given(left):
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.go_on()
    session.wrote(len(CONTENT) + 3 - left)

    session.lost("it closed the connection")

    assert _outcomes(session) == [("ann", UNSENT)]


def test_half_a_message_cannot_be_accepted():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.go_on()
    session.wrote(len(CONTENT))

    session.receive(b"250 thank you\r\n")

    assert _outcomes(session) == [("ann", UNSENT)]
    assert "before the message ended" in session.trouble.reason


def test_half_a_message_can_be_refused():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.go_on()
    session.wrote(len(CONTENT))

    session.receive(b"552 5.3.4 too much\r\n")

    assert _outcomes(session) == [("ann", REJECTED)]
    assert session.trouble is not None


def test_partial_writes_lose_and_repeat_nothing():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.take(_message("bob"))
    whole = b"".join(bytes(each) for each in session.outgoing)

    seen = b""
    while session.outgoing:
        seen += bytes(session.outgoing[0])[:7]
        session.wrote(min(7, len(session.outgoing[0])))

    assert seen == whole


def test_a_refused_recipient_costs_no_content_and_the_next_begins_afresh():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)

    session.receive(b"250 ok\r\n550 5.1.1 nobody\r\n503 no recipients\r\n")

    assert _outcomes(session) == [("ann", REJECTED)]
    assert not session.is_loaded
    session.take(_message("bob"))
    assert _written(session) == b"RSET\r\n" + ENVELOPE % b"bob"
    session.receive(b"250 ok\r\n" + GO)
    assert session.is_loaded


def test_a_go_ahead_after_a_refused_recipient_gets_a_lone_dot_whose_reply_is_nobodys():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)

    session.receive(b"250 ok\r\n450 4.7.1 later\r\n354 go\r\n")

    assert _written(session) == b".\r\n"
    assert not session.can_take
    session.receive(b"250 2.0.0 kept\r\n")
    assert _outcomes(session) == [("ann", DEFERRED)]
    session.take(_message("bob"))
    assert _written(session) == b"RSET\r\n" + ENVELOPE % b"bob"


@pytest.mark.parametrize("reply", [b"502 what\r\n503 nested\r\n", b"421 4.7.0 too many errors\r\n"])
def test_a_server_that_refuses_to_start_afresh_gives_the_message_back(reply):
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(b"250 ok\r\n550 no\r\n503 no\r\n")
    session.take(_message("bob"))
    _written(session)

    session.receive(reply)

    assert [each.subscriber for each in session.returned] == ["bob"]
    assert _outcomes(session) == [("ann", REJECTED)]
    assert session.trouble.is_harmless


def test_a_sender_refused_for_good_is_told_apart_and_names_no_message():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)

    session.receive(b"550 5.7.1 not you\r\n503 no\r\n503 no\r\n")

    assert not session.results
    assert not session.is_busy
    assert session.refused_sender.is_permanent
    assert "news@v.example: 550 5.7.1 not you" in session.refused_sender.reason


def test_a_message_too_large_at_mail_is_that_messages_fault():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)

    session.receive(b"552 5.3.4 too large\r\n503 no\r\n503 no\r\n")

    assert _outcomes(session) == [("ann", REJECTED)]
    assert session.refused_sender is None


def test_a_server_that_closes_while_nothing_is_asked_harms_nobody():
    for words in (b"421 4.4.2 idle\r\n", None):
        session = _ready("PIPELINING")
        if words:
            session.receive(words)
        else:
            session.lost("it closed the connection")
        assert session.trouble.is_harmless
        assert not session.results


def test_words_nobody_asked_for_end_a_connection():
    session = _ready("PIPELINING")

    session.receive(b"250 surprise\r\n")

    assert "does not speak SMTP" in session.trouble.reason


def test_endless_lines_and_endless_replies_are_not_kept():
    for flood in (b"2" * 5000, b"250-x\r\n" * 300):
        session = _ready()
        session.take(_message("ann"))
        _written(session)
        session.receive(flood)
        assert session.trouble is not None
        assert _outcomes(session) == [("ann", UNSENT)]


def test_withdrawn_messages_get_nothing_more_and_those_that_left_are_still_answered():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.take(_message("bob"))
    _written(session)

    session.withdraw()

    assert _outcomes(session) == [("bob", UNSENT)]
    session.receive(b"250 2.0.0 kept\r\n" + GO)
    assert _outcomes(session) == [("bob", UNSENT), ("ann", ACCEPTED)]
    assert _written(session) == b""  # a lone dot would send bob an empty mail
    assert session.trouble.is_harmless


def test_a_withdrawn_message_that_waits_for_its_turn_is_not_even_ended():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)

    session.withdraw()

    assert _outcomes(session) == [("ann", UNSENT)]
    assert _written(session) == b""


def test_a_go_ahead_for_a_sender_refused_and_a_recipient_taken_sends_nobody_an_empty_mail():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)

    session.receive(b"451 4.3.0 later\r\n250 ok\r\n354 go\r\n")

    assert _outcomes(session) == [("ann", DEFERRED)]
    assert _written(session) == b""
    assert session.trouble.is_harmless


def test_withdrawing_in_the_middle_of_content_breaks_it_off():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.go_on()
    session.wrote(5)

    session.withdraw()

    assert _outcomes(session) == [("ann", UNSENT)]
    assert session.trouble is not None
    assert not session.outgoing


def test_cut_off_while_writing_nobody_knows():
    session = _ready("PIPELINING")
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.go_on()

    session.cut("interrupted")

    assert _outcomes(session) == [("ann", UNCERTAIN)]


def test_a_login_never_goes_over_plain_text_to_another_machine():
    terms = Terms(tls=TlsPolicy.OFFERED, login=Login("news", "geheim"))
    session = Session(terms)
    session.receive(b"220 here\r\n250-here\r\n250 AUTH PLAIN\r\n")

    assert b"AUTH" not in _written(session)
    assert session.trouble.is_permanent
    assert "a login goes to it over TLS only" in session.trouble.reason


@pytest.mark.parametrize("rest", [b"250-here\r\n", b"250 AUTH PL", b"2"])
def test_what_follows_the_word_for_tls_in_plain_text_ends_the_connection(rest):
    """Even the beginning of a line would be taken for the beginning of what comes by TLS."""
    session = Session(Terms())
    session.receive(b"220 here\r\n250-here\r\n250 STARTTLS\r\n220 go" + b"\r\n" + rest)

    assert "went on in plain text" in session.trouble.reason


def test_an_answer_that_came_before_the_connection_broke_is_read_when_writing_fails():
    """Ann's mail was taken; that bob's name could not be said any more does not put it in doubt."""
    session = _ready("PIPELINING")
    ours, theirs = socket.socketpair()
    link = Link((socket.AF_UNIX, ()), session, host="", context=None, begins_with_tls=False)
    link.socket.close()
    link.socket, link._phase = ours, _Phase.OPEN
    session.take(_message("ann"))
    _written(session)
    session.receive(GO)
    session.take(_message("bob"))
    session.wrote(len(CONTENT) + len(b".\r\n"))
    theirs.sendall(b"250 2.0.0 kept\r\n")
    theirs.close()

    link.flush()
    link.close()

    assert _outcomes(session) == [("ann", ACCEPTED), ("bob", UNSENT)]


# --- a server made of a function, its octets cut anywhere


class _Server:
    """Answers what is written to it, by a list of faults: (command, its number) → reply."""

    def __init__(self, faults: dict[tuple[str, int], bytes]) -> None:
        self._faults = faults
        self._count: dict[str, int] = {}
        self._heard = b""
        self._in_content = False
        self._has_recipient = False
        self._named = ""
        self.kept: list[str] = []
        self.said = b"220 here\r\n"

    def hear(self, octets: bytes) -> None:
        self._heard += octets
        while True:
            end = b"\r\n.\r\n" if self._in_content else b"\r\n"
            if self._in_content and self._heard.startswith(b".\r\n"):
                end = b".\r\n"
            head, found, rest = self._heard.partition(end)
            if not found:
                return
            self._heard = rest
            if head.startswith(b"RCPT"):
                self._named = head.decode().partition("<")[2].partition("@")[0]
            self._answer("DOT" if self._in_content else head.decode().split()[0].upper())

    def _answer(self, event: str) -> None:
        number = self._count[event] = self._count.get(event, 0) + 1
        usual = {
            "EHLO": b"250-here\r\n250-SIZE 1000\r\n250 PIPELINING",
            "DATA": b"354 go" if self._has_recipient else b"503 no recipients",
            "DOT": b"250 2.0.0 kept as %d" % number if self._has_recipient else b"554 nobody",
        }
        reply = self._faults.get((event, number), usual.get(event, b"250-yes\r\n250 ok"))
        if event == "DOT" and self._has_recipient and reply.startswith(b"250"):
            self.kept.append(self._named)
        if event == "RCPT":
            self._has_recipient = reply.startswith(b"250")
        self._in_content = event == "DATA" and reply.startswith(b"354")
        self.said += reply + b"\r\n"


def _play(faults: dict[tuple[str, int], bytes], cuts: list[int], names: list[str]):
    """Talk to the server until nothing moves; give every result in order and how it ended."""
    session, server = Session(PLAIN), _Server(faults)
    waiting = [_message(name) for name in names]
    at = 0
    while server.said and not session.trouble:
        size = cuts[at % len(cuts)]
        at += 1
        piece, server.said = server.said[:size], server.said[size:]
        session.receive(piece)
        while session.can_take and waiting and session.take(waiting.pop(0)):
            pass
        if session.is_loaded:
            session.go_on()
        server.hear(_written(session))
    session.lost("the end")
    returned = [each.subscriber for each in session.returned]
    return list(session.results), returned, server.kept


FAULTS = st.dictionaries(
    st.tuples(st.sampled_from(["MAIL", "RCPT", "DATA", "DOT", "RSET"]), st.integers(1, 4)),
    st.sampled_from(
        [b"450 later", b"550-no\r\n550 never", b"421 bye", b"250 ok", b"354 go", b"what", b"999 hm"]
    ),
    max_size=3,
)


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(faults=FAULTS, cuts=st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_outcomes_do_not_depend_on_where_the_servers_octets_are_cut(faults, cuts):
    names = ["ann", "bob", "cy", "dan"]

    whole = _play(faults, [100_000], names)

    assert _play(faults, cuts, names) == whole
    assert _play(faults, [1], names) == whole
    results, returned, kept = whole
    told = [result.subscriber for result in results] + returned
    assert len(told) == len(set(told))
    accepted = [result.subscriber for result in results if result.outcome is ACCEPTED]
    doubtful = [result.subscriber for result in results if result.outcome is UNCERTAIN]
    assert [name for name in kept if name not in doubtful] == accepted
