"""``digest sources`` and ``digest health``, as a person has them."""

import json

import pytest

from digest.model import Incident
from digest.store import health as health_store
from digest.store.engine import Database
from tests.conftest import NOW

HEADER = "commit_time\tcommit\tbytes\titems\tdistinct_pub_days\tmax_items_same_day\n"


@pytest.fixture
def listed(built, ingested):
    """The command beside a database of its own that has read the demo week, with its sources."""
    (built.folder / "sources.toml").write_text((ingested.parent / "sources.toml").read_text())
    built.settings["DIGEST_SOURCES"] = str(built.folder / "sources.toml")
    return built


def break_hacker_news(cli):
    """Store a suspect reading with its incident, as ingestion would."""
    database = Database(f"sqlite:///{cli.folder / 'var' / 'digest.db'}")
    with database.write() as session:
        (good,) = health_store.recent_readings(session, "hacker_news", limit=1)
        bad = {"outcome": "suspect", "fault": "partial", "items": 6, "capture_key": "bad"}
        later = NOW.replace(hour=15)
        health_store.put_reading(session, good.model_copy(update=bad | {"read_at": later}))
        health_store.put_incidents(
            session,
            [
                Incident(
                    source="hacker_news",
                    kind="partial",
                    reason="6 items where 17 are usual",
                    opened_at=later,
                    last_bad_at=later,
                    suspects=2,
                    items_before=17,
                    items=6,
                    alerted_at=later,
                )
            ],
        )
    database.close()


def test_all_sources_are_in_the_table_and_in_the_document(listed):
    break_hacker_news(listed)

    table, document = listed("sources"), listed("sources", "--json")

    assert (table.code, document.code, document.err) == (0, 0, "")
    assert [each["name"] for each in document.json] == [
        *("producthunt", "hacker_news", "github", "openrouter", "ollama"),
        *("halyard", "toolroom_letter"),
    ]
    assert all(each["name"] in table.out for each in document.json)
    assert (
        "hacker_news: partial since 2026-11-20 15:00 UTC, 2 readings in a row (alert raised); "
        "17 items before, 6 now; 6 items where 17 are usual"
    ) in table.out
    assert document.json[1]["incident"]["kind"] == "partial"
    assert [each["items"] for each in document.json[1]["trend"]] == [17, 6]


def line_of(table, name):
    """The cells of a source's line in the table."""
    (line,) = (line for line in table.splitlines() if line.startswith(f" {name} "))
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_a_source_that_came_back_unchanged_shows_what_stands_again(listed):
    break_hacker_news(listed)
    bad = line_of(listed("sources").out, "hacker_news")
    database = Database(f"sqlite:///{listed.folder / 'var' / 'digest.db'}")
    with database.write() as session:
        (good,) = health_store.recent_readings(session, "hacker_news", limit=1)
        same = {"outcome": "unchanged", "items": 0, "capture_key": ""}
        later = NOW.replace(hour=21)
        health_store.put_reading(session, good.model_copy(update=same | {"read_at": later}))
    database.close()

    back = line_of(listed("sources").out, "hacker_news")

    assert (bad[2], back[2]) == ("6 of 17", "17 of 17")


def test_what_no_run_asks_for_is_due_at_no_time(digest):
    shown = digest("sources").out

    assert line_of(shown, "product-hunt-api")[1:] == ["off", "0", "—", "—", "—", "—"]
    assert line_of(shown, "product-hunt")[-1] == "now"


def test_a_walled_site_is_said_to_be_given_by_hand(digest):
    page = digest.folder / "page.html"
    page.write_text("<html><body>Nothing</body></html>")
    at = ("--url", "https://theresanaiforthat.com/", "--captured-at", "2026-11-20T08:00:00Z")
    digest("capture", "add", "taaft_listing", str(page), *at)

    shown = digest("sources").out

    assert "taaft_listing: its pages are given by hand (digest capture add)" in shown
    assert "no longer in the sources file" not in shown
    assert line_of(shown, "taaft_listing")[-1] == "—"


def test_an_operator_accepts_mutes_and_unmutes(listed):
    break_hacker_news(listed)

    accepted = listed("sources", "accept", "hacker_news", "--by", "Ada")
    again = listed("sources", "accept", "hacker_news")
    muted = listed("sources", "mute", "github", "--days", "2")
    shown = listed("sources")
    unmuted = listed("sources", "unmute", "github")

    assert accepted.out.startswith("hacker_news: 6 items are the new normal")
    assert again.sentence.endswith("its last reading is not suspect; nothing to accept")
    assert muted.out == "github: muted until 2026-11-22 09:00 UTC\n"
    assert "github: muted until 2026-11-22 09:00 UTC by " in shown.out
    assert unmuted.out == "github: not muted\n"
    document = listed("sources", "--json").json
    assert (document[1]["incident"], document[1]["usual"]) == (None, 6)
    assert document[1]["past"][0]["ended_by"] == "Ada"
    assert document[2]["muted_until"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("accept", "hackernews"), "no source 'hackernews'; did you mean hacker_news?"),
        (("mute", "githup"), "no source 'githup'; did you mean github?"),
        (("unmute", "x"), "no source 'x'; the sources file has: producthunt, hacker_news"),
        (
            ("mute", "github", "--until", "2020-01-01"),
            "source github: 2020-01-01 00:00 UTC is past",
        ),
        (
            ("mute", "github", "--until", "2030-01-01", "--days", "2"),
            "--until and --days say the same thing",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(listed, arguments, said):
    assert listed("sources", *arguments).sentence.startswith(said)


def test_a_mute_until_no_time_is_wrong_usage(listed):
    ran = listed("sources", "mute", "github", "--until", "soon")

    assert ran.code == 2
    assert "'soon' is no ISO time" in ran.err


def test_the_doctor_finds_what_is_kept_and_what_ships(digest):
    found = digest("sources", "doctor")

    assert found.code == 0
    assert "hacker-news: no response of it is kept; it was not read yet" in found.out
    assert "hacker_news, look-alike: ok, 17 launches of 17 rows\n    date 17, url 16" in found.out


def test_a_source_that_was_never_read_is_listed_too(digest):
    rows = digest("sources", "--json").json

    assert len(rows) > 10
    assert {row["outcome"] for row in rows} == {None}


def test_a_recorded_series_is_replayed(digest):
    lines = [f"2026-03-{day:02}T06:00:00+01:00\tc\t9\t60\t59\t2\n" for day in range(1, 9)]
    lines[5] = "2026-03-06T06:00:00+01:00\tc\t9\t0\t0\t0\n"
    (digest.folder / "series.tsv").write_text(HEADER + "".join(lines))

    document = digest("health", "replay", "series.tsv", "--json")
    table = digest("health", "replay", "series.tsv")

    assert json.loads(document.out) == [
        {"time": "2026-03-06T05:00:00+00:00", "kind": "empty", "items": 0, "expected": 60}
    ]
    assert "2026-03-06 05:00" in table.out
    assert digest("health", "replay", "series.tsv", "--floor", "61").out.count("partial") == 1


def test_a_series_without_trouble_is_an_empty_list(digest):
    (digest.folder / "series.tsv").write_text(HEADER)

    assert digest("health", "replay", "series.tsv", "--json").json == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "series.tsv: cannot be read (No such file or directory)"),
        (b"", "series.tsv: it is empty"),
        (HEADER.replace("\t", ",").encode(), "series.tsv: its columns are parted by commas"),
        (b"\xff\xfe", "series.tsv: is not UTF-8 text"),
        (HEADER.encode() + b"2026-03-06\tc\t9\tx\t0\t0", "series.tsv, line 2: items is 'x'"),
    ],
)
def test_what_is_no_series_is_said_in_a_sentence(digest, content, said):
    if content is not None:
        (digest.folder / "series.tsv").write_bytes(content)

    assert digest("health", "replay", "series.tsv", "--json").sentence.startswith(said)
