"""A signed mail is good to three strangers, and to none of them once a bit of it is another."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import SignatureError
from digest.mail.dkim.keys import DkimKey, KeyKind, new_key
from digest.mail.dkim.signing import relaxed
from digest.mail.dkim.verifying import require_verified
from digest.mail.stationery import Letter
from digest.mail.wire import compile_edition, compile_letter
from tests.mail.conftest import verdicts_brand
from tests.mail.dkim.conftest import dkimpy_says, key_of
from tests.mail.test_wire import edition_of, written

COVERED = (
    "from:reply-to:subject:auto-submitted:mime-version:content-type:list-id:list-archive:"
    "list-owner:list-post:feedback-id:list-unsubscribe-post:to:date:message-id:list-unsubscribe:"
    "from:subject"
)
BRAND = verdicts_brand().model_copy(
    update={
        "unsubscribe_address": "leave@verdicts.example.com",
        "sender_name": "Verdicts, „täglich“",
    }
)
EDITION = edition_of("Pen 🖋️ & Paper vs اردو نویس: what a long subject of two tools", "a", "b  c")


CHANGES = ("from", "unsubscribe", "one-click", "body", "end", "second subject", "second from")


def signed(*keys: DkimKey, **changes: object) -> bytes:
    return written(compile_edition(EDITION, brand=BRAND, keys=keys), **changes).content


def tampered(content: bytes) -> dict[str, bytes]:
    """The same mail with a bit turned in it, or with a second field of an oversigned name."""
    head, blank, body = content.partition(b"\r\n\r\n")

    def flip(part: bytes, at: int) -> bytes:
        return part[:at] + bytes([part[at] ^ 1]) + part[at + 1 :]

    def in_head(after: bytes) -> bytes:
        return flip(head, head.index(after) + len(after)) + blank + body

    return {
        "from": in_head(b"\r\nFrom: "),
        "unsubscribe": in_head(b"/unsubscribe/"),
        "one-click": in_head(b"List-Unsubscribe=One-Clic"),
        "body": head + blank + flip(body, body.index(b"u" * 30)),
        "end": head + blank + flip(body, len(body) - 5),
        "second subject": head + b"\r\nSubject: x" + blank + body,
        "second from": b"From: x@y.example\r\n" + head + blank + body,
    }


@settings(max_examples=25)
@given(
    local=st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,30}", fullmatch=True),
    token=st.from_regex(r"[A-Za-z0-9_-]{1,75}", fullmatch=True),
    subject=st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=50),
)
def test_any_mail_is_good_to_dkimpy_by_either_key(rsa, ed25519, local, token, subject):
    edition = edition_of(subject, "left", "right")
    message = written(
        compile_edition(edition, brand=BRAND, keys=(rsa, ed25519)),
        recipient=f"{local}@bücher.example",
        slots={"UNSUBSCRIBE": token, "VOTE": token},
    )

    assert dkimpy_says(message.content, (rsa, ed25519)) == [True, True]
    require_verified(message.content, (rsa, ed25519))


@pytest.mark.parametrize("what", CHANGES)
def test_a_bit_turned_is_noticed_by_dkimpy_and_by_ourselves(rsa, ed25519, what):
    content = tampered(signed(rsa, ed25519))[what]

    assert dkimpy_says(content, (rsa, ed25519)) == [False, False]
    for key in (rsa, ed25519):
        with pytest.raises(SignatureError, match=re.escape(key.name)):
            require_verified(content, (key,))


@pytest.mark.opendkim
def test_opendkim_finds_it_good_and_what_was_changed_bad(rsa, opendkim_says):
    content = signed(rsa)

    assert opendkim_says(content, (rsa,))
    assert [what for what, bad in tampered(content).items() if opendkim_says(bad, (rsa,))] == []


@pytest.mark.opendkim
def test_opendkim_takes_the_rsa_signature_where_an_ed25519_one_stands_beside_it(
    rsa, ed25519, opendkim_says
):
    assert opendkim_says(signed(rsa, ed25519), (rsa, ed25519))


@pytest.mark.mail_dkim
def test_mail_dkim_finds_it_good_and_what_was_changed_bad(rsa, ed25519, mail_dkim_says):
    content = signed(rsa)
    changed = tampered(content)

    said = mail_dkim_says([content, signed(rsa, ed25519), *changed.values()], rsa)

    assert said == ["pass", "pass", *("fail" for _ in changed)]


def test_the_signature_covers_what_makes_one_click_work_and_comes_first(rsa):
    head = signed(rsa).partition(b"\r\n\r\n")[0].decode()

    assert head.startswith(
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d=verdicts.example.com;\r\n s=r2026;"
    )
    field = head.partition("\r\nFrom:")[0].replace("\r\n ", "")
    tags = dict(part.strip().split("=", 1) for part in field.partition(": ")[2].split(";"))
    assert tags["h"] == COVERED
    assert "l" not in tags
    assert max(map(len, head.partition("\r\nFrom:")[0].split("\r\n"))) <= 78


def test_a_line_of_b_has_at_most_72_characters_after_its_blank(rsa):
    head = signed(rsa).partition(b"\r\nFrom:")[0]

    lines = head.partition(b"\r\n b=")[2].split(b"\r\n ")
    assert [len(line) for line in lines] == [70, 72, 72, 72, 58]


def test_the_same_mail_has_the_same_signatures(rsa, ed25519):
    assert signed(rsa, ed25519) == signed(rsa, ed25519)


def test_a_mail_outside_the_list_is_signed_for_what_it_has(rsa):
    letter = Letter(subject="Confirm", html="<p>yes</p>", text="yes\n")

    content = written(compile_letter(letter, brand=BRAND, keys=(rsa,)), slots={}).content

    assert dkimpy_says(content, (rsa,)) == [True]
    assert b"list-" not in content.partition(b"\r\nFrom:")[0]


def test_a_field_in_relaxed_form_has_one_blank_where_there_were_some():
    assert relaxed("List-Id", "  A \t name\r\n\t<id> ") == b"list-id:A name <id>\r\n"


def test_without_keys_nothing_is_signed():
    assert b"DKIM" not in signed()
    require_verified(signed(), ())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda mail: mail.replace(b"s=r2026", b"s=other"), "bears no signature of it"),
        (lambda mail: mail.replace(b"DKIM-Signature", b"X-Signature"), "bears no signature of it"),
        (
            lambda mail: mail.replace(b"a=rsa-sha256", b"a=rsa-sha1"),
            "of a kind that we do not make",
        ),
        (lambda mail: mail.replace(b"v=1;", b"v=1; l=10;"), "of a kind that we do not make"),
        (lambda mail: mail.replace(b"; c=relaxed/relaxed", b""), "of a kind that we do not make"),
        (lambda mail: mail.replace(b"One-Click", b"Two-Click"), "does not fit the header"),
        (lambda mail: mail.replace(b"\r\n b=", b"\r\n b=?"), "is no base64"),
        (lambda mail: mail + b"PS\r\n", "the body is not the one that was signed"),
    ],
)
def test_a_mail_that_lost_its_signature_does_not_leave(rsa, change, said):
    with pytest.raises(SignatureError, match=r"DKIM key r2026\._domainkey") as caught:
        require_verified(change(signed(rsa)), (rsa,))

    assert said in str(caught.value)
    assert "no such mail leaves" in str(caught.value)


def test_a_signature_of_another_key_of_the_same_name_is_none(rsa):
    other = key_of(new_key(KeyKind.RSA), KeyKind.RSA, "r2026")

    with pytest.raises(SignatureError, match="does not fit the header"):
        require_verified(signed(other), (rsa,))


@pytest.mark.parametrize(
    "change",
    [
        lambda mail: mail.replace(b"\r\nSubject: ", b"\r\nsubject:\t "),
        lambda mail: mail.replace(b"\r\n\r\n--", b" \t\r\n\r\n--", 1),
        lambda mail: mail + b"\r\n\r\n",
        lambda mail: mail.replace(b"here =3D", b"here \t =3D"),
        lambda mail: b"Received: from a\r\n by b\r\n" + mail,
        lambda mail: b"Reply-To: second@verdicts.example.com\r\n" + mail,
    ],
)
def test_what_servers_do_to_blanks_or_put_on_top_leaves_the_signature_good(rsa, change):
    """Relaxed: our own check agrees with dkimpy on what does not count."""
    content = change(signed(rsa))

    assert content != signed(rsa)
    assert dkimpy_says(content, (rsa,)) == [True]
    require_verified(content, (rsa,))
