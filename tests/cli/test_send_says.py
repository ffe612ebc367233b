"""What a send says: how far it is, even to nobody, and at its end whose mail was not accepted."""

import errno
import io
import os
import sys

import pytest

from digest.cli.send import _bar, _tell, say_what_is_left
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


class Gone(io.StringIO):
    """A terminal that was closed."""

    encoding = "utf-8"
    number = 0

    def isatty(self) -> bool:
        """It was one."""
        return True

    def write(self, _text: str, /) -> int:
        """Fail as a closed one does."""
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EIO])
def test_a_send_whose_terminal_was_closed_goes_on(monkeypatch, number):
    """Raised in there, it would leave uncertain what is with the server."""
    gone = Gone()
    gone.number = number
    monkeypatch.setattr(sys, "stderr", gone)
    monkeypatch.setenv("TERM", "xterm")

    with _bar() as show:
        show(1, 4)
        _tell("mail:25: no connection; trying again in 4 s")
        show(4, 4)
