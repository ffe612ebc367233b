"""``digest fetch``: what one page gives, under the guards of ingestion, with its response kept."""

import gzip
import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.sources.captures import CaptureStore
from digest.store import captures as capture_store
from digest.store.engine import Database

_SPEC = importlib.util.spec_from_file_location(
    "scripted_site", Path(__file__).parents[1] / "sources" / "fetching" / "scripted_site.py"
)
scripted_site = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(scripted_site)

pytestmark = pytest.mark.enable_socket

PAGE = "<!doctype html><title>Préface</title>".encode()
LOOPBACK = "127.0.0.0/8"


@pytest.fixture
def site() -> Iterator[scripted_site.Site]:
    with scripted_site.running("127.0.0.1") as running:
        yield running


def test_a_page_is_described_and_kept_on_an_empty_database(digest, site):
    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    site.says("/a?token=hunter2", status=302, headers={"Location": "/b"})
    site.says("/b", body=gzip.compress(PAGE), headers=headers)

    ran = digest("fetch", f"{site.url}/a?token=hunter2", "--json", allowed_private_hosts=LOOPBACK)

    said = ran.json
    assert (ran.code, ran.err) == (0, "")
    assert said == {
        "url": f"{site.url}/a",
        "outcome": "ok",
        "reason": None,
        "status": 200,
        "final_url": f"{site.url}/b",
        "content_type": "text/html",
        "content_encoding": "gzip",
        "charset": "utf-8",
        "charset_known_by": "content",
        "wire_octets": len(gzip.compress(PAGE)),
        "decoded_octets": len(PAGE),
        "capture_key": said["capture_key"],
    }
    database = Database(f"sqlite:///{digest.folder / 'var' / 'digest.db'}")
    with database.read() as session:
        kept = capture_store.capture_of(session, said["capture_key"])
    database.close()
    assert kept.body_sha256 == hashlib.sha256(PAGE).hexdigest()
    assert CaptureStore(digest.folder / "var" / "captures").get(kept.body_sha256) == PAGE


def test_a_page_in_trouble_is_described_too(digest, site):
    site.says("/", status=403, body=b"no")

    ran = digest("fetch", site.url + "/", "--json", allowed_private_hosts=LOOPBACK)

    assert (ran.code, ran.json["outcome"], ran.json["status"]) == (1, "blocked", 403)
    assert ran.json["capture_key"]


def test_the_guards_of_ingestion_hold(digest, site):
    ran = digest("fetch", site.url + "/", "--json")

    assert (ran.code, ran.json["outcome"], ran.json["status"]) == (1, "failed", None)
    assert "name it in DIGEST_ALLOWED_PRIVATE_HOSTS" in ran.json["reason"]
    assert site.asked == []


def test_pages_obey_robots_txt(digest, site):
    site.says("/robots.txt", body=b"User-agent: *\nDisallow: /")

    ran = digest("fetch", site.url + "/page", "--json", allowed_private_hosts=LOOPBACK)

    assert (ran.code, ran.json["outcome"]) == (1, "blocked")
    assert site.paths() == ["/robots.txt"]


@pytest.mark.parametrize("url", ["nonsense", "x", "", "http://"])
def test_what_is_no_address_is_one_clear_reason(digest, url):
    ran = digest("fetch", url, "--json")

    assert (ran.code, ran.json["outcome"]) == (1, "failed")
    assert ran.json["reason"]


def test_a_person_gets_a_table(digest, site):
    site.says("/", body=PAGE)

    ran = digest("fetch", site.url + "/", allowed_private_hosts=LOOPBACK)

    assert ran.code == 0
    assert "capture_key" in ran.out


@pytest.mark.parametrize("url", ["", "x", "ftp://a.example/x", "file:///etc/passwd"])
def test_what_begins_with_no_web_address_is_told_how_to_begin(digest, url):
    ran = digest("fetch", url, "--json")

    assert (ran.code, ran.err) == (1, "")
    assert ran.json["reason"] == f"{url!r} is no web address; begin it with https://"
