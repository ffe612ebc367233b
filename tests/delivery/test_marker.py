"""What is kept outside the database: a copy from before is told, another database is not."""

from pathlib import Path

import pytest

from digest.delivery.marker import Mark, MarkerFile
from digest.errors import SettingsError
from digest.model import Epoch, Sending
from tests.conftest import NOW

WEEK = "2026-W47"


def epoch(count: int) -> Epoch:
    return Epoch(database="d1", count=count)


def sending(count: int) -> Sending:
    return Sending(week=WEEK, began_at=NOW, epoch=count)


def test_a_database_that_lost_a_start_is_behind():
    mark = Mark().raised(epoch(3), WEEK)

    assert not mark.is_ahead(epoch(3), WEEK, sending(3))
    assert not mark.is_ahead(epoch(5), WEEK, sending(5)), "another machine has started since"
    assert mark.is_ahead(epoch(2), WEEK, sending(2))
    assert mark.is_ahead(epoch(2), "2026-W48", None)


def test_an_issue_that_was_started_here_is_not_started_from_nothing_though_counts_agree():
    """After a restore another issue may have been sent, and the count caught up."""
    mark = Mark().raised(epoch(3), WEEK)

    assert mark.is_ahead(epoch(9), WEEK, None)
    assert not mark.is_ahead(epoch(9), "2026-W48", None)


def test_marks_of_several_databases_are_kept_apart(tmp_path):
    file = MarkerFile(tmp_path / "new" / "marker.json")
    mark = Mark().raised(epoch(7), WEEK)

    assert file.read("d1") == Mark()
    file.write("d1", mark)

    assert file.read("d1") == mark
    assert file.read("d2") == Mark()
    assert [each.name for each in file.path.parent.iterdir()] == ["marker.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"d1": 1}', '{"d1": {"count": "x", "weeks": {}}}']
)
def test_a_damaged_marker_is_said(tmp_path, text):
    path = tmp_path / "marker.json"
    path.write_text(text)

    with pytest.raises(SettingsError, match=r"^DIGEST_SEND_MARKER: .*is not what was written"):
        MarkerFile(path).read("d1")


def test_a_marker_that_cannot_be_written_stops_the_send():
    with pytest.raises(SettingsError, match="cannot be written"):
        MarkerFile(Path("/proc/nowhere/marker.json")).write("d1", Mark())
