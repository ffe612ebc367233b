"""One address, and the same one whether it is read at a glance or with care."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.errors import AddressError
from digest.mail import addresses
from digest.mail.addresses import wire_address

PIECES = st.sampled_from(
    (
        *(
            "a",
            "Z9",
            ".",
            "..",
            "-",
            "--",
            "_",
            "+",
            "=",
            "&",
            "'",
            "@",
            " ",
            "xn--",
            "é",
            "x" * 40,
        ),
        *("reader", "@example.net", "@Mail.Example.ORG", ".com", ".c0m", ".1", "\n", '"', "test"),
    )
)


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=9).map("".join))
@example("reader@xn--bcher-kva.example")
@example(f"{'a' * 64}@example.net")
@example(f"{'a' * 65}@example.net")
@example(f"a@{'b' * 63}.example")
@example(f"a@{'b' * 64}.example")
@example(f"a@{'bcd.' * 62}com")
@example(f"{'a' * 64}@{'bcd.' * 46}com")
@example(f"{'a' * 64}@{'bcd.' * 47}com")
@example(f"a@{'bcd.' * 63}com")
@example("a@ab--cd.example")
@example("a@example.net\n")
@example("a@localhost")
@example("a@b.local")
@example("a@b.invalid")
def test_what_passes_at_a_glance_is_what_a_full_check_gives(address: str):
    try:
        found = validate_email(
            address,
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
            strict=True,
        )
    except EmailNotValidError:
        with pytest.raises(AddressError):
            wire_address(address)
        return

    assert wire_address(address) == f"{found.local_part}@{found.ascii_domain}"


@pytest.mark.parametrize("address", ["reader@example.net", "bounces+x2y@mail.verdicts.example.com"])
def test_a_plain_address_needs_no_full_check(address: str):
    assert addresses._PLAIN.fullmatch(address)


@pytest.mark.parametrize("address", ["o'hara@example.net", "a=b@example.net", "a&b@bücher.example"])
def test_an_odd_address_is_looked_at_with_care_and_taken(address: str):
    assert not addresses._PLAIN.fullmatch(address)
    assert wire_address(address).partition("@")[0] == address.partition("@")[0]


def test_a_domain_beyond_ascii_becomes_a_label_for_machines():
    assert wire_address("reader@BÜCHER.example") == "reader@xn--bcher-kva.example"
