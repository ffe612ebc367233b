"""What comes back, from the mailbox to the list of addresses that are not mailed."""

from pathlib import Path

import pytest

from digest.readers import links
from digest.store.engine import Database
from tests.steps import mailed as mailed_readers
from tests.steps.mailed import WEEK, reader

SECRET = mailed_readers.SECRET.decode()
COMPLAINT = """\
From: loop@reader.example
To: bounces+{token}@news.example
Subject: Complaint
Message-ID: <complaint@reader.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=_cut"

--=_cut
Content-Type: text/plain

A reader pressed the button.

--=_cut
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Loop/1.0
Version: 1

--=_cut--
"""


@pytest.fixture
def mailed(digest) -> Path:
    """A maildir of reports on an issue that one reader got; the command reads it."""
    digest.settings["DIGEST_SECRET"] = SECRET
    box = digest.folder / "box"
    digest.settings["DIGEST_FEEDBACK_MAILDIR"] = str(box)
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    digest("migrate")
    database = Database(f"sqlite:///{digest.folder / 'var' / 'digest.db'}")
    mailed_readers.add_readers(database, 1)
    database.close()
    return box


def test_a_complaint_goes_from_the_mailbox_to_the_list_and_back(digest, mailed: Path):
    token = links.bounce_token(WEEK, reader(0), secret=SECRET.encode())
    (mailed / "new" / "1.M1.host").write_text(COMPLAINT.format(token=token))
    listing = digest.folder / "list.csv"
    listing.write_text("email\nR0@READER.example\nbob@reader.example\n")

    collected = digest("feedback", "collect", "--json")
    again = digest("feedback", "collect")
    (record,) = digest("feedback", "list", "--week", WEEK, "--json").json
    (week,) = digest("feedback", "weeks", "--json").json
    (entry,) = digest("suppressions", "list", "--json").json
    foreign = digest("suppressions", "list", secret="another secret of thirty-two letters")
    imported = digest("subscribers", "import", listing, "--confirmed", "--json").json
    nameless = digest("suppressions", "lift", "r0@reader.example", "--by", "", "--because", "x")
    lifted = digest("suppressions", "lift", "R0@reader.example", "--by", "Grace", "--because", "x")

    assert collected.json["mails"] == {
        "read": 1,
        "removed": 1,
        "kept": 0,
        "set_aside": 0,
        "failed": 0,
    }
    assert collected.json["new"] == {"complained": 1}
    assert again.out == "0 mails read; new: nothing\n"
    assert (record["effect"], record["subscriber"]) == ("complained", reader(0))
    assert (week["kinds"], week["complaint_rate"]) == ({"complaint": 1}, 1.0)
    assert (entry["kind"], entry["guards"]) == ("complaint", True)
    assert "r0@" not in str(entry)
    assert "1 mark of another DIGEST_SECRET guard" in foreign.err
    assert (imported["added"], imported["suppressed"]) == (1, {"complaint": 1})
    assert "--by NAME" in nameless.sentence
    assert "was listed for a complaint since 2026-11-20, and may sign up again" in lifted.out
    assert digest("suppressions", "list").out == "suppressions: none\n"


def test_a_mailbox_that_cannot_be_read_is_a_sentence_and_an_exit_code(digest, tmp_path: Path):
    ran = digest("feedback", "collect", feedback_maildir=str(tmp_path / "nowhere"))

    assert ran.code == 1
    assert ran.out == "0 mails read; new: nothing\n"
    assert ran.err.startswith(f"digest: mailbox {tmp_path / 'nowhere'}: ")
    assert "name a maildir with the folders new and cur" in ran.err


def test_without_a_mailbox_only_what_servers_said_counts_and_that_is_said(digest):
    ran = digest("feedback", "collect")

    assert ran.code == 0
    assert "DIGEST_FEEDBACK_IMAP_URL or DIGEST_FEEDBACK_MAILDIR" in ran.err
    assert digest("feedback", "list").out == "feedback: none\n"
    assert digest("feedback", "weeks").out == "issues: none\n"
