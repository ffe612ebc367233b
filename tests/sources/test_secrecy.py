"""What is secret does not get into what is stored: addresses, headers, bodies."""

import pytest

from digest.sources.secrecy import hidden, hidden_octets, kept_headers, secrets_in


def test_cookies_credentials_and_tokens_in_addresses_are_left_out_of_headers():
    headers = {
        "etag": '"1"',
        "set-cookie": "id=1",
        "authorization": "Bearer x",
        "x-auth-token": "hunter2",
        "link": '<https://a.example/list?page=2&token=hunter2>; rel="next"',
        "location": "/feed?access_token=hunter2#x",
        "cache-control": "max-age=60, private",
    }

    assert kept_headers(headers) == {
        "etag": '"1"',
        "link": '<https://a.example/list?page=2&token=*>; rel="next"',
        "location": "/feed?access_token=*#x",
        "cache-control": "max-age=60, private",
    }


def test_a_secret_that_a_header_repeats_is_blotted_out():
    assert kept_headers({"x-said": "Bearer hunter2hunter2"}, secrets=["hunter2hunter2"]) == {
        "x-said": "Bearer **************"
    }


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/?q=1&token=hunter2", ("hunter2",)),
        ("https://a.example/?api%5Fkey=a%2Bb%2Bcde", ("a%2Bb%2Bcde", "a+b+cde")),
        ("https://a.example/?key=short", ()),
        ("https://a.example/?q=hunter2", ()),
    ],
)
def test_the_secrets_of_an_address_are_known_as_they_stand_and_decoded(url, found):
    assert secrets_in(url) == found


def test_blots_are_as_long_as_the_secret():
    assert hidden("a hunter2 b", ["hunter2"]) == "a ******* b"
    assert hidden_octets(b"<a href='?t=hunter2'>", ["hunter2"]) == b"<a href='?t=*******'>"
