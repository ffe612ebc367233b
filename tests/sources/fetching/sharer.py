"""One worker of several: fetches addresses over one database; run by test_shared_hosts.py."""

import asyncio
import sys
from datetime import UTC, datetime

from digest.model import Source
from digest.sources.fetch import Fetcher
from digest.sources.hosts import HostBook
from digest.store.engine import Database
from digest.store.hosts import HostTable


async def main(database: str, name: str, spacing_s: float, urls: list[str]) -> None:
    """Fetch all addresses and print what became of them."""
    db = Database(database)

    def clock() -> datetime:
        return datetime.now(UTC)

    async with Fetcher(
        user_agent="digest/0.1 (+https://verdicts.example/about)",
        allowed_private_hosts=("127.0.0.0/8",),
        clock=clock,
        book=HostBook(HostTable(db), holder=name, clock=clock),
    ) as fetcher:

        async def fetch(url: str) -> str:
            source = Source(name="s", kind="feed", url=url, spacing_s=spacing_s)
            found = await fetcher.fetch(source, None, parser_version="1", obeys_robots=False)
            return f"{found.outcome} {found.reason or ''}"

        for said in await asyncio.gather(*map(fetch, urls)):
            print(said, flush=True)  # noqa: T201 # it is what the test reads
    db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]))
