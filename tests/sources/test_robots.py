"""robots.txt is read once per origin, obeyed, and its absence is leave."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import BlockedError, FetchError, RefusedAddressError, WaitError
from digest.model import RobotsText
from digest.sources.address import read_url
from digest.sources.answers import Answer
from digest.sources.robots import MAX_OCTETS, Robots

RULES = b"User-agent: digest\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n"
PAGE = read_url("https://a.example/library?sort=newest")


class Web:
    """What /robots.txt answers; every request is noted."""

    def __init__(self, status=200, body=b"", error=None):
        self.asked = []
        self._status, self._body, self._error = status, body, error

    async def ask(self, url):
        """Answer as the script says."""
        self.asked.append(url)
        await asyncio.sleep(0)
        if self._error:
            raise self._error
        return Answer(url, self._status, {}, self._body)


NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def robots(known=()):
    return Robots(
        user_agent="digest/0.1 (+https://verdicts.example/about)",
        clock=lambda: NOW,
        known=known,
    )


async def test_rules_for_our_name_come_before_those_for_all():
    web = Web(body=RULES)
    rules = robots()

    await rules.check(PAGE, ask=web.ask)
    with pytest.raises(BlockedError, match=r"robots\.txt disallows this page to 'digest'"):
        await rules.check(read_url("https://a.example/private/x?token=1"), ask=web.ask)


async def test_rules_are_read_once_per_origin():
    web = Web(body=RULES)
    rules = robots()

    for _ in range(3):
        await rules.check(PAGE, ask=web.ask)
    await rules.check(read_url("https://a.example:8443/"), ask=web.ask)

    assert web.asked == ["https://a.example:443/robots.txt", "https://a.example:8443/robots.txt"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_site_without_rules_allows_everything(status):
    await robots().check(PAGE, ask=Web(status=status, body=b"User-agent: *\nDisallow: /").ask)


@pytest.mark.parametrize("status", [204, 304, 429, 500, 503])
async def test_rules_that_cannot_be_had_forbid_everything(status):
    with pytest.raises(FetchError, match=rf"robots.txt cannot be read.*status {status}"):
        await robots().check(PAGE, ask=Web(status=status).ask)


async def test_a_silent_site_is_asked_for_its_rules_once():
    web = Web(error=FetchError("https://a.example/robots.txt", "keeps silent"))
    rules = robots()

    for _ in range(2):
        with pytest.raises(FetchError, match=r"left alone .*keeps silent") as caught:
            await rules.check(PAGE, ask=web.ask)
        assert not caught.value.permanent

    assert len(web.asked) == 1


@pytest.mark.parametrize(
    "error",
    [
        RefusedAddressError("https://a.example/robots.txt", "private"),
        WaitError("https://a.example/robots.txt", "wait", until=datetime(2026, 7, 13, tzinfo=UTC)),
    ],
)
async def test_what_concerns_the_whole_host_speaks_for_itself(error):
    with pytest.raises(type(error)) as caught:
        await robots().check(PAGE, ask=Web(error=error).ask)

    assert caught.value is error


async def test_octets_that_are_no_text_do_not_hurt():
    web = Web(body=b"\xff\xfe\n" + RULES)
    rules = robots()

    with pytest.raises(BlockedError):
        await rules.check(read_url("https://a.example/private"), ask=web.ask)


async def test_rules_beyond_the_bound_are_not_read():
    web = Web(body=b"#" * MAX_OCTETS + b"\n" + RULES)
    rules = robots()

    await rules.check(read_url("https://a.example/private"), ask=web.ask)


async def test_what_an_earlier_run_read_is_gone_by_for_a_day():
    web = Web(body=b"")
    yesterday = RobotsText(
        origin=PAGE.origin, text=RULES.decode(), read_at=NOW - timedelta(hours=23, minutes=59)
    )
    rules = robots(known=[yesterday])

    with pytest.raises(BlockedError):
        await rules.check(read_url("https://a.example/private"), ask=web.ask)

    assert web.asked == []


async def test_rules_a_day_old_are_read_again_and_handed_on():
    web = Web(body=RULES)
    old = RobotsText(origin=PAGE.origin, text="", read_at=NOW - timedelta(days=1))
    rules = robots(known=[old])

    await rules.check(PAGE, ask=web.ask)

    assert len(web.asked) == 1
    read = RobotsText(origin=PAGE.origin, text=RULES.decode(), read_at=NOW)
    assert rules.take_read() == (read,)


async def test_what_was_read_is_handed_on_once():
    """A run of hundreds of pages must not store all rules again with each of them."""
    rules = robots()
    await rules.check(PAGE, ask=Web(body=RULES).ask)

    assert len(rules.take_read()) == 1
    assert rules.take_read() == ()
    await rules.check(PAGE, ask=Web(error=AssertionError("read again")).ask)


async def test_rules_that_are_no_text_can_be_stored_in_any_database():
    rules = robots()

    await rules.check(PAGE, ask=Web(body=b"\x89PNG\r\n\0\0\0\rIHDR").ask)

    (read,) = rules.take_read()
    assert "\0" not in read.text
