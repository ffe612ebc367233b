"""Helping processes, whatever they say and however they end: the send that they help goes on."""

import sys

from digest.steps.team import team


def helped(*command: str, number: int = 1) -> tuple[int, list[str]]:
    """Have helpers until they end; give what they say was ended, and the trouble told of."""
    told: list[str] = []
    with team(command, number=number, stop=lambda: False, on_trouble=told.append) as members:
        pass
    return members.ended, told


def test_what_helpers_ended_adds_up_and_their_trouble_is_told():
    script = (
        """print('{"ended": 3}'); print('{"trouble": "mail:25: away"}'); print('{"ended": 4}')"""
    )

    assert helped(sys.executable, "-Sc", script, number=2) == (
        14,
        ["a helping process: mail:25: away"] * 2,
    )


def test_a_line_that_is_cut_off_or_none_of_ours_ends_no_send():
    script = """print('{"ended": 3}'); print('7'); print('{"ended": 4', end="")"""

    ended, told = helped(sys.executable, "-Sc", script)

    assert ended == 3
    assert told == ["a helping process: 7", 'a helping process: {"ended": 4']


def test_where_no_helper_can_be_started_the_send_goes_on_without():
    ended, told = helped("/nowhere/at/all", number=3)

    assert ended == 0
    assert told == [
        "no helping process can be started (No such file or directory); sending goes on"
    ]
