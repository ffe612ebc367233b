"""
A hostile site gets nowhere: each attack ends in time, in little memory, in its outcome.

``python tests/sources/fetching/hostile_site.py`` prints the table of what became of each.
"""

import importlib.util
import sys
from pathlib import Path

import pytest
import pytest_socket

_SPEC = importlib.util.spec_from_file_location(
    "hostile_site", Path(__file__).with_name("hostile_site.py")
)
hostile_site = importlib.util.module_from_spec(_SPEC)
sys.modules["hostile_site"] = hostile_site  # its dataclasses look their module up
_SPEC.loader.exec_module(hostile_site)

pytestmark = pytest.mark.xdist_group(
    "hostile"
)  # so that all attacks are met once, not by each process

MOST_SECONDS = 40.0
"""Three attempts of 3 s each, the waits between them, and a busy machine."""
MOST_MIB = 48.0
"""15 on the wire and what they are copied to on the way; a decoded body may have 20."""
ATTEMPTS = 3
"""A busy machine may make any answer a late one, and that is asked for again."""
MOST_SENT_MIB = 40.0
"""15 that are read, and what the system's buffers take besides."""


@pytest.fixture(scope="module")
def results():
    """What became of every attack, by its name; they are met once."""
    pytest_socket.enable_socket()  # until the next test closes the door again
    return {result.attack.name: result for result in hostile_site.suffer_all()}


@pytest.mark.parametrize("attack", hostile_site.ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_ends_in_its_outcome_with_little_time_and_memory(results, attack):
    result = results[attack.name]

    assert (result.outcome, result.octets) == (attack.outcome, attack.octets)
    assert attack.says in result.reason
    assert bool(result.reason) == (attack.outcome == "failed")
    assert "\n" not in result.reason
    assert result.seconds < MOST_SECONDS
    assert result.grown_mib < MOST_MIB
    assert result.sent_mib < MOST_SENT_MIB


@pytest.mark.parametrize("attack", hostile_site.ATTACKS, ids=lambda attack: attack.name)
def test_nothing_is_fetched_that_must_not_be(results, attack):
    result = results[attack.name]

    most = 1 if attack.asked is None else attack.asked
    assert result.inside == 0
    assert len(set(result.asked)) <= most
    assert len(result.asked) <= ATTEMPTS * most
