"""Readers see the names of sources, never their keys."""

import pytest

from digest.issues.drafting import draft_comparison, draft_issue
from digest.issues.labels import with_labels
from digest.model import Citation, FactKind, Issue, Plan, StaleSource

WEEK = "2026-W29"


@pytest.fixture
def issue(side, pair, job, window, now) -> Issue:
    """An issue that names the source ``pages`` wherever an issue can name one."""
    one = side("aider", licence="MIT", tool={"sources": ("pages",)})
    review = one.reviews[0].model_copy(
        update={
            "citations": (Citation(number=1, label="pages", quote="MIT", observed_at=now),),
        }
    )
    one = one.model_copy(update={"reviews": (review, *one.reviews[1:])})
    rows = job(fact_rows=(FactKind.LICENCE,))
    comparison = draft_comparison(
        pair(), one, side("codex"), week=WEEK, position=1, job=rows, now=now
    )
    plan = Plan(
        week=WEEK,
        window_start=window.start,
        cutoff=window.cutoff,
        config_sha256="c",
        candidates=2,
        fresh=2,
    )
    stale = [StaleSource(source="pages", outcome="failed", good_at=None)]
    return draft_issue(plan, [comparison], number=1, now=now, fresh=(), jobs=[rows], stale=stale)


def test_a_labelled_source_is_called_by_its_label_everywhere(issue):
    assert issue.model_dump_json().count('"pages"') == 4

    text = with_labels(issue, {"pages": "The Pages"}).model_dump_json()

    assert text.count('"The Pages"') == 4
    assert '"pages"' not in text


def test_a_source_without_a_label_keeps_its_key(issue):
    assert with_labels(issue, {}) == issue
