"""The demo week's pages as responses of their sources: what a parser can be tried on anywhere."""

import hashlib
import tomllib
from collections.abc import Iterator
from urllib.parse import urlsplit

from digest.demo.site import LAST_MODIFIED, demo_pages, demo_sources
from digest.model import Capture, Source
from digest.sources.captures import capture_key
from digest.steps.doctor import LookAlike

BASE = "http://look-alike.example"


def look_alikes() -> Iterator[LookAlike]:
    """Give each page of the demo's sources, with a description as if it had been fetched."""
    pages = demo_pages()
    for entry in tomllib.loads(demo_sources(BASE))["source"]:
        source = Source.model_validate(entry)
        page = pages[urlsplit(source.url).path]
        sha256 = hashlib.sha256(page.body).hexdigest()
        capture = Capture(
            key=capture_key(source.url, status=200, body_sha256=sha256, fetched_at=LAST_MODIFIED),
            source=source.name,
            url=source.url,
            final_url=source.url,
            status=200,
            content_type=page.content_type,
            body_sha256=sha256,
            body_bytes=len(page.body),
            fetched_at=LAST_MODIFIED,
        )
        yield LookAlike(source=source, body=page.body, capture=capture)
