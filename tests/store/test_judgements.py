"""What models answered is kept once, by what they were asked."""

from datetime import UTC, datetime

from digest.store import judgements as subject
from digest.store.engine import Database

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_an_answer_is_kept_once_and_found_by_its_key(db: Database):
    with db.write() as session:
        subject.put_judgement(session, "a" * 64, "one", tool="larch", made_at=NOW)
        subject.put_judgement(session, "a" * 64, "another", tool="larch", made_at=NOW)
        subject.put_judgement(session, "b" * 64, "two", tool="maple", made_at=NOW)

    with db.read() as session:
        found = subject.judgements(session, ["a" * 64, "b" * 64, "c" * 64])

    assert found == {"a" * 64: "one", "b" * 64: "two"}
