"""What robots.txt says: read once per origin and day, obeyed where pages meant for people are read."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from protego import Protego

from digest.errors import BlockedError, FetchError, RefusedAddressError, WaitError
from digest.model import RobotsText
from digest.sources.address import Target, stored_url
from digest.sources.answers import OK_STATUSES, Answer

MAX_OCTETS = 512 * 1024
"""Rules beyond this are not read (RFC 9309 asks for at least 500 KiB)."""

KEPT = timedelta(days=1)
"""How long rules once read are gone by (RFC 9309, 2.4)."""

Ask = Callable[[str], Awaitable[Answer]]

TOO_MANY_REQUESTS = 429
NO_RULES = range(400, 500)


class Robots:
    """The rules of every origin met in one run."""

    def __init__(
        self,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        known: Iterable[RobotsText] = (),
    ) -> None:
        """
        Start with the rules of earlier runs, those older than a day left out.

        Args:
            user_agent: The full header; rules are looked up for its product name.
            clock: Aware time of reading.
            known: What earlier runs read.
        """
        self._product = user_agent.partition("/")[0].strip()
        self._clock = clock
        self._known = {
            found.origin: found.text for found in known if clock() - found.read_at < KEPT
        }
        self._rules: dict[str, Protego | str] = {}
        self._read_anew: list[RobotsText] = []

    def take_read(self) -> tuple[RobotsText, ...]:
        """Give what was read anew since the last call, for the next run."""
        taken, self._read_anew = self._read_anew, []
        return tuple(taken)

    async def check(self, target: Target, *, ask: Ask) -> None:
        """
        Let a page pass that its site's robots.txt allows to us.

        Args:
            target: The page; whoever asks has its host to himself, so that nobody reads the same
                rules meanwhile.
            ask: Fetches a URL through the same guards as every page.

        Raises:
            BlockedError: robots.txt disallows it.
            FetchError: robots.txt could not be had, so nothing is known and nothing is fetched.
        """
        if target.origin not in self._rules:
            self._rules[target.origin] = await self._found(target.origin, ask)
        rules = self._rules[target.origin]
        if isinstance(rules, str):
            raise FetchError(
                stored_url(target.url),
                f"the site's robots.txt cannot be read, so the page is left alone ({rules})",
            )
        if not rules.can_fetch(target.url, self._product):
            raise BlockedError(
                stored_url(target.url),
                f"the site's robots.txt disallows this page to {self._product!r}; "
                "use the site's feed or API, or remove the source",
            )

    async def _found(self, origin: str, ask: Ask) -> Protego | str:
        """Give the rules an earlier run read: parsed only now, of many sites few are asked."""
        known = self._known.get(origin)
        return await self._read(origin, ask) if known is None else Protego.parse(known)

    async def _read(self, origin: str, ask: Ask) -> Protego | str:
        """Give the rules, or why they are unknown."""
        try:
            answer = await ask(f"{origin}/robots.txt")
        except (RefusedAddressError, WaitError):
            raise  # both are about the host as a whole and say best themselves what to do
        except FetchError as error:
            return str(error)
        if answer.status in OK_STATUSES:
            # what is no text at all may hold NUL, which PostgreSQL takes in no text
            text = answer.body[:MAX_OCTETS].decode("utf-8", errors="replace").replace("\0", "")
        elif answer.status in NO_RULES and answer.status != TOO_MANY_REQUESTS:
            text = ""
        else:
            return f"status {answer.status}; try again later"
        self._read_anew.append(RobotsText(origin=origin, text=text, read_at=self._clock()))
        return Protego.parse(text)
