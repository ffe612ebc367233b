"""A mailbox is emptied mail by mail: what is stored is let go of, whenever its reader is killed."""

import multiprocessing
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from digest.delivery.mailboxes.base import KEPT
from digest.delivery.mailboxes.maildir import MaildirMailbox
from digest.errors import MailboxError, StoreError
from digest.model import (
    FeedbackEffect,
    FeedbackKind,
    SubscriberState,
)
from digest.readers import links
from digest.steps import collecting as subject
from digest.store import feedback as store
from digest.store import mailboxes as mailbox_store
from digest.store.engine import Database
from digest.store.tables import ConsentEventRow, MailTryRow, SubscriberRow
from tests.conftest import NOW
from tests.steps.mailed import SECRET, WEEK, add_readers, reader

REPORT = """\
From: MAILER-DAEMON@mx.reader.example
To: bounces+{token}@news.example
Subject: Your mail could not be delivered
Message-ID: <report-{number}@mx.reader.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_cut"

--=_cut
Content-Type: text/plain

Nobody of that name lives here.

--=_cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.reader.example

Final-Recipient: rfc822; r{number}@reader.example
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such user

--=_cut--
"""
LETTER = "From: ada@reader.example\nTo: bounces@news.example\nSubject: Hello\n\nWho are you?\n"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / "box" / part).mkdir(parents=True)
    return tmp_path / "box"


def report(number: int, status: str = "5.1.1") -> str:
    token = links.bounce_token(WEEK, reader(number), secret=SECRET)
    return REPORT.format(number=number, token=token, status=status)


def deliver(maildir: Path, *mails: str) -> None:
    for number, mail in enumerate(mails):
        (maildir / "new" / f"{1_700_000_000 + number}.M1.host").write_text(mail)


def collect(db: Database, *mailboxes, now=NOW) -> subject.CollectReport:
    parts = subject.CollectParts(db=db, secret=SECRET, clock=lambda: now)
    return subject.collect_all(mailboxes, parts=parts)


def kept(maildir: Path) -> list[str]:
    folder = maildir / f".{KEPT}" / "cur"
    return sorted(path.read_text() for path in folder.iterdir()) if folder.is_dir() else []


def left(maildir: Path) -> int:
    return sum(1 for part in ("new", "cur") for _ in (maildir / part).iterdir())


def bounced(db: Database) -> set[str]:
    with db.read() as session:
        rows = session.exec(select(SubscriberRow))
        return {row.public_id for row in rows if row.state == SubscriberState.BOUNCED}


def test_a_persons_letter_is_kept_though_it_came_to_an_address_of_one_mail(
    sqlite_db: Database, maildir: Path
):
    """Some programs answer the envelope's sender: that proves whose mail it is, and is no bounce."""
    add_readers(sqlite_db, 1)
    token = links.bounce_token(WEEK, reader(0), secret=SECRET)
    letter = LETTER.replace("bounces@", f"bounces+{token}@")
    deliver(maildir, letter)

    done = collect(sqlite_db, MaildirMailbox(maildir))

    assert (done.removed, done.kept) == (0, 1)
    assert kept(maildir) == [letter]


def test_a_mailbox_is_emptied_and_what_it_says_acts(db: Database, maildir: Path):
    add_readers(db, 3)
    deliver(maildir, report(0), LETTER, report(1, "4.2.2"))

    done = collect(db, MaildirMailbox(maildir))

    assert (done.read, done.removed, done.kept, done.set_aside, done.failed) == (3, 2, 1, 0, 0)
    assert done.taken.new == {
        FeedbackEffect.BOUNCED: 1,
        FeedbackEffect.COUNTED: 1,
        FeedbackEffect.UNPROVEN: 1,
    }
    assert (bounced(db), left(maildir), kept(maildir)) == ({reader(0)}, 0, [LETTER])
    with db.read() as session:
        (box,) = mailbox_store.states(session)
        assert session.exec(select(MailTryRow)).all() == []
    assert (box.name, box.read_at, box.trouble) == (str(maildir), NOW, "")


def _killing(url: str, maildir: Path, point: str) -> None:
    """Collect, and die by SIGKILL at a point of it."""

    def die(*_args, **_kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    mailbox = MaildirMailbox(maildir)
    places = {
        "before a try is counted": (mailbox_store, "begin"),
        "before a mail is read": (subject, "read_feedback"),
        "before what it says is committed": (store, "put"),
        "before the tries are over": (mailbox_store, "end"),
        "after the commit, before the removal": (mailbox, "remove"),
        "in the removal": (Path, "unlink"),
        "before a letter is kept": (mailbox, "keep"),
    }
    where, name = places[point]
    if point == "in the removal":
        first = Path.unlink
        setattr(where, name, lambda path, **given: (first(path, **given), die()))
    else:
        setattr(where, name, die)
    database = Database(url)
    collect(database, mailbox)


POINTS = (
    "before a try is counted",
    "before a mail is read",
    "before what it says is committed",
    "before the tries are over",
    "after the commit, before the removal",
    "in the removal",
    "before a letter is kept",
)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_any_point_and_run_again_nothing_is_lost_or_counts_twice(
    db: Database, db_url: str, maildir: Path, point: str
):
    add_readers(db, 3)
    deliver(maildir, report(0), report(1, "4.2.2"), LETTER, report(2))
    db.close()

    for _ in range(2):
        child = multiprocessing.get_context("fork").Process(
            target=_killing, args=(db_url, maildir, point)
        )
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL
    collect(db, MaildirMailbox(maildir))

    assert (bounced(db), left(maildir), kept(maildir)) == ({reader(0), reader(2)}, 0, [LETTER])
    with db.read() as session:
        kinds = sorted(each.kind for each in store.listed(session))
        events = session.exec(select(ConsentEventRow)).all()
    assert kinds == [FeedbackKind.HARD, FeedbackKind.HARD, FeedbackKind.NONE, FeedbackKind.SOFT]
    assert len(events) == 2


def test_a_mail_that_kills_its_reader_three_times_is_set_aside_and_the_others_are_read(
    db: Database, db_url: str, maildir: Path
):
    add_readers(db, 2)
    deliver(maildir, report(0), report(1), "Subject: poison\n\n")
    db.close()

    def read(url: str) -> None:
        first = subject.read_feedback

        def dying(octets: bytes, **given):
            if b"poison" in octets:
                os.kill(os.getpid(), signal.SIGKILL)
            return first(octets, **given)

        subject.read_feedback = dying
        collect(Database(url), MaildirMailbox(maildir))

    ends = []
    for _ in range(4):
        child = multiprocessing.get_context("fork").Process(target=read, args=(db_url,))
        child.start()
        child.join()
        ends.append(child.exitcode)

    assert ends == [-signal.SIGKILL] * 3 + [0]
    assert (bounced(db), left(maildir)) == ({reader(0), reader(1)}, 0)
    assert kept(maildir) == ["Subject: poison\n\n"]
    with db.read() as session:
        (note,) = store.listed(session, kind=FeedbackKind.NONE)
    assert note.diagnostic == "set aside after 3 tries: its reader was killed each time"


def test_a_mail_that_breaks_its_reader_has_three_tries_and_holds_up_nobody(
    db: Database, maildir: Path, monkeypatch, caplog
):
    add_readers(db, 2)
    deliver(maildir, report(0), "Subject: odd\n\n", report(1))
    first = subject.read_feedback

    def breaking(octets: bytes, **given):
        if b"odd" in octets:
            raise RecursionError("too deep\0")  # no database takes a NUL
        return first(octets, **given)

    monkeypatch.setattr(subject, "read_feedback", breaking)
    reports = [collect(db, MaildirMailbox(maildir)) for _ in range(3)]

    assert [each.removed for each in reports] == [2, 0, 0]
    assert [each.failed for each in reports] == [1, 1, 0]
    assert [each.set_aside for each in reports] == [0, 0, 1]
    assert (left(maildir), kept(maildir)) == (0, ["Subject: odd\n\n"])
    with db.read() as session:
        (note,) = store.listed(session, kind=FeedbackKind.NONE)
        assert session.exec(select(MailTryRow)).all() == []
    assert note.diagnostic == "set aside after 3 tries: RecursionError: too deep\\x00"
    assert "cannot be read" in caplog.text


def test_a_database_that_is_out_of_use_loses_no_mail(
    sqlite_db: Database, maildir: Path, monkeypatch
):
    add_readers(sqlite_db, 1)
    deliver(maildir, report(0))

    def fail(*_args, **_kwargs):
        raise StoreError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(subject, "take", fail)
        with pytest.raises(StoreError, match="disk is full"):
            collect(sqlite_db, MaildirMailbox(maildir))
    assert left(maildir) == 1

    assert collect(sqlite_db, MaildirMailbox(maildir)).removed == 1


def test_a_mailbox_that_cannot_be_read_keeps_no_other_waiting(
    sqlite_db: Database, maildir: Path, tmp_path: Path
):
    add_readers(sqlite_db, 1)
    deliver(maildir, report(0))
    gone = MaildirMailbox(tmp_path / "gone")

    done = collect(sqlite_db, gone, MaildirMailbox(maildir))

    assert done.removed == 1
    (trouble,) = done.troubles
    assert isinstance(trouble, MailboxError)
    with sqlite_db.read() as session:
        good, bad = mailbox_store.states(session)
    assert (bad.name, bad.read_at, bad.failed_at) == (str(tmp_path / "gone"), None, NOW)
    assert "name a maildir" in bad.trouble
    assert [box.is_overdue(now=NOW + timedelta(hours=25)) for box in (good, bad)] == [True, True]
    assert not good.is_overdue(now=NOW + timedelta(hours=24))


def test_trouble_with_a_mailbox_is_over_once_it_is_read(sqlite_db: Database, maildir: Path):
    name = str(maildir)
    with sqlite_db.write() as session:
        mailbox_store.note_reading(session, name, trouble="the server was away", now=NOW)

    collect(sqlite_db, MaildirMailbox(maildir), now=NOW + timedelta(minutes=10))

    with sqlite_db.read() as session:
        (box,) = mailbox_store.states(session)
    assert (box.trouble, box.first_at, box.read_at) == ("", NOW, NOW + timedelta(minutes=10))


def test_a_mailbox_that_nobody_could_read_for_a_day_is_told_of(
    sqlite_db: Database, maildir: Path, tmp_path: Path
):
    later = NOW + timedelta(hours=25)
    collect(sqlite_db, MaildirMailbox(maildir), MaildirMailbox(tmp_path / "gone"))
    assert subject.overdue(sqlite_db, now=NOW) == []

    stopped, failing = sorted(subject.overdue(sqlite_db, now=later))
    assert "was last read 25 h ago" in stopped
    assert "digest feedback collect" in stopped
    assert "was never read" in failing
    assert "name a maildir" in failing

    collect(sqlite_db, MaildirMailbox(maildir), now=later)
    assert subject.overdue(sqlite_db, now=later) == []


def test_who_is_to_stop_does_so_after_a_batch(sqlite_db: Database, maildir: Path, monkeypatch):
    monkeypatch.setattr(subject, "BATCH", 1)
    deliver(maildir, LETTER, LETTER, LETTER)
    parts = subject.CollectParts(db=sqlite_db, secret=SECRET, clock=lambda: NOW)
    answers = iter([False, True])

    done = subject.collect_all([MaildirMailbox(maildir)], parts=parts, stop=lambda: next(answers))

    assert (done.read, left(maildir)) == (1, 2)
