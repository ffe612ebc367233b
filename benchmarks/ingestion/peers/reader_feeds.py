"""The feed job with PyPI package reader: reader_feeds.py URLS DATABASE; ten workers, as its CLI can."""

import sys
from pathlib import Path

from reader import make_reader

reader = make_reader(sys.argv[2])
for url in Path(sys.argv[1]).read_text(encoding="utf-8").split():
    reader.add_feed(url, exist_ok=True)
reader.update_feeds(workers=10, scheduled=False)
reader.close()
