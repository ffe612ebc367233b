"""What stands in DNS is held against the key that signs, and each fault is said plainly."""

import pytest

from digest.mail.dkim.records import problems, strings, zone_line


def test_a_record_is_cut_into_strings_of_255_that_join_to_it_again(rsa, ed25519):
    cut = strings(rsa.record)

    assert [len(each) for each in cut] == [255, len(rsa.record) - 255]
    assert "".join(cut) == rsa.record
    assert strings(ed25519.record) == (ed25519.record,)


def test_a_line_of_a_zone_file_has_the_strings_in_quotation_marks(rsa):
    first, second = strings(rsa.record)

    assert zone_line(rsa) == (f'r2026._domainkey.verdicts.example.com. IN TXT "{first}" "{second}"')


def test_nothing_is_wrong_with_the_record_as_it_is_printed(rsa, ed25519):
    for key in (rsa, ed25519):
        assert problems(key, [key.record]) == ()


@pytest.mark.parametrize(
    "written",
    [
        lambda record: record.replace("v=DKIM1; ", ""),
        lambda record: record.replace("k=rsa; ", ""),
        lambda record: record.replace("; ", " ;  ") + ";",
        lambda record: record.replace("p=M", "p= M").replace("AQ", "A Q", 1),
        lambda record: record + "; t=s; n=a note; h=sha1:sha256; s=email",
    ],
)
def test_other_ways_to_write_the_same_are_fine(rsa, written):
    assert written(rsa.record) != rsa.record
    assert problems(rsa, [written(rsa.record)]) == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (lambda _: "v=spf1 -all", "does not begin with v=DKIM1"),
        (lambda _: "hello", "has no p=, so it is no DKIM record or was not pasted whole"),
        (lambda record: record.replace("k=rsa; ", "k=rsa; v=DKIM1; ")[9:], "does not begin with v"),
        (lambda record: record.partition("p=")[0] + "p=", "is revoked (p= is empty)"),
        (lambda record: record[:255], "was not pasted whole"),
        (lambda record: record.replace("p=MIIB", "p=MIIC"), "is of another key than the one"),
        (lambda record: record.replace("k=rsa", "k=ed25519"), "is of an ed25519 key, and mail is"),
        (lambda record: f"{record}; t=y:s", "says that the domain only tests (t=y)"),
        (lambda record: f"{record}; h=sha1", "allows no SHA-256 (h=)"),
        (lambda record: f"{record}; s=tlsrpt", "is not for mail (s=)"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(rsa, written, said):
    found = problems(rsa, [written(rsa.record)])

    assert [text for text in found if said in text]


def test_no_record_and_two_records_are_told_apart(rsa):
    assert problems(rsa, []) == ("no TXT record is there; publish the one of digest dkim record",)
    assert problems(rsa, [rsa.record, rsa.record]) == (
        "2 TXT records are there, where one may stand; take the others away",
    )


def test_a_key_of_the_other_kind_is_one_fault_and_not_two(ed25519, rsa):
    assert len(problems(ed25519, [rsa.record])) == 1
