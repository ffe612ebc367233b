"""What a send says at its end of those whose mail was not accepted."""

from digest.cli.send import say_what_is_left
from digest.model import DeliveryCount, DeliveryState

WEEK = "2026-W47"


def test_who_is_put_off_is_not_forgotten_but_sent_to_by_the_next_run(capsys):
    states = {DeliveryState.ACCEPTED: 5, DeliveryState.DEFERRED: 2, DeliveryState.QUEUED: 1}

    say_what_is_left(WEEK, DeliveryCount(audience=8, states=states), left=3)

    lines = capsys.readouterr().err.splitlines()
    assert lines[-2:] == [
        f"  2 deferred: digest deliveries {WEEK} --state deferred",
        f"  3 not yet sent: digest send {WEEK}",
    ]
