"""Several connections to one server: how they grow, break and are replaced, and who stops when."""

import socket
import threading
import time

import pytest

from digest.delivery.smtp.hosts import Hosts
from digest.delivery.smtp.opening import Terms
from digest.delivery.smtp.patience import Patience
from digest.delivery.transports.pool import Pool, Server
from digest.delivery.transports.smtp import SmtpTransport
from digest.delivery.transports.source import Source
from digest.errors import TransportError
from digest.model import Message, SendOutcome, SendResult
from digest.settings.smtp import TlsPolicy

ACCEPTED, DEFERRED, REJECTED, UNCERTAIN, UNSENT = SendOutcome


def _message(name: str) -> Message:
    return Message(
        subscriber=name,
        sender="news@verdicts.example",
        recipient=f"{name}@reader.example",
        message_id=f"<{name}@verdicts.example>",
        content=b"Subject: hello\r\n\r\nhello\r\n",
    )


def _messages(count: int) -> list[Message]:
    return [_message(f"reader{number}") for number in range(count)]


@pytest.fixture
def piped(server):
    """A server that takes several commands at a time."""
    server.offers = ("PIPELINING",)
    return server


def _client(server, connections: int, **how) -> SmtpTransport:
    values = {"connections": connections, "timeout_s": 5}
    return SmtpTransport("127.0.0.1", server.port, **(values | how))


def test_connections_grow_to_the_most_that_may_be_and_no_further(piped):
    """Each waits for its reply here, so that more are worth while."""
    piped.script = lambda event, _who: time.sleep(0.005) if event == "DOT" else None

    with _client(piped, 5) as transport:
        outcomes = [result.outcome for result in transport.send(_messages(60)) if result]

    assert outcomes == [ACCEPTED] * 60
    assert (piped.connections, piped.is_open_at_most) == (5, 5)


def test_few_messages_open_few_connections(piped):
    with _client(piped, 20) as transport:
        list(transport.send([_message("ann")]))
        assert piped.connections == 1
        list(transport.send(_messages(3)))

    assert piped.connections <= 3
    assert len(piped.taken) == 4


def test_nothing_to_send_opens_no_connection(piped):
    with _client(piped, 3) as transport:
        assert list(transport.send([])) == []

    assert piped.connections == 0


def test_no_message_is_taken_before_there_is_a_connection(server):
    taken: list[str] = []

    def made():
        taken.append("ann")
        yield _message("ann")

    server.script = lambda event, _who: "421 full" if event == "CONNECT" else None
    with _client(server, 3) as transport, pytest.raises(TransportError):
        list(transport.send(made()))

    assert taken == []


def test_a_connection_that_breaks_leaves_the_others_to_go_on(piped):
    broken = threading.Event()

    def script(event: str, _who: str) -> str | None:
        if event == "DOT" and not broken.is_set() and piped.connections == 3:
            broken.set()
            return "drop"
        if event == "DOT":
            time.sleep(0.003)
        return None

    piped.script = script
    with _client(piped, 3) as transport:
        outcomes = [result.outcome for result in transport.send(_messages(40)) if result]

    assert broken.is_set()
    assert sorted(outcomes) == [ACCEPTED] * 39 + [UNCERTAIN]
    assert len(piped.taken) == 40  # the server took the one it did not answer


def test_a_server_that_lets_in_one_only_is_content_with_one(piped):
    def script(event: str, _who: str) -> str | None:
        if event == "DOT":
            time.sleep(0.002)
        return "421 too many" if event == "CONNECT" and piped.is_open_at_most > 1 else None

    piped.script = script
    with _client(piped, 4) as transport:
        outcomes = [result.outcome for result in transport.send(_messages(30)) if result]

    assert outcomes == [ACCEPTED] * 30
    assert 2 <= piped.connections < 10  # each time its address rests for a second and more


def test_while_nothing_is_answered_there_are_signs_of_life(piped):
    released = threading.Event()
    piped.script = lambda event, _who: released.wait(5) and None if event == "DOT" else None

    with _client(piped, 2) as transport:
        results = transport.send(_messages(2))
        began = time.monotonic()
        assert next(results) is None
        assert time.monotonic() - began < 1
        released.set()
        assert [result.outcome for result in results if result] == [ACCEPTED] * 2


def test_a_call_that_is_ended_early_leaves_its_results_to_the_next(piped):
    """Ann's mail has left and is waited for; bob's was named only, and gets nothing more."""
    released = threading.Event()
    piped.script = lambda event, _who: released.wait(5) and None if event == "DOT" else None
    with _client(piped, 1) as transport:
        results = transport.send([_message("ann"), _message("bob"), _message("cy")])
        assert next(results) is None
        results.close()
        released.set()

        late = {result.subscriber: result.outcome for result in transport.send(()) if result}
        after = [result.outcome for result in transport.send([_message("bob")]) if result]

    assert late == {"ann": ACCEPTED, "bob": UNSENT}
    assert after == [ACCEPTED]
    assert piped.recipients() == ["ann@reader.example", "bob@reader.example"]


def test_an_error_of_whoever_makes_the_messages_comes_when_the_others_are_answered(piped):
    def made():
        yield from _messages(3)
        raise LookupError("no more")

    results = []
    with _client(piped, 2) as transport, pytest.raises(LookupError, match="no more"):
        results.extend(result for result in transport.send(made()) if result)

    assert [result.outcome for result in results] == [ACCEPTED] * 3


def test_an_interruption_in_the_making_leaves_nothing_unknown(piped):
    def made():
        yield from _messages(3)
        raise KeyboardInterrupt

    told = []
    with _client(piped, 1) as transport:
        with pytest.raises(KeyboardInterrupt):
            told.extend(result for result in transport.send(made()) if result)
        told.extend(result for result in transport.send(()) if result)

    outcomes = {result.subscriber: result.outcome for result in told}
    assert len(told) == len(outcomes) == 3
    accepted = {f"{name}@reader.example" for name, how in outcomes.items() if how is ACCEPTED}
    assert accepted == set(piped.recipients())
    assert set(outcomes.values()) == {ACCEPTED, UNSENT}


def test_all_addresses_of_a_name_are_tried(piped):
    """``localhost`` is ::1 first on most machines, and the server listens on 127.0.0.1 alone."""
    with SmtpTransport("localhost", piped.port, timeout_s=5) as transport:
        outcomes = [result.outcome for result in transport.send([_message("ann")]) if result]

    assert outcomes == [ACCEPTED]


def test_an_address_of_a_network_this_machine_lacks_is_passed_over(piped):
    server = Server(
        "127.0.0.1", piped.port, Terms(tls=TlsPolicy.NEVER), Patience(5), is_tls=False, ca_file=None
    )
    pool, source = Pool(server, most=1), Source(_messages(1))
    pool._hosts = Hosts([(9999, ("far", 25)), (socket.AF_INET, ("127.0.0.1", piped.port))])
    pool._named_at = time.monotonic()

    while not pool.results:
        pool.step(source)
    pool.close()

    assert [result.outcome for result in pool.results] == [ACCEPTED]


@pytest.mark.enable_socket
def test_results_are_told_before_it_is_said_that_there_is_no_connection():
    """Whoever hears the error takes all that has no result for not given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = Server("127.0.0.1", port, Terms(), Patience(1), is_tls=False, ca_file=None)
    pool, source = Pool(server, most=1), Source(_messages(1))
    pool.begin()
    with pytest.raises(TransportError):
        _step_often(pool, source)

    pool.results.append(SendResult("ann", ACCEPTED))
    _step_often(pool, source)
    pool.results.clear()
    with pytest.raises(TransportError):
        _step_often(pool, source)
    pool.close()


def _step_often(pool: Pool, source: Source) -> None:
    for _ in range(5):
        pool.step(source)


@pytest.mark.enable_socket
@pytest.mark.parametrize("name", ["no-such-host.invalid", "x" * 64 + ".example"])
def test_a_name_without_address_is_said_to_have_none(name):
    transport = SmtpTransport(name, 25, timeout_s=1)

    with pytest.raises(TransportError, match=f"mail server {name}:25: no connection: "):
        list(transport.send([_message("ann")]))
    transport.close()


def test_a_sender_refused_for_good_waits_for_what_others_have_in_flight(piped):
    """Once it is raised, every message without a result was not given."""
    piped.script = lambda event, _who: (
        "550 5.7.1 no more of you" if event == "MAIL" and len(piped.taken) >= 5 else None
    )
    results = []
    with _client(piped, 3) as transport, pytest.raises(TransportError) as caught:
        results.extend(result for result in transport.send(_messages(30)) if result)

    assert caught.value.permanent
    accepted = {f"{each.subscriber}@reader.example" for each in results}
    assert {result.outcome for result in results} == {ACCEPTED}
    assert accepted == set(piped.recipients())


# --- which address is next


def test_the_address_that_failed_least_is_next_and_all_may_rest():
    hosts = Hosts(["a", "b"])

    assert hosts.next(0) == "a"
    hosts.failed("a", 0)
    assert hosts.next(0) == "b"
    hosts.failed("b", 0)
    assert hosts.next(0.9) is None
    assert hosts.next(1) == "a"


def test_rests_double_up_to_a_minute_and_end_when_we_are_let_in():
    hosts = Hosts(["a"])
    now, rests = 0.0, []
    for _ in range(9):
        hosts.failed("a", now)
        rests.append(next(wait for wait in range(100) if hosts.next(now + wait)))
        now += rests[-1]

    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    hosts.worked("a")
    assert hosts.next(now - 1) is None  # another connection broke meanwhile: it still rests
    hosts.failed("a", now)
    assert hosts.next(now + 1) == "a"


def test_whoever_asks_again_has_waited_himself():
    hosts = Hosts(["a"])
    hosts.failed("a", 0)

    hosts.release()

    assert hosts.next(0) == "a"
