from datetime import timedelta

import pytest

from digest.errors import ApprovalError
from digest.issues.approval import approve, check


def test_an_approved_edition_passes(edition, now):
    check(approve(edition, by="Ada Lovelace", now=now), edition)


def test_an_approval_keeps_who_when_and_which(edition, now):
    approval = approve(edition, by="  Ada   Lovelace ", now=now)

    assert (approval.by, approval.approved_at) == ("Ada Lovelace", now)
    assert (approval.week, approval.edition_sha256) == ("2026-W29", edition.sha256)


def test_an_edition_nobody_approved_is_refused(edition):
    with pytest.raises(ApprovalError) as caught:
        check(None, edition)

    assert str(caught.value) == (
        "issue 2026-W29: nobody has approved edition 9f8e7d6c5b4a; look at it, then: "
        "digest approve 2026-W29 --by NAME"
    )


def test_other_content_than_was_approved_is_refused_with_both_hashes(edition, now):
    old = edition.model_copy(update={"sha256": "1a2b3c4d5e6f" + "1" * 52})
    approval = approve(old, by="Ada", now=now + timedelta(minutes=5))

    with pytest.raises(ApprovalError) as caught:
        check(approval, edition)

    assert str(caught.value) == (
        "issue 2026-W29: Ada approved edition 1a2b3c4d5e6f of 2026-W29 on 2026-07-14 at 09:05 UTC, "
        "but edition 9f8e7d6c5b4a would be sent; look at that one, then: "
        "digest approve 2026-W29 --by NAME"
    )


def test_an_approval_of_another_week_is_refused(edition, now):
    approval = approve(edition, by="Ada", now=now).model_copy(update={"week": "2026-W28"})

    with pytest.raises(ApprovalError, match="of 2026-W28"):
        check(approval, edition)


@pytest.mark.parametrize(("name", "reason"), [(" \n", "needs the name"), ("x" * 121, "120")])
def test_an_approval_needs_a_name_of_reasonable_length(name, reason, edition, now):
    with pytest.raises(ApprovalError, match=reason):
        approve(edition, by=name, now=now)


def test_a_release_names_the_edition_that_was_looked_at(edition, now):
    start = edition.sha256[:12].upper()

    assert approve(edition, by="Ada", now=now, looked_at=start).edition_sha256 == edition.sha256


@pytest.mark.parametrize("looked_at", ["0123456789ab", "", "{start}"])
def test_another_edition_than_was_looked_at_is_not_released(edition, now, looked_at):
    """Seven digits are too few to say which."""
    with pytest.raises(ApprovalError, match="was looked at"):
        approve(edition, by="Ada", now=now, looked_at=looked_at.format(start=edition.sha256[:7]))
