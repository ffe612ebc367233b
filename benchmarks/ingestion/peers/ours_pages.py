"""Title and links of pages with digest's fetcher and outline: ours_pages.py URLS OUT CONCURRENCY."""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from digest.model import Outcome, Source
from digest.sources.fetch import Fetcher
from digest.sources.outline import outline_of


async def main() -> None:
    """Fetch all pages, one connection a host, under the same guards and caps as ingestion."""
    urls = Path(sys.argv[1]).read_text(encoding="utf-8").split()
    found = {"titles": 0, "links": 0}

    async def work(fetcher: Fetcher, mine: Sequence[str]) -> None:
        for url in mine:
            source = Source(name="page", kind="html_list", url=url, spacing_s=0)
            fetched = await fetcher.fetch(source, None, parser_version="1", obeys_robots=True)
            if fetched.outcome is not Outcome.OK or fetched.body is None or not fetched.capture:
                raise SystemExit(f"{url}: {fetched.reason}")
            outline = outline_of(fetched.body, fetched.capture.content_type, url=url)
            found["titles"] += bool(outline.title)
            found["links"] += len(outline.urls)

    async with Fetcher(
        user_agent="digest-benchmark/1 (+https://verdicts.example.com/about)",
        allowed_private_hosts=["127.0.0.0/8"],
        clock=lambda: datetime.now(UTC),
    ) as fetcher:
        hosts = int(sys.argv[3])
        await asyncio.gather(*(work(fetcher, urls[first::hosts]) for first in range(hosts)))
    Path(sys.argv[2]).write_text(json.dumps(list(found.values())), encoding="utf-8")


asyncio.run(main())
