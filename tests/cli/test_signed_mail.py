"""``digest dkim`` and ``digest compose``: keys an operator can make, publish and look at, and one mail."""

import stat

import dkim
import pytest

from digest.mail.dkim.keys import KeyKind, new_key, read_key
from tests.name_server import name_server

WEEK = "2026-W47"


@pytest.fixture(scope="module")
def pems():
    """A key of each kind, made once: RSA's takes its time."""
    return {"DIGEST_DKIM": new_key(KeyKind.RSA), "DIGEST_DKIM_ED25519": new_key(KeyKind.ED25519)}


@pytest.fixture
def signing(digest, pems):
    """The command with a key of each kind."""
    for prefix, selector in (("DIGEST_DKIM", "r1"), ("DIGEST_DKIM_ED25519", "e1")):
        path = digest.folder / f"{selector}.pem"
        path.write_bytes(pems[prefix])
        digest.settings.update({f"{prefix}_SELECTOR": selector, f"{prefix}_KEY_FILE": str(path)})
    return digest


@pytest.mark.usefixtures("signing")
def test_a_composed_mail_is_octet_for_octet_the_one_that_is_sent(built, readers):
    """Before release and after: with the same clock, the same signatures."""
    built.settings["DIGEST_BOUNCE_ADDRESS"] = "bounces@verdicts.example.com"
    built("subscribers", "import", readers, "--confirmed")
    before = built("compose", WEEK, "--to", "ada@reader.example")
    built("approve", WEEK, "--by", "Ada")
    built("send", WEEK)
    after = built("compose", WEEK, "--to", "ADA@reader.example")

    assert (before.code, before.err) == (0, "")
    assert before.out == after.out
    mails = [path.read_bytes() for path in (built.folder / "var" / "outbox").glob("*.eml")]
    [sent] = [mail for mail in mails if b"\r\nTo: ada@reader.example\r\n" in mail]
    assert before.octets == sent
    published = built("dkim", "record", "--json").json
    records = {f"{row['name']}.".encode(): row["text"].encode() for row in published}
    for place in (0, 1):
        assert dkim.DKIM(sent).verify(place, dnsfunc=lambda name, **_: records.get(name))


def test_a_stranger_gets_no_mail_but_a_test_copy_can_be_made(built):
    refused = built("compose", WEEK, "--to", "nobody@reader.example")
    copy = built("compose", WEEK, "--to", "nobody@reader.example", "--test")

    assert refused.sentence == (
        f"no recipient 'nobody@reader.example'; not in the audience of {WEEK}, nor a confirmed "
        "subscriber: --test makes a copy for anybody, with links that lead nowhere"
    )
    assert copy.code == 0
    assert "To: nobody@reader.example\n" in copy.out
    assert "/unsubscribe/test-copy-no-one" in copy.out


def test_a_week_without_an_edition_cannot_be_composed(digest):
    digest("migrate")

    assert "2026-W01" in digest("compose", "2026-W01", "--to", "a@b.example").sentence


@pytest.mark.parametrize(
    ("kind", "prefix"), [((), "DIGEST_DKIM"), (("--ed25519",), "DIGEST_DKIM_ED25519")]
)
def test_a_key_is_made_once_and_for_its_owner_with_what_to_set(digest, kind, prefix):
    made = digest("dkim", "keygen", *kind, "--selector", "s1", "--out", "s1.pem")
    path = digest.folder / "s1.pem"
    before = path.read_bytes()

    again = digest("dkim", "keygen", *kind, "--selector", "s1", "--out", "s1.pem")

    assert f"{prefix}_SELECTOR=s1 {prefix}_KEY_FILE={path}\n" in made.out
    assert again.sentence.startswith("s1.pem exists, and a key is never overwritten")
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read_key(
        before, kind=KeyKind("ed25519" if kind else "rsa"), selector="s1", domain="x", setting=""
    )


def test_records_are_printed_for_a_zone_file_and_for_a_form(signing):
    said = signing("dkim", "record").out.splitlines()

    assert said[0] == "; rsa, for a zone file:"
    assert said[1].startswith('r1._domainkey.verdicts.example.com. IN TXT "v=DKIM1; k=rsa; p=MII')
    assert said[1].count('" "') == 1
    assert said[3].startswith("v=DKIM1; k=rsa; p=MII")
    assert said[5].startswith('e1._domainkey.verdicts.example.com. IN TXT "v=DKIM1; k=ed25519; p=')
    assert signing("dkim", "record").err == ""


def test_without_a_key_there_is_nothing_to_print(digest):
    assert digest("dkim", "record").sentence.startswith(
        "DIGEST_DKIM_SELECTOR: is not set, so there is no key; make one with: digest dkim keygen"
    )


@pytest.mark.enable_socket
def test_a_check_says_what_is_published_and_what_is_not(signing):
    records = {row["name"]: row["text"] for row in signing("dkim", "record", "--json").json}
    rsa, ed25519 = records

    with name_server(records) as port:
        good = signing("dkim", "check", "--resolver", f"127.0.0.1:{port}")
    with name_server({rsa: records[rsa] + "; t=y", ed25519: records[rsa]}) as port:
        bad = signing("dkim", "check", "--resolver", f"localhost:{port}")
        as_json = signing("dkim", "check", "--resolver", f"127.0.0.1:{port}", "--json")

    assert good.code == 0
    assert good.out.count(": published, and a sample verifies\n") == 2
    assert bad.code == 1
    assert f"{rsa}: the record says that the domain only tests (t=y)" in bad.out
    assert f"{ed25519}: the record is of an rsa key, and mail is signed with" in bad.out
    assert as_json.code == 1
    assert [bool(row["problems"]) for row in as_json.json] == [True, True]


@pytest.mark.parametrize("server", ["dns.example.com:53", "127.0.0.1:x", ":53", "127.0.0.1:65536"])
def test_a_resolver_is_named_by_its_address(signing, server: str):
    assert "is no IP address" in signing("dkim", "check", "--resolver", server).err


def test_a_selector_that_is_no_name_is_refused_before_a_key_is_made(digest):
    ran = digest("dkim", "keygen", "--selector", "a b", "--out", "x.pem")

    assert ran.code == 2
    assert "is no name in DNS" in ran.err
    assert not (digest.folder / "x.pem").exists()
