"""Whatever is wrong is one sentence: what, where, what to do; exit 1, and nothing is lost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from digest.demo.site import DemoSite, Page, demo_pages

WEEK = "2026-W47"


def test_a_bad_setting_is_refused_before_anything_is_touched(digest):
    assert digest("status", timezone="Mars/Base").sentence.startswith("DIGEST_TIMEZONE: ")
    assert list(digest.folder.iterdir()) == []


@pytest.mark.parametrize("week", ["yesterday", "2026-47", "2026-w47", "2026-W471", "2026-\udcff"])
def test_a_text_that_is_no_week_is_said_at_once(digest, week: str):
    """Before a database is looked for."""
    sentence = digest("send", week).sentence

    assert sentence.endswith("not a week; give it as ISO year and week, such as 2026-W47")
    assert list(digest.folder.iterdir()) == []


def test_weeks_that_cannot_be_built(built):
    assert "has no week 99" in built("build", "--week", "2026-W99").sentence
    assert "the week has not begun" in built("build", "--week", "2026-W48").sentence


@pytest.mark.parametrize(
    "arguments",
    [("approve", "--by", "Ada"), ("send",), ("deliveries",), ("export",)],
    ids=lambda arguments: arguments[0],
)
def test_a_week_without_an_issue_is_to_be_built_first(digest, arguments):
    sentence = digest(arguments[0], "2026-W40", *arguments[1:]).sentence

    assert sentence == "no issue '2026-W40'; build it first: digest build --week 2026-W40"


def test_wishes_that_cannot_be_followed_leave_the_issue_as_it_was(built):
    before = built("status", "--json").json

    assert "'a+b+c' is neither a tool's slug nor a pair" in (
        built("build", "--pin", "a+b+c").sentence
    )
    assert "nosuch: no such tool is known" in built("build", "--pin", "nosuch").sentence
    assert built("build", "--ban", "emberlin").sentence == (
        f"issue {WEEK}: emberlin cannot be banned: no such tool is known, did you mean emberline?"
    )
    assert "digest build --json lists the slugs" in built("build", "--ban", "zzzzzzzz").sentence
    assert built("status", "--json").json == before


def test_templates_that_are_not_there(built):
    nowhere = built("build", templates_dir="nowhere").sentence
    empty = built("build", templates_dir=".").sentence

    assert "nowhere: there is no such folder; set DIGEST_TEMPLATES_DIR" in nowhere
    assert "issue/issue.mjml.j2: the file is missing; set DIGEST_TEMPLATES_DIR" in empty


def test_a_release_needs_a_name(built):
    assert "needs the name of a person: --by NAME" in built("approve", WEEK, "--by", " ").sentence
    assert built("approve", WEEK).code == 2


def test_an_unreleased_issue_and_one_without_readers_are_not_sent(built):
    unreleased = built("send", WEEK).sentence
    built("approve", WEEK, "--by", "Ada")
    without_readers = built("send", WEEK).sentence

    assert f"look at it, then: digest approve {WEEK} --by NAME" in unreleased
    assert "digest subscribers import FILE --confirmed" in without_readers


# --- lists of readers


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory); name a file that can"),
        (b"", "the list has no column email; its first line must name the columns"),
        (b"name,mail\na,b\n", "the list has no column email"),
        (b"\x00\xff\xfe\x80", "is not UTF-8 text; save it as CSV in UTF-8"),
        (b"email\n" + b"x" * 200_000 + b"@a.example\n", "the list is no CSV after line 1"),
    ],
)
def test_a_list_that_is_none_is_named(digest, content: bytes | None, said: str):
    file = digest.folder / "list.csv"
    if content is not None:
        file.write_bytes(content)

    assert digest("subscribers", "import", file).sentence.startswith(f"{file}: {said}")


def test_lines_without_an_address_are_told_one_by_one_and_the_others_taken(digest):
    """A line break inside a quoted field is no new line of the list."""
    file = digest.folder / "list.csv"
    file.write_bytes(b'\xef\xbb\xbfEMAIL,note\r\nada@b.example,"two\r\nlines"\r\nnobody,x\r\n')

    ran = digest("subscribers", "import", file)

    assert ran.code == 0
    assert ran.out == "1 added, 0 known before, 0 had left and stay away, 1 not usable\n"
    assert "line 4: 'nobody' is not a usable e-mail address" in ran.err


# --- databases


def test_databases_that_cannot_be_used(digest):
    (digest.folder / "text.db").write_text("this only looks like a database\n" * 9)
    (digest.folder / "file").write_text("")

    def sentence(url: str) -> str:
        return digest("status", database_url=url).sentence

    assert "file is not a database" in sentence("sqlite:///text.db")
    assert "unable to open database file" in sentence("sqlite:///.")
    assert "the folder file cannot be made (File exists)" in sentence("sqlite:///file/digest.db")
    assert "keeps nothing; name a file" in sentence("sqlite:///:memory:")
    assert "mysql is not supported" in sentence("mysql://u:geheim@host/x")
    for url in ("nonsense", "postgres://u:geheim@host/x", "postgresql://u:geheim@host:port/x"):
        told = sentence(url)
        assert "use sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME" in told
        assert "geheim" not in told


def test_a_postgresql_that_is_down_is_named_without_its_password(digest):
    for command in ("status", "migrate"):
        told = digest(command, database_url="postgresql://u:geheim@127.0.0.1:1/x").sentence
        assert "u:***@127.0.0.1:1/x cannot be opened" in told
        assert told.endswith("check DIGEST_DATABASE_URL")


def _in(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


def test_a_database_of_another_time_is_left_alone(built):
    path = built.folder / "var" / "digest.db"
    _in(path, "UPDATE digest_alembic_version SET version_num = '9999'")
    content = path.read_bytes()

    for command in ("status", "migrate"):
        assert "made by a newer version; install that version" in built(command).sentence
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("statement", "command", "said"),
    [
        ("DROP TABLE tool", ("status",), "no such table: tool"),
        ("UPDATE issue SET document = '{}'", ("export", WEEK), "a damaged issue (week: "),
    ],
)
def test_a_damaged_database_is_said(built, statement, command, said):
    _in(built.folder / "var" / "digest.db", statement)

    assert said in built(*command).sentence


def test_an_edition_changed_in_the_database_is_neither_released_nor_sent(built, readers):
    built("subscribers", "import", readers, "--confirmed")
    path = built.folder / "var" / "digest.db"
    _in(path, "UPDATE edition SET text = text || 'buy this'")
    unreleased = built("approve", WEEK, "--by", "Ada").sentence
    built("build", "--week", WEEK)
    assert built("approve", WEEK, "--by", "Ada").code == 0
    _in(path, "UPDATE edition SET text = text || 'buy this'")
    unsent = built("send", WEEK).sentence

    for told in (unreleased, unsent):
        assert "it was changed in the database; make a new one: digest build" in told
    assert not (built.folder / "var" / "outbox").exists()


# --- sources


@pytest.fixture
def changed_site(socket_enabled) -> Callable[..., DemoSite]:
    """The demo's sites with some pages replaced; the command reads them."""
    del socket_enabled

    def start(**pages: Page) -> DemoSite:
        names = {"news": "/api/v1/search_by_date", "models": "/api/v1/models", "feed": "/feed"}
        return DemoSite(pages=demo_pages() | {names[key]: page for key, page in pages.items()})

    return start


def test_html_where_json_is_due_stops_no_other_source(digest, changed_site, demo_settings):
    html = Page(b"<!doctype html><title>Hello</title>", "text/html")
    with changed_site(news=html) as site:
        digest.settings.update(demo_settings(site))
        ran = digest("ingest", "--json")

    outcomes = {source["source"]: source["outcome"] for source in ran.json["sources"]}
    assert ran.code == 1
    assert outcomes.pop("hacker_news") == "failed"
    assert set(outcomes.values()) == {"ok"}
    assert ran.err == ("digest: source hacker_news, failed: a web page (HTML) where JSON is due\n")


def test_a_truncated_gzip_is_not_read_in_part(digest, changed_site, demo_settings):
    class Truncated(Page):
        @property
        def gzipped(self) -> bytes:
            return super().gzipped[:-20]

    page = demo_pages()["/api/v1/models"]
    with changed_site(models=Truncated(page.body, page.content_type)) as site:
        digest.settings.update(demo_settings(site))
        ran = digest("ingest", "--source", "openrouter", "--json")

    (report,) = ran.json["sources"]
    assert (ran.code, report["outcome"], report["new"]) == (1, "failed", 0)
    assert "the gzip body is truncated" in ran.err


def test_an_unreachable_source_is_said_and_kept_in_the_status(digest, demo_settings, site):
    digest.settings.update(demo_settings(site))
    sources = Path(digest.settings["DIGEST_SOURCES"])
    sources.write_text(
        '[[source]]\nname = "down"\nkind = "hn_algolia"\nurl = "http://127.0.0.1:1/x"\n'
    )

    ran = digest("ingest")
    (state,) = digest("status", "--json").json["sources"]

    assert ran.code == 1
    assert "down, failed: http://127.0.0.1:1/x: no connection" in ran.err
    assert (state["outcome"], state["good_at"]) == ("failed", None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read (No such file or directory); set DIGEST_SOURCES"),
        ('[[source]]\nname="x"\nkind="hn_alogia"\nurl="https://x.org/"', "did you mean"),
        ("[[source", "is not TOML"),
    ],
)
def test_a_sources_file_that_cannot_be_used(digest, text: str | None, said: str):
    if text is not None:
        (digest.folder / "my.toml").write_text(text)

    assert said in digest("ingest", sources="my.toml").sentence


def test_an_unknown_source_is_told_the_known_ones(digest):
    assert "it has: product-hunt, " in digest("ingest", "--source", "nosuch").sentence


def test_a_host_list_that_is_none(digest):
    told = digest("ingest", allowed_private_hosts="host:port").sentence

    assert told.startswith("DIGEST_ALLOWED_PRIVATE_HOSTS: 'host:port' is neither host")


def test_captures_that_cannot_be_kept_store_no_launch(digest, demo_settings, site):
    """So that the next run, with room, reads the page whole."""
    digest.settings.update(demo_settings(site))
    (digest.folder / "taken").write_text("")

    ran = digest("ingest", captures_dir="taken")
    counts = digest("status", "--json").json["counts"]
    again = digest("ingest", "--json").json["sources"]

    assert ran.code == 1
    assert ran.err.count("set DIGEST_CAPTURES_DIR to a folder that can be written") == 7
    assert counts["launches"] == 0
    assert {source["outcome"] for source in again} == {"ok"}


# --- files, ports and other places


def test_an_export_to_where_nothing_can_be_written(built):
    (built.folder / "taken").write_text("")

    told = built("export", WEEK, "--dir", "taken").sentence
    assert told == "taken: cannot be written to (File exists); name another folder with --dir"


def test_a_port_that_is_taken(digest, site):
    port = site.base.rpartition(":")[2]

    told = digest("web", "--port", port).sentence

    assert told.startswith(f"cannot listen on 127.0.0.1 port {port} (")
    assert told.endswith("name another with --host and --port")
    assert "nosuch.invalid" in digest("web", "--host", "nosuch.invalid").sentence
    assert digest("web", "--port", "99999").code == 2


def test_a_published_comparison_is_taken_back_and_let_stand_again(built):
    built("approve", WEEK, "--by", "Ada")
    slug = built("build", "--week", WEEK, "--json").json["comparisons"][0]["slug"]
    built("approve", WEEK, "--by", "Ada")

    nameless = built("withdraw", slug, "--reason", "a wrong licence")
    unknown = built("withdraw", "no-vs-such", "--by", "Ada", "--reason", "so")
    done = built("withdraw", slug, "--by", "Ada", "--reason", "a wrong licence", "--json").json
    undone = built("withdraw", slug, "--undo")

    assert "give --by and --reason" in nameless.sentence
    assert unknown.sentence == "no comparison 'no-vs-such'"
    assert (done["slug"], done["by"], done["stands"]) == (slug, "Ada", False)
    assert undone.out == f"{slug} of {WEEK} stands again\n"
    assert "nothing to undo" in built("withdraw", slug, "--undo").sentence
