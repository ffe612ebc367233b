"""Pause, resume, cancel, limits, restored backups, the relay's log: as an operator has them."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from digest.mail.wire import message_id

WEEK = "2026-W47"
FILES = ("digest.db", "digest.db-wal", "digest.db-shm")


@pytest.fixture
def approved(built, readers: Path):
    """The week's issue, approved, for three readers; mails become files."""
    assert built("subscribers", "import", readers, "--confirmed").code == 0
    assert built("approve", WEEK, "--by", "Ada").code == 0
    return built


def mails(cli) -> int:
    return len(list((cli.folder / "var" / "outbox").rglob("*.eml")))


def test_a_paused_issue_is_sent_only_after_it_is_resumed(approved):
    paused = approved("pause", WEEK, "--by", "Ada", "--because", "a wrong price.")
    refused = approved("send", WEEK)
    shown = approved("deliveries", WEEK)

    assert paused.out == (
        f"{WEEK}: paused by Ada: a wrong price\nto go on: digest resume {WEEK} --by NAME\n"
    )
    assert (refused.code, refused.out) == (4, "")
    assert refused.err == (
        f"digest: issue {WEEK}: it is paused by Ada: a wrong price; to go on: "
        f"digest resume {WEEK} --by NAME, then digest send {WEEK}\n"
    )
    assert "pause by Ada: a wrong price, 2026-11-20 09:00 UTC" in shown.out
    assert mails(approved) == 0
    assert approved("resume", WEEK, "--by", "Bob", "--json").json == {
        "week": WEEK,
        "kind": "resume",
        "by": "Bob",
        "because": None,
        "was": "paused",
        "ordered_at": "2026-11-20T09:00:00Z",
        "state": "approved",
        "audience": 0,
        "states": {},
        "sums": True,
    }
    assert approved("send", WEEK).code == 0
    assert mails(approved) == 3
    assert approved("pause", WEEK, "--by", "Ada").sentence == (
        f"issue {WEEK}: it is sent: every mail of it has its end"
    )


def test_a_cancelled_issue_is_never_sent_and_built_no_more(approved):
    done = approved("cancel", WEEK, "--by", "Ada")

    assert done.out == f"{WEEK}: cancelled for good by Ada\n"
    assert approved("send", WEEK).code == 4
    assert approved("build", "--week", WEEK).sentence == (
        f"issue {WEEK}: it is cancelled, so it cannot be built again"
    )
    assert "it was cancelled, which is for good" in (
        approved("resume", WEEK, "--by", "Ada").sentence
    )


def test_the_counts_of_deliveries_are_exactly_these(approved):
    approved("send", WEEK)

    assert approved("deliveries", WEEK, "--json").json == {
        "week": WEEK,
        "audience": 3,
        "states": {"accepted": 3},
        "sums": True,
    }


def test_a_restored_backup_sends_nothing_until_somebody_says_what_it_is(approved):
    var = approved.folder / "var"
    backup = approved.folder / "backup"
    backup.mkdir()
    kept = [name for name in FILES if (var / name).exists()]
    for name in kept:
        shutil.copy(var / name, backup)
    approved("send", WEEK)
    assert mails(approved) == 3
    for name in FILES:
        (var / name).unlink(missing_ok=True)
    for name in kept:
        shutil.copy(backup / name, var)

    sentence = approved("send", WEEK).sentence
    doubted = approved("send", WEEK, "--after-restore", "uncertain")

    assert "it was restored from a backup" in sentence
    assert f"digest send {WEEK} --after-restore uncertain" in sentence
    assert (doubted.code, doubted.out) == (3, "")
    assert "3 mails in doubt now" in doubted.err
    assert approved("deliveries", WEEK, "--json").json["states"] == {"uncertain": 3}
    log = approved.folder / "mail.log"
    secret = (var / "secret").read_bytes()
    with closing(sqlite3.connect(var / "digest.db")) as database:
        (reader,) = database.execute("SELECT subscriber FROM delivery LIMIT 1").fetchone()
    log.write_text(message_id(secret, WEEK, reader, "verdicts.example.com"))
    resolved = approved("deliveries", "resolve", WEEK, "--log", log, "--by", "Ada")
    assert resolved.out == (
        f"{WEEK}: 1 uncertain mail now accepted, by the log\n"
        "2 mails still uncertain, which the log does not name: "
        f"digest deliveries resolve {WEEK} --as accepted|queued --by NAME\n"
    )
    assert mails(approved) == 3


@pytest.mark.parametrize(
    "options",
    [(), ("--as", "accepted", "--log", "x"), ("--log", "x", "--address", "a@b.example")],
)
def test_a_decision_is_by_word_or_by_log(digest, options):
    ran = digest("deliveries", "resolve", WEEK, "--by", "Ada", *options)

    assert ran.code == 2
    assert "give either --as" in ran.err


def test_limits_that_are_set_are_shown(digest):
    ran = digest("throttles", "--json", send_rate="20", send_domain_rates="lake.example=30")

    assert [(each["domain"], each["a_minute"]) for each in ran.json] == [
        ("", 1200.0),
        ("lake.example", 30.0),
    ]
    assert digest("throttles").out == "limits: none\n"
    assert "messages a minute above 0" in digest("throttles", send_domain_rates="lake=0").sentence
