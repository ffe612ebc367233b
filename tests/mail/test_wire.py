"""The message on the wire is what the standard library reads back, for every reader."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8, default
from email.utils import parsedate_to_datetime
from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.errors import AddressError
from digest.mail.render import render_confirm
from digest.mail.wire import compile_edition, compile_letter, message_id
from digest.model import Edition

NOW = datetime(2026, 11, 22, 9, 14, 10, tzinfo=UTC)
TOKENS = st.text(alphabet="abcXYZ019_-", min_size=1, max_size=75)
LOCAL_PARTS = st.from_regex(r"[a-z0-9][a-z0-9!#$%&'*+/=?^_`{|}~-]{0,40}", fullmatch=True)
NAMES = st.text(
    alphabet=st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=60
)
DOMAINS = st.sampled_from(["example.net", "mail.example.org", "bücher.example", "例え.example"])


@pytest.fixture(scope="module")
def edition():
    """One edition for all tests that need no rendered one."""
    return edition_of("Quarry vs Ledgerline: pick Quarry", "Quarry", "Ledgerline & Co.")


@pytest.fixture(scope="module")
def template(edition, shared_brand):
    return compile_edition(edition, brand=shared_brand)


def written(template, **changes):
    usual = {
        "subscriber": "s" * 16,
        "recipient": "reader@example.net",
        "slots": {"UNSUBSCRIBE": "u" * 40, "VOTE": "v" * 40},
        "message_id": "<id-1@verdicts.example.com>",
        "date": NOW,
        "envelope_sender": "bounce+x@verdicts.example.com",
    }
    return template.message(**(usual | changes))


def read(message):
    return message_from_bytes(message.content, policy=default)


def raw_header(message, name):
    head = message.content.partition(b"\r\n\r\n")[0].decode("ascii")
    return re.findall(rf"(?m)^{name}: ((?:.*\r?\n?)(?:[ \t].*\r?\n?)*)", head)


def test_every_header_is_there_once_and_says_what_it_must(template):
    got = read(written(template))

    assert dict(got.items()) == {
        "From": "Weekly AI Tool Verdicts <news@verdicts.example.com>",
        "Reply-To": "news@verdicts.example.com",
        "Subject": "Quarry vs Ledgerline: pick Quarry",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": got["Content-Type"],
        "List-Id": "Weekly AI Tool Verdicts <weekly.verdicts.example.com>",
        "List-Archive": "<https://verdicts.example.com/issues>",
        "List-Owner": "<mailto:news@verdicts.example.com>",
        "List-Post": "NO",
        "Feedback-ID": "2026-W47:weekly:newsletter:verdictsexample",
        "Precedence": "list",
        "To": "reader@example.net",
        "Date": "Sun, 22 Nov 2026 09:14:10 +0000",
        "Message-ID": "<id-1@verdicts.example.com>",
        "List-Unsubscribe": f"<https://verdicts.example.com/unsubscribe/{'u' * 40}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert len(got.keys()) == len(set(got.keys()))


def test_the_envelope_is_not_in_the_headers(template):
    message = written(template)

    assert message.sender == "bounce+x@verdicts.example.com"
    assert message.recipient == "reader@example.net"
    assert b"bounce" not in message.content


@settings(max_examples=40)
@given(
    local=st.one_of(
        LOCAL_PARTS, st.sampled_from(["jürgen", "δοκιμή", "ユーザー", "o'hara", "a+b=c&d"])
    ),
    domain=DOMAINS,
    names=st.tuples(NAMES, NAMES, NAMES),
    sender_name=NAMES.map(lambda name: name.strip()[:9].strip()).filter(bool),
    unsubscribe=TOKENS,
    vote=TOKENS,
    seconds=st.integers(0, 2_000_000_000),
)
def test_a_message_is_part_by_part_what_the_standard_library_would_have_written(
    shared_brand, local, domain, names, sender_name, unsubscribe, vote, seconds
):
    """Both are read by the standard library: ours joined in no time, the other one built slowly."""
    subject, left, right = names
    date = NOW + timedelta(seconds=seconds)
    edition = edition_of(subject, left, right)
    brand = shared_brand.model_copy(update={"sender_name": sender_name})
    message = written(
        compile_edition(edition, brand=brand),
        recipient=f"{local}@{domain}",
        slots={"UNSUBSCRIBE": unsubscribe, "VOTE": vote},
        date=date,
        smtputf8=True,
    )

    got = read(message)
    wanted = reference(edition, brand=brand, to=message.recipient, date=date)

    assert got.defects == []
    assert said(got) == said(wanted)
    [to] = got["To"].addresses
    assert tidy(to.addr_spec) == message.recipient
    assert got["List-Unsubscribe"] == f"<https://verdicts.example.com/unsubscribe/{unsubscribe}>"
    tokens = {"@@UNSUBSCRIBE@@": unsubscribe, "@@VOTE@@": vote}
    assert [filled(part, tokens) for part in parts_of(wanted)] == parts_of(got)
    check_octets(message.content if message.recipient.isascii() else without_to(message.content))
    assert message.is_wire_ready is message.content.isascii()
    assert b"\n." not in message.content
    assert message.content.endswith(b"\r\n")


def test_a_rendered_edition_arrives_whole(example_edition, brand):
    got = read(written(compile_edition(example_edition, brand=brand)))

    tokens = {"@@UNSUBSCRIBE@@": "u" * 40, "@@VOTE@@": "v" * 40}
    for part, source in zip(
        parts_of(got), (example_edition.text, example_edition.html), strict=True
    ):
        assert part[2] == filled((*part[:2], source.rstrip("\n")), tokens)[2]


def edition_of(subject, left, right):
    """An edition of tools with these names, with lines that careless encoders break."""
    text = f"{left} vs {right}\n.From here = é 🖋️\nFrom there\n/v/@@VOTE@@?c=a\n@@UNSUBSCRIBE@@."
    html = f"<p>{escape(left)} {'long ' * 30}@@VOTE@@</p>\n<a href='/u/@@UNSUBSCRIBE@@'>{escape(right)}</a>\t \n"
    return Edition(
        sha256="0" * 64,
        week="2026-W47",
        subject=subject,
        preheader="x",
        html=html,
        text=text,
        rendered_at=NOW,
    )


def reference(edition, *, brand, to, date):
    """The same message by the standard library alone, slots open, read back."""
    slow = EmailMessage(policy=SMTPUTF8)
    slow["From"] = Address(brand.sender_name, addr_spec=brand.sender_address)
    slow["Reply-To"] = brand.sender_address
    slow["Subject"] = edition.subject
    slow["Auto-Submitted"] = "auto-generated"
    slow["List-Id"] = "Weekly AI Tool Verdicts <weekly.verdicts.example.com>"
    slow["List-Archive"] = "<https://verdicts.example.com/issues>"
    slow["List-Owner"] = "<mailto:news@verdicts.example.com>"
    slow["List-Post"] = "NO"
    slow["Feedback-ID"] = "2026-W47:weekly:newsletter:verdictsexample"
    slow["Precedence"] = "list"
    slow["To"] = to
    slow["Date"] = date
    slow["Message-ID"] = "<id-1@verdicts.example.com>"
    slow["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    slow.set_content(edition.text, cte="quoted-printable")
    slow.add_alternative(edition.html, subtype="html", cte="quoted-printable")
    return message_from_bytes(slow.as_bytes(), policy=default)


def said(message):
    """Every field as a reader's program understands it, but for the boundary and List-Unsubscribe."""
    fields = {name: tidy(value) for name, value in message.items()}
    for name in ("Content-Type", "List-Unsubscribe"):
        fields.pop(name, None)
    [sender] = message["From"].addresses
    fields["From"] = (tidy(sender.display_name), sender.addr_spec)
    fields["To"] = [tidy(each.addr_spec) for each in message["To"].addresses]
    return fields | {"type": message.get_content_type()}


def tidy(value):
    """UTF-8 that the library read as octets is text again; where a field was folded is no matter."""
    return " ".join(str(value).encode("utf-8", "surrogateescape").decode().split())


def parts_of(message):
    return [
        (
            part.get_content_type(),
            part.get_content_charset(),
            part.get_payload(decode=True).decode().replace("\r\n", "\n").rstrip("\n"),
        )
        for part in message.iter_parts()
    ]


def filled(part, tokens):
    kind, charset, text = part
    for slot, token in tokens.items():
        text = text.replace(slot, token)
    return kind, charset, text


def without_to(content):
    """To is the one field that may hold more than ASCII, where the server takes it."""
    return re.sub(rb"\r\nTo: [^\r]*", b"", content)


def check_octets(content):
    """ASCII, CRLF only, no body line over 76 columns, nothing for a server to mangle."""
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    head, _, body = content.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    lines = body.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    every = content.split(b"\r\n")
    assert not [line for line in every if line.startswith((b".", b"From ")) or line.endswith(b" ")]


@pytest.fixture(scope="module")
def shared_brand(make_brand):
    return make_brand()


@settings(max_examples=100)
@given(NAMES)
@example(" lead and trail ")
@example("two  blanks")
def test_any_subject_arrives_as_it_was_written(shared_brand, subject):
    message = written(compile_edition(edition_of(subject, "a", "b"), brand=shared_brand))

    head = message.content.partition(b"\r\n\r\n")[0].decode("ascii")
    assert max(map(len, head.partition("Auto-Submitted")[0].split("\r\n"))) <= 78
    decoded = read(message)["Subject"]
    assert " ".join(str(decoded).split()) == " ".join(subject.split())


@pytest.mark.parametrize("subject", [" lead and trail ", "two  blanks", "trail ", "=?x", "plain"])
def test_blanks_of_a_subject_arrive_where_servers_squeeze_them(shared_brand, subject):
    message = written(compile_edition(edition_of(subject, "a", "b"), brand=shared_brand))

    assert read(message)["Subject"] == subject
    check_octets(message.content)
    assert b"  " not in message.content


@pytest.mark.parametrize(
    ("name", "written_as"),
    [
        ("Weekly AI Tool Verdicts", "Weekly AI Tool Verdicts"),
        ("Verdicts, Inc.", '"Verdicts, Inc."'),
        ('The "Desk"', '"The \\"Desk\\""'),
        ("Bücher", "=?utf-8?q?B=C3=BCcher?="),
        ("=?utf-8?q?x?=", "=?utf-8?b?PT91dGYtOD9xP3g/PQ==?="),
    ],
)
def test_a_display_name_is_written_so_that_it_is_read_back(edition, brand, name, written_as):
    named = brand.model_copy(update={"sender_name": name})

    message = written(compile_edition(edition, brand=named))

    assert raw_header(message, "From")[0].strip().rpartition(" <")[0] == written_as
    assert read(message)["From"].addresses[0].display_name == name


def test_a_long_name_beyond_ascii_is_several_words_that_are_one_again(edition, brand):
    """Read by decode_header: the library's newer reader leaves a blank between two such words."""
    name = "Wöchentliche Urteile über Werkzeuge der künstlichen Intelligenz"
    named = brand.model_copy(update={"sender_name": name})

    [raw] = raw_header(written(compile_edition(edition, brand=named)), "From")

    words = raw.strip().rpartition(" <")[0]
    assert words.count("=?utf-8?") > 1
    assert str(make_header(decode_header(words))) == name


@pytest.mark.parametrize("field", ["sender_name", "name"])
@pytest.mark.parametrize("value", ["a\r\nBcc: x@y.example", "a\nb", "a\x00b"])
def test_a_name_with_a_line_break_is_refused(edition, brand, field, value):
    with pytest.raises(ValueError, match="holds a line break or a control character"):
        compile_edition(edition, brand=brand.model_copy(update={field: value}))


def test_a_subject_with_a_line_break_is_refused(edition, brand):
    hostile = edition.model_copy(update={"subject": "a\r\nBcc: x@y.example"})

    with pytest.raises(ValueError, match="Subject holds a line break"):
        compile_edition(hostile, brand=brand)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b.example, c@d.example",
        'a@b.example, "x" <evil@c.example>',
        "Name <a@b.example>",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\n",
        "a b@c.example",
        "a@@b.example",
    ],
)
def test_what_is_not_one_address_is_refused(template, address):
    with pytest.raises(AddressError):
        written(template, recipient=address)
    with pytest.raises(AddressError):
        written(template, envelope_sender=address)


def test_a_local_part_beyond_ascii_needs_a_server_that_takes_it(template):
    with pytest.raises(AddressError, match="is not a usable e-mail address"):
        written(template, recipient="jürgen@bücher.example")

    message = written(template, recipient="jürgen@bücher.example", smtputf8=True)

    assert message.recipient == "jürgen@xn--bcher-kva.example"
    assert "\r\nTo: jürgen@xn--bcher-kva.example\r\n".encode() in message.content


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"slots": {"VOTE": "v"}}, "slots .* given, .* wanted"),
        ({"slots": {"VOTE": "v", "UNSUBSCRIBE": "u", "NAME": "n"}}, "slots .* given"),
        ({"slots": {"VOTE": "", "UNSUBSCRIBE": "u"}}, "not a url-safe token .*: VOTE"),
        ({"slots": {"VOTE": "v" * 76, "UNSUBSCRIBE": "u"}}, "not a url-safe token"),
        ({"slots": {"VOTE": "v", "UNSUBSCRIBE": "u>\r\nX: y"}}, "not a url-safe token .*: UNSUB"),
        ({"message_id": "<a@b>\r\nX: y"}, "not a message id"),
        ({"message_id": "a@b"}, "not a message id"),
    ],
)
def test_a_value_that_could_break_out_of_its_place_is_refused(template, changes, said):
    with pytest.raises(ValueError, match=said):
        written(template, **changes)


def test_the_same_input_makes_the_same_octets(template, edition, brand):
    again = compile_edition(edition, brand=brand)

    assert written(again) == written(template)


def test_a_date_is_said_with_its_offset(template):
    berlin = NOW.astimezone(timezone(timedelta(hours=1)))

    said = raw_header(written(template, date=berlin), "Date")[0].strip()

    assert said == "Sun, 22 Nov 2026 10:14:10 +0100"
    assert parsedate_to_datetime(said) == NOW


def test_a_message_id_is_the_same_for_one_week_and_reader_only():
    def made(secret=b"k" * 16, week="2026-W47", subscriber="reader-one"):
        return message_id(secret, week, subscriber, "verdicts.example.com")

    others = {made(secret=b"x"), made(week="2026-W48"), made(subscriber="reader-two")}

    assert made() == made()
    assert re.fullmatch(r"<[A-Za-z0-9_-]{24}@verdicts\.example\.com>", made())
    assert made() not in others
    assert len(others) == 3
    assert "reader" not in made()


def test_a_letter_belongs_to_no_list(brand, templates_dir):
    letter = render_confirm(
        "https://verdicts.example.com/confirm/a.b",
        brand=brand,
        templates_dir=templates_dir,
        now=NOW,
    )

    message = written(compile_letter(letter, brand=brand), slots={})

    got = read(message)
    assert got["Subject"] == letter.subject
    assert got["Auto-Submitted"] == "auto-generated"
    assert [name for name in got.keys() if name.startswith("List-")] == []  # noqa: SIM118 # a message is no dict
    text, html = (part.get_payload(decode=True).decode() for part in got.iter_parts())
    assert text.replace("\r\n", "\n") == letter.text
    assert html.replace("\r\n", "\n") == letter.html
    check_octets(message.content)


def test_leaving_by_mail_stands_second_and_only_where_that_mailbox_is_read(edition, brand):
    reading = brand.model_copy(update={"unsubscribe_address": "leave+u@verdicts.example.com"})

    message = written(compile_edition(edition, brand=reading))

    [said] = raw_header(message, "List-Unsubscribe")
    first, second = said.split("\r\n ")
    assert first == f"<https://verdicts.example.com/unsubscribe/{'u' * 40}>,"
    assert second == f"<mailto:leave%2Bu@verdicts.example.com?subject=u-{'u' * 40}>\r\n"
    assert b"mailto:leave" not in written(compile_edition(edition, brand=brand)).content


def test_an_address_with_odd_letters_stays_one_mailto(edition, brand):
    odd = brand.model_copy(update={"sender_address": "q&a=1@verdicts.example.com"})

    message = written(compile_edition(edition, brand=odd))

    assert read(message)["List-Owner"] == "<mailto:q%26a%3D1@verdicts.example.com>"


def test_a_sender_address_that_cannot_be_used_is_refused(edition, brand):
    with pytest.raises(AddressError, match="news@verdicts"):
        compile_edition(
            edition, brand=brand.model_copy(update={"sender_address": "news@verdicts@x"})
        )
