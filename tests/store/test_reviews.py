"""Reviews at rest, on both databases: the former ones stay, and the newest calls are found."""

from datetime import datetime, timedelta

import pytest

from digest.model import INCUMBENTS, Method, Review, Reviewer, Tool, Verdict
from digest.panel.changes import outcome
from digest.steps.reviewing import keep_reviews
from digest.store import reviews as subject
from digest.store import tools as tool_store
from digest.store.engine import Database
from digest.store.tables import ReviewRow
from tests.conftest import NOW


def review(
    tool: str = "ember",
    verdict: str = "ship",
    *,
    reviewer: str = "builder",
    days: int = 0,
    version: str = "2+0",
) -> Review:
    return Review(
        tool=tool,
        reviewer=Reviewer(reviewer),
        verdict=Verdict(verdict),
        take="It is so [1].",
        evidence_sha256="e",
        panel_version=version,
        reviewed_at=NOW + timedelta(days=days),
    )


def keep(db: Database, *reviews: Review, now: datetime | None = None) -> None:
    with db.write() as session:
        keep_reviews(session, reviews, now=now or max(each.reviewed_at for each in reviews))


def history(db: Database, tool: str = "ember") -> list[tuple[str, str]]:
    with db.read() as session:
        return [(each.verdict, why) for each, why in subject.review_history(session, tool)]


def test_a_review_that_comes_to_the_same_is_kept_once(db: Database):
    keep(db, review())
    keep(db, review(days=1))
    keep(db, review(days=2))

    with db.read() as session:
        assert [each.reviewed_at for each in subject.reviews_of(session, "ember")] == [NOW]


def test_one_that_comes_to_something_else_stands_before_the_former(db: Database):
    keep(db, review(), review(reviewer="skeptic"))
    keep(db, review(verdict="skip", version="3+0", days=1), review(reviewer="skeptic", days=1))
    keep(db, review(days=2))

    assert history(db) == [
        ("ship", "rules 3 → 2"),
        ("skip", "rules 2 → 3"),
        ("ship", ""),
        ("ship", ""),
    ]


def test_one_that_was_kept_and_stands_again_is_the_newest(db: Database):
    """A model's answer is taken again as of its day, after a checklist had its place."""
    asked = review().model_copy(update={"method": Method.MODEL, "panel_version": "model-1+0"})
    checklist = review(verdict="skip", days=1)
    keep(db, asked)
    keep(db, checklist)

    keep(db, asked, now=NOW + timedelta(days=2))
    keep(db, asked, now=NOW + timedelta(days=3))

    assert history(db) == [
        ("ship", "judged by checklist before, now by model"),
        ("skip", "judged by model before, now by checklist"),
        ("ship", ""),
    ]


def test_a_row_of_an_older_program_is_no_other_review_for_lack_of_a_hash(db: Database):
    old = review()
    with db.write() as session:
        session.add(
            ReviewRow(
                tool=old.tool,
                reviewer=old.reviewer,
                verdict=old.verdict,
                evidence_sha256="another",
                panel_version=old.panel_version,
                reviewed_at=old.reviewed_at,
                document=old.model_dump_json(exclude={"judge", "usage"}),
            )
        )

    keep(db, review(days=7))

    assert history(db) == [("ship", "")]
    assert outcome(old) == outcome(review(days=7))


@pytest.fixture
def catalogue(db: Database) -> Database:
    """A tool that was launched, and one that only ships with the program."""
    made = {"launched_at": NOW, "job": "small-llm"}
    with db.write() as session:
        tool_store.put_tools(
            session,
            [
                Tool(slug="ember", name="Ember", sources=("hacker_news",), **made),
                Tool(slug="both", name="Both", sources=("hacker_news", INCUMBENTS), **made),
                Tool(slug="oldie", name="Oldie", sources=(INCUMBENTS,), **made),
            ],
        )
    return db


def test_the_newest_calls_are_those_on_tools_that_were_announced(catalogue: Database):
    keep(catalogue, review("ember", "skip"), review("both"), review("oldie"))
    keep(catalogue, review("ember", "no_call", days=1))

    with catalogue.read() as session:
        found = subject.last_calls(session, limit=30)
        newest = subject.last_calls(session, limit=1)

    assert found[Reviewer.BUILDER] == ("ship", "skip")
    assert newest[Reviewer.BUILDER] == ("ship",)
    assert found[Reviewer.FOUNDER] == ()
