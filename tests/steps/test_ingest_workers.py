"""Two workers on one database against sites that refuse every third request: nobody is pressed."""

import importlib.util
import itertools
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "scripted_site", Path(__file__).parents[1] / "sources" / "fetching" / "scripted_site.py"
)
scripted_site = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(scripted_site)

pytestmark = pytest.mark.enable_socket

HOSTS = ("127.0.0.21", "127.0.0.22", "127.0.0.23")
PATHS = ("/a.xml", "/b.xml")
ASKS_FOR_S = 1.0
ETAG = '"one"'
FEED = b"""<feed xmlns="http://www.w3.org/2005/Atom">
<entry><id>urn:1</id><title>Tallowmere</title><link href="https://tallowmere.example/"/>
<published>2026-11-19T09:00:00Z</published></entry></feed>"""


class Flaky(scripted_site.Site):
    """Refuses every third request; answers each after a moment, and says 304 to who knows it."""

    def __init__(self, host):
        super().__init__(host)
        self.answers = []
        """When each request came, and the status of its answer."""

    def take(self, asked):
        """Note the request and answer it."""
        self.says(asked.path)
        super().take(asked)
        is_third = len(self.asked) % 3 == 0
        status = 503 if is_third else 304 if asked.headers.get("if-none-match") == ETAG else 200
        self.answers.append((asked.at, status))
        headers = {"Retry-After": str(int(ASKS_FOR_S))} if is_third else {"ETag": ETAG}
        body = FEED if status == 200 else b""
        return scripted_site.Reply(status=status, body=body, headers=headers, after_s=0.1)


@pytest.fixture
def sites():
    with ExitStack() as stack:
        yield [stack.enter_context(scripted_site.running(host, Flaky)) for host in HOSTS]


@pytest.fixture
def start(sites, db_url, tmp_path):
    """Start a worker that reads all sources."""
    entries = [
        f'[[source]]\nname = "s{number}"\nkind = "feed"\nurl = "{site.url}{path}"\n'
        "floor = 0\nspacing_s = 0\n"
        for number, (site, path) in enumerate(itertools.product(sites, PATHS))
    ]
    (tmp_path / "sources.toml").write_text("".join(entries))
    environment = {name: text for name, text in os.environ.items() if "DIGEST" not in name} | {
        "DIGEST_DATABASE_URL": db_url,
        "DIGEST_SOURCES": str(tmp_path / "sources.toml"),
        "DIGEST_CAPTURES_DIR": str(tmp_path / "captures"),
        "DIGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
    }

    def begin():
        program = "from digest.cli import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", program, "ingest", "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    return begin


def outcomes(worker):
    said = json.loads(worker.communicate(timeout=120)[0])
    return [report["outcome"] for report in said["sources"]]


def test_two_workers_press_no_host_and_find_all_unchanged_the_next_time(sites, start):
    first = [outcomes(worker) for worker in [start(), start()]]
    rests = [rest for site in sites for rest in rests_of(site.answers)]
    for site in sites:
        site.answers.clear()
    second = outcomes(start())

    assert {outcome for each in first for outcome in each} <= {"ok", "unchanged"}
    assert second == ["unchanged"] * 6
    assert {status for site in sites for _, status in site.answers} <= {304, 503}
    assert [site.busiest for site in sites] == [1, 1, 1]
    assert len(rests) >= 3
    assert min(rests) >= ASKS_FOR_S


def rests_of(answers):
    """Give the seconds from each refusal's request to the next one of any worker."""
    pairs = itertools.pairwise(answers)
    return [later - at for (at, status), (later, _) in pairs if status == 503]
