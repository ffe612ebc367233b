"""Where the outside ends: pipes, full disks, odd terminals, Ctrl-C, mail servers; and parse alone."""

import importlib.util
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.demo.site import demo_pages
from digest.sources import parsers

WEEK = "2026-W47"
_SPEC = importlib.util.spec_from_file_location(
    "smtp_server", Path(__file__).parents[1] / "delivery" / "smtp_server.py"
)
smtp_server = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = smtp_server
_SPEC.loader.exec_module(smtp_server)


def test_help_loads_none_of_the_heavy_parts(digest):
    code = (
        "import sys\nfrom digest.cli import main\nsys.argv = ['digest', '--help']\n"
        "try: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=digest.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    heavy = {"sklearn", "scipy", "prefect", "fastapi", "uvicorn", "alembic", "httpx", "bs4"}
    assert heavy & set(done.stderr.split()) == set()
    assert max(map(len, done.stdout.splitlines())) <= 80
    order = ("ingest", "build", "export", "approve", "send", "status", "deliveries")
    places = [done.stdout.index(f"│ {name} ") for name in order]
    assert places == sorted(places)


@pytest.mark.parametrize("arguments", [("status",), ("status", "--json"), ("--help",)])
def test_a_reader_that_has_seen_enough_is_no_error(digest, arguments):
    process = subprocess.Popen(
        digest.command(*arguments),
        env=digest.environment,
        cwd=digest.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()  # as "| head -0" does
    _, err = process.communicate(timeout=60)

    assert "Error" not in err
    assert "Traceback" not in err
    assert "Exception" not in err


@pytest.mark.parametrize("arguments", [("status",), ("status", "--json"), ("--version",)])
def test_output_onto_a_full_disk_is_said(digest, arguments):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            digest.command(*arguments),
            env=digest.environment,
            cwd=digest.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert "digest: the output cannot be used (No space left on device)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_terminal_that_knows_no_dash_is_served_all_the_same(built):
    """Tables lose what cannot be shown; JSON is UTF-8 everywhere."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    built.settings.update(plain)

    table = built.cold("status")
    report = built.cold("build", "--week", WEEK, "--json")

    assert table.code == 0
    assert "?" in table.out  # in place of the dash of an audience that is not frozen
    assert report.json["comparisons"][0]["tiles"]["a"]["community"]["label"] == "—"


def test_ctrl_c_is_quiet_whenever_it_comes(digest, demo_settings, site):
    digest.settings.update(demo_settings(site))
    for delay in (0.1, 0.4, 0.8, 1.6):
        process = subprocess.Popen(
            digest.command("ingest"),
            env=digest.environment,
            cwd=digest.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        if delay > 0.3:  # before that even our own first line may not have run
            assert process.returncode in {0, 130}
            assert "Traceback" not in err


def test_ctrl_c_is_quiet_even_where_it_cannot_be_raised(digest):
    """While an object is taken apart, an exception is printed and lost."""
    code = (
        "class Late:\n    def __del__(self): raise KeyboardInterrupt\n"
        "import digest.cli.app\ndigest.cli.app.run = lambda: Late() and print('went on')\n"
        "from digest.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=digest.environment, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr, done.stdout) == (130, b"", b"")


def test_a_fault_of_our_own_is_a_sentence_and_a_file(digest):
    """The settings are broken on purpose, to stand for what nobody foresaw."""
    code = (
        "def fail(*a, **k): raise KeyError('secret of ours')\n"
        "import digest.settings\ndigest.settings.load_settings = fail\n"
        "from digest.cli import main\nimport sys\nsys.argv = ['digest', 'status']\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=digest.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("digest: this is a fault in the program itself (KeyError); ")
    (file,) = digest.folder.glob("digest-fault-*.txt")
    assert str(file) in done.stderr
    assert "Traceback" in file.read_text()


# --- mail servers


@pytest.fixture
def server(socket_enabled):
    """A scripted mail server."""
    del socket_enabled
    running = smtp_server.SmtpServer()
    yield running
    running.close()


@pytest.fixture
def released(built, readers, server):
    """A released issue with three readers, and the scripted server as the way out."""
    built("subscribers", "import", readers, "--confirmed")
    built("approve", WEEK, "--by", "Ada")
    built.settings.update(
        {"DIGEST_TRANSPORT": "smtp", "DIGEST_SMTP_URL": f"smtp://127.0.0.1:{server.port}"}
    )
    return built


def test_a_server_that_refuses_one_recipient(released, server):
    server.script = lambda event, who: (
        "550 5.1.1 unknown"
        if (event, who[:3])
        == (
            "RCPT",
            "bob",
        )
        else None
    )

    ran = released("send", WEEK)
    listed = released("deliveries", WEEK, "--state", "rejected", "--json").json

    assert ran.code == 3
    assert f"digest: 1 mail of {WEEK} was not accepted\n" in ran.err
    assert f"  1 rejected: digest deliveries {WEEK} --state rejected\n" in ran.err
    assert listed["states"] == {"accepted": 2, "rejected": 1}
    assert [item["reply"] for item in listed["deliveries"]] == ["550 5.1.1 unknown"]
    assert released("status", "--json").json["issues"][0]["state"] == "sent"


def test_a_server_that_refuses_all(released, server):
    server.script = lambda event, _: "550 5.7.1 not from you" if event == "RCPT" else None

    ran = released("send", WEEK)

    assert ran.code == 1
    assert "every message was refused, with '550 5.7.1 not from you'" in ran.err
    assert released("deliveries", WEEK, "--json").json["sums"]


def test_a_server_that_vanishes_after_the_final_dot(released, server):
    server.script = lambda event, who: (
        smtp_server.DROP if event == "DOT" and who.startswith("bob") else None
    )

    ran = released("send", WEEK)

    assert ran.code == 3
    assert f"  1 uncertain: digest deliveries {WEEK} --state uncertain\n" in ran.err
    assert released("deliveries", WEEK, "--json").json["states"] == {
        "accepted": 2,
        "uncertain": 1,
    }


# --- parse


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("producthunt_feed", "/feed"),
        ("hn_algolia", "/api/v1/search_by_date"),
        ("github_search", "/search/repositories"),
        ("openrouter_models", "/api/v1/models"),
        ("ollama_library", "/library"),
        ("feed", "/changelog/atom.xml"),
    ],
)
def test_every_kind_is_parsed_without_a_house(digest, kind: str, path: str):
    page = demo_pages()[path]
    (digest.folder / "page").write_bytes(page.body)

    ran = digest(
        "parse",
        kind,
        "page",
        "--captured-at",
        "2026-11-20T09:00:00.5Z",
        "--content-type",
        page.content_type,
        "--json",
    )

    document = ran.json
    assert (ran.code, ran.err) == (0, "")
    assert document["outcome"] == "ok"
    assert document["reason"] is None
    wanted = {"source", "native_id", "title", "tagline", "url", "launched_at", "popularity"}
    assert all(wanted <= launch.keys() for launch in document["launches"])
    assert {launch["first_seen_at"] for launch in document["launches"]} == {
        "2026-11-20T09:00:00.500000Z"
    }
    assert [each.name for each in digest.folder.iterdir()] == ["page"]


@pytest.mark.parametrize("kind", sorted(parsers.KINDS))
def test_no_kind_needs_a_house_or_fails_on_what_is_no_page(monkeypatch, tmp_path, kind: str):
    monkeypatch.chdir(tmp_path)
    Path("page").write_bytes(b"\xff\x00 no page at all")

    result = CliRunner().invoke(app, ["parse", kind, "page", "--json"])

    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["outcome"] in {"failed", "suspect", "blocked"}
    assert document["reason"]
    assert document["launches"] == []
    assert [each.name for each in tmp_path.iterdir()] == ["page"]


def test_a_page_of_another_kind_is_an_outcome_and_no_error(digest):
    (digest.folder / "page").write_text("<!doctype html><title>no</title>")

    ran = digest("parse", "hn_algolia", "page", "--json")
    told = digest("parse", "hn_algolia", "page")

    assert ran.code == 0
    assert json.loads(ran.out)["outcome"] == "failed"
    assert told.out == "failed (a web page (HTML) where JSON is due): 0 launches of 0 rows\n"


def test_parse_says_what_it_cannot_take(digest):
    assert "is no kind of source; use one of: " in digest("parse", "x", "y").sentence
    assert "nofile: cannot be read" in digest("parse", "feed", "nofile").sentence
    wrong = digest("parse", "feed", "nofile", "--captured-at", "yesterday")
    assert wrong.code == 2
    assert "is no ISO time" in wrong.err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("capture", "list"), "captures: none\n"),
        (("export", "launches"), "launches: none\n"),
        (("replay",), "captures: none\n"),
        (("tools", "list"), "tools: none\n"),
        (("tools", "list", "--review"), "pairs: none\n"),
        (("research",), "pages: none\n0 pages looked at, 0 read, 0 facts\n"),
    ],
)
def test_of_nothing_it_is_said_what_there_is_none_of(digest, command, said):
    assert digest(*command).out == said


def test_help_shows_words_in_brackets(digest):
    assert "[source.options]" in " ".join(digest("parse", "--help").out.split())
