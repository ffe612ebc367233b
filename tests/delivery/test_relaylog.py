"""What a relay's log proves: only what its queue manager spoke of is the relay's."""

import pytest

from digest.delivery.relaylog import Taken, taken

A, B, C, D = (f"<{name}@verdicts.example>" for name in "abcd")
LOG = f"""\
Nov 20 09:00:01 relay postfix/smtpd[100]: connect from sender[192.0.2.1]
Nov 20 09:00:01 relay postfix/smtpd[100]: 4AbcDE1: client=sender[192.0.2.1]
Nov 20 09:00:01 relay postfix/cleanup[101]: 4AbcDE1: message-id={A}
Nov 20 09:00:01 relay postfix/qmgr[50]: 4AbcDE1: from=<news@verdicts.example>, size=36000, nrcpt=1 (queue active)
Nov 20 09:00:02 relay postfix/smtp[102]: 4AbcDE1: to=<ada@reader.example>, relay=mx.reader.example[192.0.2.9]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 77)
Nov 20 09:00:02 relay postfix/qmgr[50]: 4AbcDE1: removed
Nov 20 09:00:03 relay postfix/cleanup[101]: 4AbcDE2: message-id={B}
Nov 20 09:00:03 relay postfix/smtpd[100]: lost connection after DATA (2048 bytes) from sender[192.0.2.1]
Nov 20 09:00:04 relay postfix/cleanup[101]: 4AbcDE3: message-id={C}
Nov 20 09:00:04 relay postfix/cleanup[101]: 4AbcDE3: milter-reject: END-OF-MESSAGE from sender[192.0.2.1]: 5.7.1 no
Nov 20 09:00:05 relay postfix/cleanup[101]: 4AbcDE2: message-id={D}
Nov 20 09:00:05 relay postfix/qmgr[50]: 4AbcDE2: from=<news@verdicts.example>, size=36000, nrcpt=1 (queue active)
"""


def test_an_id_alone_is_no_proof_and_a_queue_id_is_used_again():
    """B was cut off before its final dot, C refused after it; D has the queue id that B had."""
    assert taken(LOG.splitlines()) == {
        A: Taken("4AbcDE1", "sent", "250 2.0.0 Ok: queued as 77"),
        D: Taken("4AbcDE2"),
    }


def test_the_reply_says_the_queue_id_and_the_end():
    found = taken(LOG.splitlines())

    assert found[A].reply == (
        "queued as 4AbcDE1 by the relay's log, sent (250 2.0.0 Ok: queued as 77)"
    )
    assert found[D].reply == "queued as 4AbcDE2 by the relay's log"


@pytest.mark.parametrize("line", [A, A.strip("<>"), f"  {A}\r\n"])
def test_a_plain_list_names_what_was_taken(line: str):
    assert taken(["# a heading", line, ""]) == {A: Taken()}


@pytest.mark.parametrize("line", [f"{A} {B}", "no id at all", f"From: {A}", "@", "\x00\udcff"])
def test_other_lines_count_for_nothing(line: str):
    assert taken([line]) == {}
