"""Fetch one address of the hostile site in a process of its own; prints outcome, time and memory."""

import asyncio
import json
import resource
import sys
import time
from datetime import UTC, datetime

from digest.model import Source
from digest.sources.fetch import Fetcher
from digest.sources.limits import Limits

SHORT = Limits(read_s=1.0, total_s=3.0, connect_s=2.0)
"""The bounds of a fetch, but a twentieth of their time: a test shall end."""


def peak_kib() -> int:
    """Largest memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def main(url: str, allowed: list[str], names: dict[str, list[str]], times: int) -> None:
    """Fetch it ``times`` times with one fetcher; the last outcome counts."""
    answers = {name: list(found) for name, found in names.items()}

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        del port
        known = answers.get(host)
        if known is None:
            raise OSError(-2, "Name or service not known")
        return (known.pop(0) if len(known) > 1 else known[0],)

    source = Source(name="hostile", kind="feed", url=url, spacing_s=0)
    before, began = peak_kib(), time.monotonic()
    async with Fetcher(
        user_agent="digest/0.1 (+https://verdicts.example/about)",
        allowed_private_hosts=allowed,
        clock=lambda: datetime.now(UTC),
        limits=SHORT,
        resolve=resolve,
    ) as fetcher:
        for _ in range(times):
            found = await fetcher.fetch(source, None, parser_version="1", obeys_robots=False)
    said = {
        "outcome": found.outcome,
        "reason": found.reason or "",
        "octets": len(found.body) if found.body is not None else None,
        "seconds": round(time.monotonic() - began, 2),
        "before_mib": round(before / 1024, 1),
        "peak_mib": round(peak_kib() / 1024, 1),
    }
    print(json.dumps(said))  # noqa: T201 # it is what the test reads


if __name__ == "__main__":
    asyncio.run(
        main(sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4]))
    )
