"""What decides how a mail that came back is read, and that no octets whatever break it."""

import base64
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.delivery.bounces import read_feedback, worst
from digest.delivery.bounces.mime import MAX_OCTETS
from digest.delivery.bounces.status import judged
from digest.model import FeedbackKind

CAME = datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
TOKEN = "aebagbafaydqqcikbmga2dqpcaireeyuculbogaz"
OTHER = "mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dz"
LINK = "Q2hlcnJ5LXJlYWRln0tAr3alMacJustShapeAbCd"
DOCS = Path(__file__).parents[2] / "docs" / "feedback.md"
CORPUS = [
    path.read_bytes() for path in sorted((DOCS.parents[1] / "tests/data/bounces").glob("*.eml"))
]
HARD, SOFT, POLICY = FeedbackKind.HARD, FeedbackKind.SOFT, FeedbackKind.POLICY

GIVEN_UP = """\
From: MAILER-DAEMON@mx.example
To: {to}
Message-ID: {id}
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Not delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; {words}
--b
Content-Type: text/rfc822-headers

Return-Path: <{sender}>
To: anna@reader.example
Message-ID: <one@verdicts.example>
List-Unsubscribe: <https://verdicts.example/unsubscribe/{link}>
--b--
"""


def read(octets, **more):
    return read_feedback(octets, received_at=CAME, **more)


def given_up(**more):
    shown = {
        "to": "bounces@verdicts.example",
        "id": "<report-1@mx.example>",
        "recipient": "anna@reader.example",
        "sender": "bounces@verdicts.example",
        "words": "550 5.1.1 unknown user",
        "link": LINK,
    }
    return GIVEN_UP.format(**shown | more).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("status", "words", "kind", "code"),
    [
        # The code decides where it says something of its own.
        ("5.1.1", "550 5.1.1 <spam@reader.example> unknown user", HARD, "5.1.1"),
        ("5.1.10", "", HARD, "5.1.10"),
        ("5.1.2", "", HARD, "5.1.2"),
        ("5.1.3", "", HARD, "5.1.3"),
        ("5.1.6", "", HARD, "5.1.6"),
        ("5.2.1", "", HARD, "5.2.1"),
        ("5.2.2", "552 unknown user", SOFT, "5.2.2"),
        ("5.3.4", "", SOFT, "5.3.4"),
        ("4.4.7", "unknown user", SOFT, "4.4.7"),
        ("4.7.1", "450 4.7.1 greylisted", SOFT, "4.7.1"),
        ("5.7.1", "550 5.7.1 unknown user", POLICY, "5.7.1"),
        ("5.7.26", "", POLICY, "5.7.26"),
        ("5.1.8", "sender address rejected: domain not found", POLICY, "5.1.8"),
        # A code in the server's words beats one that names no detail, and no other.
        ("5.0.0", "550 5.1.1 gone", HARD, "5.1.1"),
        ("5.0.0", "550 5.7.515 access denied", POLICY, "5.7.515"),
        ("5.1.0", "550-5.1.1 gone\n550 5.1.1 for good", HARD, "5.1.1"),
        ("5.2.2", "550 5.1.1 unknown user", SOFT, "5.2.2"),
        (None, "(#5.1.1)", HARD, "5.1.1"),
        (None, "Exim 4.97.1 at 5.1.1.9, once 2.1.5, says no", SOFT, None),
        (None, "version 4.1.2 said: 550 5.1.1 no", HARD, "5.1.1"),
        # Lasting codes for what passes, or for what is ours to mend.
        ("5.2.1", "550 5.2.1 user is receiving mail too quickly", SOFT, "5.2.1"),
        ("5.1.1", "550 5.1.1 mailbox is full", SOFT, "5.1.1"),
        ("5.1.1", "550 5.1.1 rejected, 192.0.2.1 is listed on bl.example as spam", POLICY, "5.1.1"),
        # Words alone.
        ("5.0.0", "550 Requested action not taken: mailbox unavailable", HARD, "5.0.0"),
        ("5.2.0", "550 Unknown user anna@reader.example", HARD, "5.2.0"),
        ("5.0.0", "554 high probability of spam", POLICY, "5.0.0"),
        ("5.1.0", "550 5.1.0 sender rejected, see the acceptable use page", POLICY, "5.1.0"),
        ("5.0.0", "550 HELO command rejected: Host not found", POLICY, "5.0.0"),
        ("5.0.0", "550 client ip address not found in reverse lookup", POLICY, "5.0.0"),
        ("5.0.0", "552 quota exceeded", SOFT, "5.0.0"),
        ("5.0.0", "", SOFT, "5.0.0"),
        (None, "550 no such mailbox", HARD, None),
        (None, "550 the address you wrote to does not exist", HARD, None),
        ("5.3.0", "553 5.3.0 <anna@reader.example>... Addressee unknown", HARD, "5.3.0"),
        (None, "450 no such mailbox just now", SOFT, None),
        ("4.7.0", "421 4.7.0 unsolicited mail from your network", SOFT, "4.7.0"),
        ("5.0.0", "554 blocked for an hour, try again later", SOFT, "5.0.0"),
        (None, "554 delivery error", SOFT, None),
        (None, "554 your network is not allowed here", POLICY, None),
        ("2.0.0", "unknown user", SOFT, "2.0.0"),
    ],
)
def test_a_refusal_is_judged_by_its_code_and_then_by_its_words(status, words, kind, code):
    assert judged(status, words) == (kind, code)


def test_the_table_of_codes_in_the_docs_is_what_happens():
    rows = re.findall(r"^\| `([245][\d.]+)` \|[^|]*\| (\w+) \|", DOCS.read_text(), re.MULTILINE)

    assert len(rows) >= 12
    assert [(code, str(judged(code, "")[0])) for code, _ in rows] == rows


@pytest.mark.parametrize(
    ("more", "token"),
    [
        ({"to": f"b+{TOKEN}@bounce.example", "sender": f"b+{OTHER}@bounce.example"}, TOKEN),
        ({"sender": f"b+{TOKEN}@bounce.example"}, TOKEN),
        ({"recipient": f"b+{TOKEN}@bounce.example"}, TOKEN),
        ({}, LINK),
        ({"link": "short"}, None),
        # A reader's own "+" is no token of ours where one of ours is there.
        ({"to": "me+newsletters_of_the_week@x.example", "sender": f"b+{TOKEN}@b.example"}, TOKEN),
    ],
)
def test_the_token_is_looked_for_in_the_order_of_trust(more, token):
    (feedback,) = read(given_up(**more))

    assert feedback.token == token


def test_a_report_is_about_the_mail_whose_head_it_brings():
    (feedback,) = read(given_up())

    assert feedback.message_id == "<one@verdicts.example>"


def test_a_mail_has_the_same_keys_each_time_and_each_recipient_its_own():
    mixed = next(mail for mail in CORPUS if b"clara@" in mail and b"dora@" in mail)

    keys = [piece.key for piece in read(mixed)]

    assert keys == [piece.key for piece in read(mixed)]
    assert len(set(keys)) == 4
    assert {piece.key for piece in read(given_up(id="<other@mx.example>"))}.isdisjoint(keys)


def test_mails_without_a_message_id_have_keys_by_their_octets():
    one, other = (read(given_up(id=number))[0].key for number in ("", ""))
    third = read(given_up(id="", words="550 gone"))[0].key

    assert one == other != third


def test_of_a_recipient_named_twice_the_worst_is_kept():
    twice = given_up().replace(
        b"\nFinal-Recipient",
        b"\nFinal-Recipient: rfc822; ANNA@reader.example\nAction: delayed\n\nFinal-Recipient",
    )

    (feedback,) = read(twice)

    assert feedback.kind is HARD


def test_the_worst_of_a_mail_comes_first_in_one_word():
    mixed = next(mail for mail in CORPUS if b"clara@" in mail and b"dora@" in mail)

    assert worst(read(mixed)).recipient == "emil@reader.example"


def test_the_servers_words_are_kept_on_one_line_and_short():
    (feedback,) = read(given_up(words="550 5.1.1 gone\x1b[31m\n\t" + "for good " * 100))

    assert feedback.diagnostic.startswith("550 5.1.1 gone [31m for good")
    assert len(feedback.diagnostic) == 500


def test_a_server_that_names_an_address_beyond_ascii_in_escapes_means_the_letters():
    report = given_up(recipient="x").replace(
        b"rfc822; x", rb"utf-8; \x{E4}nne\x{D800}\x{07}@reader.example"
    )

    assert read(report)[0].recipient == "änne\ufffd\ufffd@reader.example"


def test_a_forwarded_report_may_have_its_token_outside():
    wrapped = f"To: b+{TOKEN}@bounce.example\nContent-Type: message/rfc822\n\n".encode()

    (feedback,) = read(wrapped + given_up(link="short"))

    assert (feedback.kind, feedback.token) == (HARD, TOKEN)


def test_a_report_inside_many_mails_is_not_dug_out():
    wrapped = given_up()
    for _ in range(9):
        wrapped = b"Content-Type: message/rfc822\n\n" + wrapped

    assert [piece.kind for piece in read(wrapped)] == [FeedbackKind.NONE]


def test_what_stands_behind_the_first_mebioctet_is_not_read():
    late = b"From: a@b.example\nContent-Type: multipart/report; boundary=b\n\n" + b"x" * MAX_OCTETS
    report = given_up()

    assert read(late + report[report.index(b"--b") :])[0].kind is FeedbackKind.NONE


PIECES = [
    b"From: MAILER-DAEMON@x.example\n",
    b"Subject: failure notice\n",
    b"Auto-Submitted: auto-replied\n",
    b"Content-Type: multipart/report; boundary=b\n",
    b'Content-Type: multipart/mixed; boundary="b"\n',
    b"Content-Type: message/delivery-status\n",
    b"Content-Type: message/global-delivery-status; charset=utf-7\n",
    b"Content-Type: message/feedback-report\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Type: text/html; charset=punycode\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding: quoted-printable\n",
    b"Final-Recipient: utf-8; \\x{D800}\\x{110000}@\xffx.example\n",
    b"Final-Recipient: rfc822; a@b.example\n",
    b"Action: failed\n",
    b"Status: 5.\n",
    b"Feedback-Type: abuse\n",
    b"Message-ID: <\x00@\xed\xa0\x80>\n",
    b"Subject: =?utf-16?b?2AA=?= =?x?q?=D8?=\n",
    b"Hi. This is the qmail-send program\n\n<\xfc@x.example>:\n#5.1.1\n",
    b"=\n",
    b"\r",
    b"\n",
    b"\n--b\n",
    b"\n--b--\n",
    b"\x00",
]


def assert_storable(feedback):
    assert feedback
    assert len({piece.key for piece in feedback}) == len(feedback)
    for piece in feedback:
        for text in piece.model_dump(mode="json").values():
            assert text is None or ("\0" not in text and text.encode())
        assert len(piece.key) <= 255
        assert len(piece.diagnostic or "") <= 500


@settings(max_examples=100)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=12)), max_size=40))
def test_any_pieces_of_mails_in_any_order_are_read(pieces):
    assert_storable(read(b"".join(pieces)))


@settings(max_examples=80)
@given(
    st.sampled_from(CORPUS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=8)), max_size=6),
)
def test_any_mail_that_was_damaged_is_read(mail, wounds):
    for where, lost, put in wounds:
        at = int(where * len(mail))
        mail = mail[:at] + put + mail[at + lost :]

    assert_storable(read(mail))


def of_a_mebioctet(piece, *, head=b""):
    return head + piece * (MAX_OCTETS // len(piece))


REPORT = (
    b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
)
DAEMON = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n"


@pytest.mark.parametrize(
    "mail",
    [
        of_a_mebioctet(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"),
        of_a_mebioctet(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\n"),
        of_a_mebioctet(b"x\n ", head=b"To: "),
        of_a_mebioctet(b"a+", head=b"To: "),
        of_a_mebioctet(b"=?a?b?", head=b"Subject: "),
        of_a_mebioctet(b';a="', head=b"Content-Type: a/b"),
        of_a_mebioctet(b"Final-Recipient: rfc822; a@b.example\n\n", head=REPORT),
        of_a_mebioctet(b"Action: failed\nDiagnostic-Code: " + b"a" * 900 + b"\n\n", head=REPORT),
        of_a_mebioctet(b"<", head=DAEMON + b"Content-Type: text/html\n\n"),
        of_a_mebioctet(
            b"@a" * 99 + b"\n", head=DAEMON + b"\nYour message could not be delivered\n"
        ),
        of_a_mebioctet(b"-", head=DAEMON + b"\n"),
        of_a_mebioctet(b"a", head=DAEMON + b"\nYour message could not be delivered to\n"),
        of_a_mebioctet(b"a-", head=DAEMON + b"Content-Type: text/plain; charset=punycode\n\n"),
    ],
    ids=range(13),
)
def test_a_mail_made_to_take_long_does_not(mail):
    """The worst takes 0.4 s of CPU, half of it for half the mail; what is quadratic takes minutes."""
    start = time.process_time()

    assert_storable(read(mail))

    assert time.process_time() - start < 2


def test_a_charset_that_is_none_is_utf8():
    text = b"Hi. This is the qmail-send program.\n\n<a@b.example>:\n\\d full (#5.2.2)\n"
    mail = DAEMON + b"Content-Type: text/plain; charset=unicode_escape\n\n" + text

    assert read(mail)[0].diagnostic.endswith(r"\d full (#5.2.2)")


def test_encoded_words_side_by_side_are_one_word():
    mail = (
        b"From: a@b.example\nSubject: =?utf-8?q?Autom?=\n =?utf-8?b?YXRpYyByZXBseQ==?=\n\nAway.\n"
    )

    assert read(mail)[0].kind is FeedbackKind.AUTO_REPLY


QMAIL = DAEMON + b"\nHi. This is the qmail-send program at mx.example.\n\n"


def test_what_the_copy_of_a_mail_says_is_no_reason():
    copy = b"--- Below this line is a copy of the message.\n\nSubject: 550 5.1.1 user unknown\n"

    (feedback,) = read(QMAIL + b"<a@b.example>:\nI gave up.\n\n" + copy)

    assert (feedback.kind, feedback.status) == (SOFT, None)


def test_each_address_has_the_words_that_stand_at_it():
    words = b"<a@b.example>: I gave up.\n<c@d.example>: 550 5.1.1\n no such user\n"

    assert [(piece.recipient, piece.status) for piece in read(QMAIL + words)] == [
        ("a@b.example", None),
        ("c@d.example", "5.1.1"),
    ]


def test_an_answer_is_about_the_last_mail_it_refers_to():
    mail = (
        b"From: a@b.example\nAuto-Submitted: auto-replied\nReferences: <one@x> <two@x>\n\nAway.\n"
    )

    assert read(mail)[0].message_id == "<two@x>"


def test_words_in_base64_with_a_broken_end_are_read_to_there():
    text = base64.b64encode(
        b"Hi. This is the qmail-send program at x.\n\n<a@b.example>:\nfull (#5.2.2)\n"
    )
    mail = DAEMON + b"Content-Transfer-Encoding: base64\n\n" + text.rstrip(b"=") + b"A"

    assert [(piece.kind, piece.recipient) for piece in read(mail)] == [(SOFT, "a@b.example")]
