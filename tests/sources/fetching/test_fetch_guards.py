"""No page and no name service leads the fetcher to an address it was not allowed."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from digest.errors import FetchError
from digest.model import Outcome, Source
from digest.sources.connect import resolve_name
from digest.sources.exchange import PASSING_TROUBLE, connection_trouble
from digest.sources.limits import Limits

pytestmark = pytest.mark.enable_socket


def names(**table):
    """A name service that gives each name's answers one after the other; ``asked`` notes them."""
    asked = []

    async def resolve(host, port):
        asked.append((host, port))
        answers = table[host.partition(".")[0]]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    resolve.asked = asked
    return resolve


async def test_a_private_address_is_not_called_unless_a_setting_names_it(site, fetch_once):
    fetched = await fetch_once(site.url + "/", allowed_private_hosts=())

    assert fetched.outcome is Outcome.FAILED
    assert "127.0.0.1 is this machine; name it in DIGEST_ALLOWED_PRIVATE_HOSTS" in fetched.reason
    assert site.asked == []


@pytest.mark.parametrize("form", ["{host}", "{host}:{port}", "{host}/32"])
async def test_each_form_of_the_setting_opens_the_door(site, fetch_once, form):
    site.says("/", body=b"here")
    entry = form.format(host=site.host, port=site.port)

    fetched = await fetch_once(site.url + "/", allowed_private_hosts=(entry,))

    assert fetched.outcome is Outcome.OK


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "http://u:p@127.0.0.1/",
        "http://127.1/",
        "no address",
    ],
)
async def test_an_odd_url_is_a_failed_outcome_and_no_exception(fetch_once, url):
    fetched = await fetch_once(url)

    assert fetched.outcome is Outcome.FAILED
    assert fetched.reason


async def test_a_name_that_stands_for_a_private_address_is_refused(site, fetch_once):
    resolve = names(inside=[("127.0.0.1",)])

    fetched = await fetch_once(
        f"http://inside.example:{site.port}/", resolve=resolve, allowed_private_hosts=()
    )

    assert "inside.example (127.0.0.1) is this machine" in fetched.reason
    assert site.asked == []


async def test_one_private_address_among_public_ones_is_refused(fetch_once):
    resolve = names(mixed=[("93.184.215.14", "10.0.0.1")])

    fetched = await fetch_once("http://mixed.example/", resolve=resolve)

    assert "mixed.example (10.0.0.1) is a private address" in fetched.reason


async def test_a_name_is_resolved_once_and_the_checked_address_called(site, other_site, fetch_once):
    """The answer changes between check and connect: a second question would reach the inside."""
    site.says("/", body=b"outside")
    resolve = names(rebind=[("127.0.0.1",), ("127.0.0.2",)])

    fetched = await fetch_once(
        f"http://rebind.example:{site.port}/",
        resolve=resolve,
        allowed_private_hosts=("127.0.0.1/32",),
    )

    assert fetched.body == b"outside"
    assert resolve.asked == [("rebind.example", site.port)]
    assert site.asked[0].headers["host"] == f"rebind.example:{site.port}"
    assert other_site.asked == []


async def test_a_changed_answer_is_checked_again_on_the_next_request(site, build_fetcher):
    site.says("/", body=b"outside")
    resolve = names(rebind=[("127.0.0.1",), ("127.0.0.2",)])
    source = Source(name="s", kind="feed", url=f"http://rebind.example:{site.port}/")

    async with build_fetcher(resolve=resolve, allowed_private_hosts=("127.0.0.1/32",)) as fetcher:
        outcomes = [
            (await fetcher.fetch(source, None, parser_version="1", obeys_robots=False)).outcome
            for _ in range(2)
        ]

    assert outcomes == [Outcome.OK, Outcome.FAILED]
    assert len(site.asked) == 1


async def test_the_next_address_is_tried_where_the_first_does_not_listen(site, fetch_once):
    site.says("/", body=b"here")
    resolve = names(two=[("127.0.0.9", "127.0.0.1")])

    fetched = await fetch_once(f"http://two.example:{site.port}/", resolve=resolve)

    assert fetched.body == b"here"


async def test_a_name_without_addresses_is_a_failure(fetch_once):
    fetched = await fetch_once("http://empty.example/", resolve=names(empty=[()]))

    assert "has no address" in fetched.reason


async def test_a_silent_name_service_is_given_up(fetch_once):
    async def resolve(*_):
        await asyncio.sleep(60)

    fetched = await fetch_once(
        "http://slow.example/", resolve=resolve, limits=Limits(connect_s=0.01)
    )

    assert "the name service does not answer" in fetched.reason


async def test_the_system_resolves_names():
    assert await resolve_name("127.0.0.1", 80) == ("127.0.0.1",)


async def test_redirects_are_followed_to_their_end(site, other_site, fetch_once):
    site.says("/a", status=301, headers={"Location": "/b"})
    site.says("/b", status=302, headers={"Location": f"{other_site.url}/c?key=1"})
    other_site.says("/c?key=1", body=b"here")

    fetched = await fetch_once(site.url + "/a")

    assert fetched.body == b"here"
    assert fetched.capture.url == site.url + "/a"
    assert fetched.capture.final_url == other_site.url + "/c"


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/secret",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{port}/",
        "http://0x7f.2:{port}/",
        "http://user:pw@127.0.0.1:{port}/secret",
        "http://inside.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
    ],
)
async def test_a_redirect_to_an_address_that_is_not_allowed_is_refused(
    site, other_site, fetch_once, location
):
    site.says("/", status=302, headers={"Location": location.format(port=other_site.port)})

    fetched = await fetch_once(
        site.url + "/",
        allowed_private_hosts=(f"127.0.0.1:{site.port}",),
        resolve=names(inside=[("192.168.0.1",)]),
    )

    assert fetched.outcome is Outcome.FAILED
    assert "pw" not in fetched.reason
    assert (len(site.asked), other_site.asked) == (1, [])


async def test_a_redirect_in_a_circle_ends(site, fetch_once):
    site.says("/a", status=301, headers={"Location": "/b"})
    site.says("/b", status=301, headers={"Location": "/a"})

    fetched = await fetch_once(site.url + "/a")

    assert "circle" in fetched.reason
    assert site.paths() == ["/a", "/b"]


async def test_the_sixth_redirect_is_not_followed(site, fetch_once):
    for step in range(9):
        site.says(f"/{step}", status=302, headers={"Location": f"/{step + 1}"})

    fetched = await fetch_once(site.url + "/0")

    assert "more than 5 times" in fetched.reason
    assert len(site.asked) == 6


@pytest.mark.parametrize("location", ["http://a.example:port/", "", "http://[half"])
async def test_a_redirect_to_nowhere_is_a_failure(site, fetch_once, location):
    site.says("/", status=302, headers={"Location": location})

    fetched = await fetch_once(site.url + "/")

    assert fetched.outcome is Outcome.FAILED


async def test_the_page_behind_a_redirect_needs_its_own_sites_leave(site, other_site, fetch_once):
    site.says("/a", status=301, headers={"Location": f"{other_site.url}/b"})
    other_site.says("/robots.txt", body=b"User-agent: *\nDisallow: /")

    fetched = await fetch_once(site.url + "/a", obeys_robots=True)

    assert fetched.outcome is Outcome.BLOCKED
    assert other_site.paths() == ["/robots.txt"]


async def test_a_proxy_of_the_environment_is_not_used(site, fetch_once, monkeypatch):
    """It would resolve names itself, past all checks."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    site.says("/", body=b"here")

    assert (await fetch_once(site.url + "/")).body == b"here"


def self_signed(name, folder):
    """A certificate for ``name`` and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
async def tls_site(tmp_path, monkeypatch):
    """An https site called site.example on 127.0.0.1; gives its port and the names it was asked."""
    certificate, key = self_signed("site.example", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    greeted = []
    context.sni_callback = lambda _, name, __: greeted.append(name)

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1], greeted
    server.close()
    await server.wait_closed()


async def test_tls_greets_the_site_by_its_name_though_the_address_is_called(tls_site, fetch_once):
    port, greeted = tls_site

    fetched = await fetch_once(
        f"https://site.example:{port}/", resolve=names(site=[("127.0.0.1",)])
    )

    assert (fetched.reason, fetched.body) == (None, b"here")
    assert greeted == ["site.example"]


async def test_a_certificate_for_another_name_is_refused_once(tls_site, fetch_once):
    port, greeted = tls_site

    fetched = await fetch_once(
        f"https://other.example:{port}/", resolve=names(other=[("127.0.0.1",)])
    )

    assert fetched.outcome is Outcome.FAILED
    assert "CERTIFICATE_VERIFY_FAILED" in fetched.reason
    assert greeted == ["other.example"]  # it will be as wrong the next time


def all_transport_errors(kind=httpx.TransportError):
    """Every error the library below can raise for a connection, whatever it grows."""
    return [
        kind,
        *(leaf for child in kind.__subclasses__() for leaf in all_transport_errors(child)),
    ]


@pytest.mark.parametrize("kind", all_transport_errors())
def test_every_error_of_the_library_below_is_one_sentence(kind):
    error = connection_trouble("https://a.example/?key=1", "a.example", kind("why"))

    assert isinstance(error, FetchError)
    assert str(error).startswith("https://a.example/: ")
    assert "a.example" in str(error)
    assert "(why)" in str(error)


def test_an_error_without_words_is_named():
    assert "(ReadError)" in str(connection_trouble("https://a/", "a", httpx.ReadError("")))


@pytest.mark.parametrize("kind", [httpx.LocalProtocolError, httpx.UnsupportedProtocol])
def test_our_own_mistakes_are_not_repeated(kind):
    assert not issubclass(kind, PASSING_TROUBLE)
