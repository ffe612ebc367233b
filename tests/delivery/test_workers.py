"""Names of processes that hold leases, and whether those still run."""

import subprocess
import sys
import time

from digest.delivery.workers import is_alive, this_worker

NAME_AND_WAIT = (
    "from digest.delivery.workers import this_worker; print(this_worker(), flush=True); input()"
)


def test_two_senders_of_one_process_have_different_names_and_both_are_alive():
    first, second = this_worker(), this_worker()

    assert first != second
    assert is_alive(first)
    assert is_alive(second)


def test_a_process_is_alive_until_it_is_killed():
    with subprocess.Popen(
        [sys.executable, "-c", NAME_AND_WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        worker = process.stdout.readline().strip()
        before = is_alive(worker)
        process.kill()
        while process.poll() is None:
            pass

        assert before
        assert not is_alive(worker)


def test_a_killed_process_that_nobody_has_waited_for_is_dead():
    with subprocess.Popen(
        [sys.executable, "-c", NAME_AND_WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        worker = process.stdout.readline().strip()
        process.kill()

        deadline = time.monotonic() + 10
        while is_alive(worker) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not is_alive(worker)


def test_another_process_with_the_same_number_is_not_the_holder():
    place, pid, start, count = this_worker().split(":")

    assert not is_alive(f"{place}:{pid}:{int(start) + 1}:{count}")


def test_of_a_worker_elsewhere_nothing_is_known_so_it_counts_as_alive():
    _, pid, start, count = this_worker().split(":")

    assert is_alive(f"elsewhere/1:{pid}:{start}:{count}")


def test_a_name_that_is_not_ours_counts_as_alive():
    place = this_worker().split(":")[0]

    assert is_alive("a name of another kind")
    assert is_alive(f"{place}:12345::1")
    assert is_alive(f"{place}:none:12345:1")
