"""An operator's signals, as a question."""

import os
import signal

import pytest

from digest.steps.stopping import stopping_on_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_remembered_and_interrupts_nothing(number):
    with stopping_on_signals() as stop:
        assert not stop()
        os.kill(os.getpid(), number)
        assert stop()


def test_asking_to_stop_twice_from_the_keyboard_interrupts_at_once():
    with stopping_on_signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert stop()


def test_afterwards_signals_mean_what_they_meant_before():
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    with pytest.raises(RuntimeError), stopping_on_signals():
        raise RuntimeError

    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
