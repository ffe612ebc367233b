"""A sample is signed and looked at, and each key's record in DNS held against it."""

import pytest

from digest.mail.dkim.keys import KeyKind, new_key, read_key
from digest.steps.published import check_keys
from tests.name_server import name_server


@pytest.mark.enable_socket
def test_each_key_is_looked_up_by_its_own_name():
    good, lost = (
        read_key(
            new_key(KeyKind.ED25519),
            kind=KeyKind.ED25519,
            selector=selector,
            domain="example.com",
            setting="X",
        )
        for selector in ("e1", "e2")
    )

    with name_server({good.name: good.record}) as port:
        found = check_keys((good, lost), server=("127.0.0.1", port))

    assert found == {
        "e1._domainkey.example.com": (),
        "e2._domainkey.example.com": (
            "no TXT record is there; publish the one of digest dkim record",
        ),
    }
