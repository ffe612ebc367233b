"""
What a send costs as its audience grows: messages a second, memory, size of the database.

``digest send`` into smtp-sink on loopback, signed with RSA-2048, once for each size. A million takes
a quarter of an hour and 2 GB of disk.

Usage: send_growth.py [--sizes 1000,10000,100000,1000000] [--database URL] [--json]
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).with_name("sending")))

from material import make_material, size_mb
from ours import Way, send
from servers import smtp_sink


def main() -> None:
    """Send to audiences of each size and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("--sizes", default="1000,10000,100000,1000000")
    parser.add_argument("--database", metavar="URL", help="postgresql://…; its tables are dropped")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name, smtp_sink() as port:
        folder = Path(name)
        way = Way(folder=folder, url=asked.database or f"sqlite:///{folder / 'bench.db'}")
        material = make_material(folder / "demo")
        for size in map(int, asked.sizes.split(",")):
            cost = send(way, material, readers=size, port=port)
            row = {
                "recipients": size,
                "messages_per_s": round(size / cost.wall_s),
                "cpu_ms_per_message": round(1000 * cost.cpu_s / size, 3),
                "rss_mb": round(cost.rss_mb),
                "all_processes_mb": round(cost.all_mb),
                "database_mb": size_mb(way.url),
            }
            rows.append(row)
            print("; ".join(f"{key} {value}" for key, value in row.items()), file=sys.stderr)
    print(json.dumps(rows, indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
