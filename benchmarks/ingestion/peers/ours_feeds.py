"""The feed job with digest, as its flow does it: everything up to stored launches, by DIGEST_*."""

import asyncio
import json

from digest.settings import load_settings
from digest.wiring import Resources, open_resources


async def _ingest(resources: Resources) -> dict[str, int]:
    from digest.steps.ingest import ingest  # noqa: PLC0415 # as the commands load it

    async with resources.fetcher() as fetcher:
        reports = await ingest(resources.sources, parts=resources.ingest_parts(fetcher))
    outcomes = [str(report.outcome) for report in reports]
    return {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}


with open_resources(load_settings()) as opened:
    print(json.dumps(asyncio.run(_ingest(opened))))
