"""
Say what a listing shows to be new: what was not in the last complete one was launched since.

Pure: launches, the ids known and the time of the last complete listing in, dated launches out.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from digest.model import Launch, LaunchDateSource


def mark_launched(
    launches: Sequence[Launch], *, known: Collection[str], complete_at: datetime | None
) -> tuple[Launch, ...]:
    """
    Date launches by the listing: what is new since the last complete one was launched since then.

    Call it with the launches of an accepted reading only: a cut-off listing proves nothing.

    Args:
        launches: Launches of one source; those with a date of their own stay as they are.
        known: Native ids seen at any earlier time.
        complete_at: When the listing was last complete; None where it never was, and then nothing
            can be said to be new.
    """
    if complete_at is None:
        return tuple(launches)
    return tuple(
        launch if launch.launched_at or launch.native_id in known else _first_seen(launch)
        for launch in launches
    )


def _first_seen(launch: Launch) -> Launch:
    return launch.model_copy(
        update={
            "launched_at": launch.first_seen_at,
            "launched_at_source": LaunchDateSource.FIRST_SEEN,
        }
    )
