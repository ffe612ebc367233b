"""Only plain addresses of the open web are fetched, unless the operator names another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RefusedAddressError, SettingsError
from digest.sources.address import AllowedHosts, check_address, read_url, stored_url

NOBODY = AllowedHosts()


@pytest.mark.parametrize(
    ("url", "host", "port", "origin"),
    [
        ("http://a.example", "a.example", 80, "http://a.example:80"),
        ("HTTPS://A.Example/x?y#z", "a.example", 443, "https://a.example:443"),
        ("https://a.example:8443/", "a.example", 8443, "https://a.example:8443"),
        ("http://bücher.example/", "xn--bcher-kva.example", 80, "http://xn--bcher-kva.example:80"),
        ("http://a.example//@maker", "a.example", 80, "http://a.example:80"),
        ("http://192.0.2.7/", "192.0.2.7", 80, "http://192.0.2.7:80"),
        ("http://[2001:DB8:0::1]:81/", "2001:db8::1", 81, "http://[2001:db8::1]:81"),
    ],
)
def test_a_plain_url_is_read(url, host, port, origin):
    target = read_url(url)

    assert (target.url, target.host, target.port, target.origin) == (url, host, port, origin)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example/feed",
        "//a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http:///feed",
        "http://user@a.example/",
        "http://user:pw@a.example/",
        "http://@a.example/",
        "http://good.example\\@a.example/",
        "http://a.example\\feed",
        "http://a b.example/",
        "http://a.example/\r\nHost: b.example",
        "http://a.example/\x00",
        "http://a%2eexample/",
        "http://a.example./",
        "http://a..example/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://1.2.3.4.5/",
        "http://256.1.1.1/",
        "http://①②⑦.0.0.1/",
        "http://[::1%25eth0]/",
        "http://[1.2.3.4]/",
        "http://a.example:0/",
        "http://a.example:65536/",
        "http://a.example:http/",
    ],
)
def test_an_odd_url_is_refused(url):
    with pytest.raises(RefusedAddressError) as caught:
        read_url(url)

    assert caught.value.permanent


PRIVATE = [
    "0.0.0.0",  # noqa: S104 # nothing is bound to it
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.168.1.1",
    "192.88.99.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:8.8.8.8",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2001:0:1::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_off_the_open_web_is_refused(address):
    with pytest.raises(RefusedAddressError, match="DIGEST_ALLOWED_PRIVATE_HOSTS"):
        check_address(read_url("https://a.example/"), address, allowed=NOBODY)


@given(st.ip_addresses())
def test_whatever_python_calls_not_global_is_refused_too(address):
    if not address.is_global:
        with pytest.raises(RefusedAddressError):
            check_address(read_url("https://a.example/"), str(address), allowed=NOBODY)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::808:808"])
@pytest.mark.parametrize("url", ["http://a.example/", "https://a.example/", "http://a.example:443"])
def test_a_public_address_on_a_port_of_the_web_passes(url, address):
    check_address(read_url(url), address, allowed=NOBODY)


def test_another_port_is_refused_on_a_public_address_too():
    with pytest.raises(RefusedAddressError, match="port 25 is not one of the web's"):
        check_address(read_url("http://a.example:25/"), "93.184.215.14", allowed=NOBODY)


@pytest.mark.parametrize(
    "entry", ["a.example", "A.Example:8080", "10.0.0.0/8", " 10.1.2.3/8 ", "10.1.2.3/32"]
)
def test_what_the_setting_names_passes_on_its_port(entry):
    allowed = AllowedHosts.parse([entry])

    check_address(read_url("http://a.example:8080/"), "10.1.2.3", allowed=allowed)


@pytest.mark.parametrize(
    "entry", ["b.example", "example", "a.example:80", "10.2.0.0/16", "fd00::/8", "10.1.2.3"]
)
def test_what_the_setting_does_not_name_is_refused(entry):
    """An address as a host entry allows URLs that spell it, not names that stand for it."""
    allowed = AllowedHosts.parse([entry])

    with pytest.raises(RefusedAddressError):
        check_address(read_url("http://a.example:8080/"), "10.1.2.3", allowed=allowed)


@pytest.mark.parametrize("entry", ["::1", "[::1]", "[0:0::1]:8080", "::/64"])
def test_ipv6_hosts_can_be_named(entry):
    allowed = AllowedHosts.parse([entry])

    check_address(read_url("http://[::1]:8080/"), "::1", allowed=allowed)


def test_a_mapped_address_does_not_slip_in_with_its_ipv4_network():
    allowed = AllowedHosts.parse(["127.0.0.0/8"])

    with pytest.raises(RefusedAddressError, match="dressed up"):
        check_address(read_url("http://a.example/"), "::ffff:127.0.0.1", allowed=allowed)


@pytest.mark.parametrize(
    "entry", ["", "a b", "a.example/24", "10.0.0.0/99", "http://a.example", "a:b", "u@a", "[a]"]
)
def test_an_entry_of_no_known_form_is_named_with_the_setting(entry):
    with pytest.raises(SettingsError, match=r"DIGEST_ALLOWED_PRIVATE_HOSTS: .*host:port"):
        AllowedHosts.parse(["localhost", entry])


@pytest.mark.parametrize(
    ("url", "stored"),
    [
        ("https://a.example/feed", "https://a.example/feed"),
        ("https://a.example/s?q=ai+tools&sort=stars", "https://a.example/s?q=ai+tools&sort=stars"),
        ("https://a.example/f?token=1", "https://a.example/f"),
        ("https://a.example/f?a=1&TOKEN=2&b=%20", "https://a.example/f?a=1&b=%20"),
        ("https://a.example/f?access_token=1&api-key=2&apiKey=3&key=4", "https://a.example/f"),
        ("https://a.example/f?%74oken=1&x", "https://a.example/f?x"),
        ("https://a.example/f?X-Amz-Signature=1&client_secret=2&q=1", "https://a.example/f?q=1"),
        ("https://a.example/f?keyword=1&monkey=2&sort=key", None),
        ("https://user:pw@a.example/f", "https://a.example/f"),
        ("https://a.example/f#access_token=1", "https://a.example/f"),
        ("https://a.example/@maker?x=a@b", "https://a.example/@maker?x=a@b"),
        ("https://a.example/x//y@z", None),
        ("no address", None),
    ],
)
def test_a_stored_url_holds_nothing_secret(url, stored):
    assert stored_url(url) == (url if stored is None else stored)


def test_a_refusal_never_repeats_a_password():
    with pytest.raises(RefusedAddressError) as caught:
        read_url("https://user:hunter2@a.example/?token=hunter3")

    assert "hunter" not in str(caught.value)
