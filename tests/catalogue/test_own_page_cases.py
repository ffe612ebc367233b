"""Pages of made-up products as sites really write them, each beside the facts it must give."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.catalogue.page_facts import read_page_facts
from digest.model import Capture, PageRole, Visit
from digest.sources.product_pages import read_product_page

FETCHED_AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
CASES = Path(__file__).parents[1] / "data" / "own_pages"
PAGES = sorted(path for path in CASES.iterdir() if path.suffix != ".json")
ADDRESSES = {
    PageRole.HOME: "https://ember.example/",
    PageRole.PRICING: "https://ember.example/pricing",
    PageRole.README: "https://raw.githubusercontent.com/fire/ember/HEAD/README.md",
}


def facts_of(path: Path) -> list[dict[str, object]]:
    """Read a saved page in the role its name says: ``<what>.<role>.<html or md>``."""
    role = PageRole(path.suffixes[0].removeprefix("."))
    url = ADDRESSES[role]
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    capture = Capture(
        key=f"{digest}-test",
        source="own_pages",
        url=url,
        final_url=url,
        status=200,
        content_type="text/html" if path.suffix == ".html" else "text/plain",
        body_sha256=digest,
        body_bytes=len(body),
        fetched_at=FETCHED_AT,
    )
    reading = read_product_page(capture, body)
    assert reading.page is not None, reading.reason
    visit = Visit(tool="ember", name="Ember", site="https://ember.example", role=role, url=url)
    found = read_page_facts(
        reading.page, visit, cited=url, capture_key=capture.key, observed_at=FETCHED_AT
    )
    return [
        {"kind": fact.kind.value, "value": fact.value, "span": fact.span, "source": fact.source}
        for fact in found
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_gives_the_facts_beside_it(path: Path):
    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text("utf-8"))

    assert facts_of(path) == expected


def test_every_expected_file_has_its_page():
    assert len(PAGES) == len(list(CASES.glob("*.expected.json"))) >= 6
