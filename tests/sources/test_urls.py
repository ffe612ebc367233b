"""Addresses found in sources are absolute, unwrapped and free of credentials."""

import pytest

from digest.sources.urls import host_of, unwrap, web_url, without_secrets

BASE = "https://source.example/feed/list.xml"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://a.example/x?b=2&a=1#part", "https://a.example/x?b=2&a=1#part"),
        (" https://a.example/a\n b ", "https://a.example/ab"),
        ("/x", "https://source.example/x"),
        ("x.html", "https://source.example/feed/x.html"),
        ("https://user:secret@a.example:8080/", "https://a.example:8080/"),
        ("https://a.example/?token=abc&page=2", "https://a.example/?page=2"),
        ("https://a.example/?TOKEN=abc", "https://a.example/"),
        ("https://a.example/?tokens=3", "https://a.example/?tokens=3"),
    ],
)
def test_an_address_is_made_fit_to_keep(given, kept):
    assert web_url(given, base=BASE) == kept


@pytest.mark.parametrize(
    "given",
    ["", None, "javascript:alert(1)", "mailto:a@b.example", "http://", "https://[::1", "ftp://a.example/x",
     "https://a.example:99999/", "https://a.example/" + "x" * 2000],
)  # fmt: skip
def test_what_is_no_web_address_is_nothing(given):
    assert web_url(given) is None


@pytest.mark.parametrize(
    ("wrapped", "target"),
    [
        ("https://www.google.com/url?rct=j&url=https://t.example/a%3Fb%3D1&ct=ga", "https://t.example/a?b=1"),
        ("https://www.google.com/url?q=http://t.example/", "http://t.example/"),
        ("https://out.reddit.com/t3_1?url=https%3A%2F%2Ft.example%2F", "https://t.example/"),
        ("https://l.facebook.com/l.php?u=https://t.example/", "https://l.facebook.com/l.php?u=https://t.example/"),
        ("https://www.google.com/search?q=https://t.example/", "https://www.google.com/search?q=https://t.example/"),
        ("https://www.google.com/url?url=javascript:x", "https://www.google.com/url?url=javascript:x"),
        ("https://t.example/url?url=https://other.example/", "https://t.example/url?url=https://other.example/"),
    ],
)  # fmt: skip
def test_a_redirector_is_unwrapped_only_where_its_target_is_in_the_query(wrapped, target):
    assert unwrap(wrapped) == target


def test_redirectors_in_redirectors_end():
    url = "https://t.example/"
    for _ in range(5):
        url = f"https://duckduckgo.com/l/?uddg={url.replace('&', '%26')}"

    assert unwrap(url).startswith("https://duckduckgo.com/l/")


def test_a_credential_in_any_text_that_is_an_address_is_dropped():
    """Feeds of logged-in readers carry their token in every link and guid."""
    assert (
        without_secrets("https://lobsters.example/rss?token=abc") == "https://lobsters.example/rss"
    )
    assert without_secrets("tag:a.example,2026:1") == "tag:a.example,2026:1"
    assert without_secrets("https://[bad") == "https://[bad"


@pytest.mark.parametrize(
    ("url", "host"), [("https://WWW.A.example/x", "a.example"), (None, ""), ("https://[x", ""), ("x", "")]
)  # fmt: skip
def test_a_host_is_compared_in_lower_case_without_www(url, host):
    assert host_of(url) == host
