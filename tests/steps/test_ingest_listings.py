"""Listings of several pages, with tokens and troubles, over real HTTP on loopback into real databases."""

import asyncio
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import zstandard
from pydantic import SecretStr

from digest.model import FaultKind, Outcome, Source
from digest.sources.captures import CaptureStore
from digest.sources.fetch import Fetcher
from digest.sources.hosts import HostBook
from digest.sources.paging import Response
from digest.steps.doctor import examine
from digest.steps.export import export_launches
from digest.steps.ingest import IngestParts, ingest
from digest.steps.record import past_of, read_listing
from digest.steps.remake import ReplayParts
from digest.steps.replay import replay
from digest.store import health as health_store
from digest.store import launches as launch_store
from digest.store import sources as source_store
from digest.store.engine import Database
from digest.store.hosts import HostTable
from digest.store.migrate import migrate
from digest.store.tables import CaptureRow, metadata

_SPEC = importlib.util.spec_from_file_location(
    "scripted_site", Path(__file__).parents[1] / "sources" / "fetching" / "scripted_site.py"
)
scripted_site = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(scripted_site)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TOKEN = "producthunt-token-hunter2"
SECRETS = {"DIGEST_PRODUCTHUNT_TOKEN": SecretStr(TOKEN)}

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def site() -> Iterator[scripted_site.Site]:
    with scripted_site.running("127.0.0.1") as running:
        yield running


class Reader:
    """Reads sources as ingestion does, at a time that a test sets."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db = db
        self.folder = folder / "captures"
        self.now = NOW

    def read(self, *sources, secrets=None, **how):
        """Read them once; one report each."""
        return asyncio.run(self._read(sources, secrets, how))

    async def _read(self, sources, secrets, how, **changes):
        async with Fetcher(
            user_agent="digest/test (+https://verdicts.example.com/about)",
            allowed_private_hosts=("127.0.0.0/8",),
            clock=lambda: self.now,
            secrets=secrets,
            **({"sleep": lambda _s: asyncio.sleep(0)} | changes),
        ) as fetcher:
            parts = IngestParts(
                db=self.db,
                fetcher=fetcher,
                captures=CaptureStore(self.folder),
                clock=lambda: self.now,
                jitter=lambda: 0.5,
            )
            return await ingest(sources, parts=parts, **how)

    def state(self, name):
        with self.db.read() as session:
            return source_store.source_states(session)[name]

    def stored(self, name):
        with self.db.read() as session:
            return launch_store.known_ids(session, name)

    def pages(self, source):
        """Give the last listing's captures and bodies, as a replay would."""
        with self.db.read() as session:
            rows = list(session.exec(sa.select(CaptureRow).order_by(CaptureRow.page)).scalars())
        store = CaptureStore(self.folder)
        del source
        return [Response(row, store.get(row.body_sha256)) for row in rows]


@pytest.fixture
def reader(db: Database, tmp_path: Path) -> Reader:
    return Reader(db, tmp_path)


def repositories(*numbers):
    rows = [
        {
            "id": number,
            "full_name": f"maker/tool-{number}",
            "html_url": f"https://github.com/maker/tool-{number}",
            "created_at": "2026-11-18T10:00:00Z",
            "stargazers_count": 50,
        }
        for number in numbers
    ]
    return json.dumps({"total_count": 99, "items": rows}).encode()


def search(site, **how):
    usual = {"name": "gh", "kind": "github_search", "spacing_s": 0, "floor": 1, "dated": False}
    return Source(**(usual | {"url": f"{site.url}/search?q=ai", "pages": 5} | how))


def says_pages(site, *, last=3, **first):
    for number in range(1, last + 1):
        path = "/search?q=ai" if number == 1 else f"/repositories/7/search?page={number}"
        link = f'<{site.url}/repositories/7/search?page={number + 1}>; rel="next"'
        headers = {"Link": link} if number < 3 else {}
        headers |= {"ETag": f'"{number}"'}
        body = repositories(number * 10, number * 10 + 1)
        site.says(path, body=body, headers=headers, **(first if number == 1 else {}))


def test_a_listing_is_followed_and_stored_as_one_reading(site, reader):
    says_pages(site)

    (report,) = reader.read(search(site))

    assert (report.outcome, report.launches, report.new) == (Outcome.OK, 6, 6)
    assert site.paths() == [
        "/search?q=ai",
        "/repositories/7/search?page=2",
        "/repositories/7/search?page=3",
    ]
    first, second, third = (page.capture for page in reader.pages(search(site)))
    assert (second.listing, third.listing) == (first.key, first.key)
    assert [page.page for page in (first, second, third)] == [1, 2, 3]
    assert [page.leads_on for page in (first, second, third)] == [True, True, False]
    assert reader.state("gh").etag == '"1"'


def test_an_unchanged_first_page_stands_for_the_whole_listing(site, reader):
    says_pages(site)
    reader.read(search(site))
    site.script["/search?q=ai"] = [scripted_site.Reply(status=304)]
    site.asked.clear()

    (report,) = reader.read(search(site))

    assert report.outcome is Outcome.UNCHANGED
    assert [asked.headers["if-none-match"] for asked in site.asked] == ['"1"']


def test_later_pages_are_asked_for_whole(site, reader):
    says_pages(site)
    reader.read(search(site))
    site.asked.clear()

    reader.read(search(site))  # the site answers 200 again

    assert ["if-none-match" in asked.headers for asked in site.asked] == [True, False, False]


def test_a_page_that_fails_makes_the_listing_doubtful_and_moves_nothing(site, reader):
    says_pages(site)
    reader.read(search(site))
    before = reader.state("gh")
    reader.now += timedelta(hours=6)
    site.script.clear()
    says_pages(site, last=1)
    site.script["/search?q=ai"][0].headers["ETag"] = '"other"'
    site.says(
        "/repositories/7/search?page=2",
        body=repositories(77, 78),
        headers={"Link": f'<{site.url}/x>; rel="next"'},
    )
    site.says("/x", status=500)

    (report,) = reader.read(search(site))

    after = reader.state("gh")
    assert report.outcome is Outcome.SUSPECT
    assert report.reason == "page 3 of the listing, failed: the server answered 500"
    assert {"77", "78"} <= reader.stored("gh")  # dated by the API, so nothing is said by the list
    assert (after.complete_at, after.good_at, after.etag) == (NOW, NOW, '"1"')
    assert before.etag == '"1"'


@pytest.mark.parametrize(
    "refusal", [{"status": 429, "headers": {"Retry-After": "3600"}}, {"status": 403}], ids=str
)
def test_a_host_that_refuses_a_further_page_breaks_nothing(site, reader, refusal):
    """Rate limits and blocks are never evidence of breakage; the listing is not whole all the same."""
    says_pages(site)
    reader.read(search(site))
    site.script.clear()
    says_pages(site, last=1)
    site.script["/search?q=ai"][0].headers["ETag"] = '"other"'
    site.says("/repositories/7/search?page=2", **refusal)

    for _ in range(3):
        reader.now += timedelta(hours=6)
        (report,) = reader.read(search(site))
        assert (report.outcome, report.incident) == (Outcome.SUSPECT, None)
        with reader.db.write() as session:  # the hour has passed
            state = source_store.source_state(session, "gh")
            source_store.put_source_state(session, state.model_copy(update={"not_before": None}))

    with reader.db.read() as session:
        assert health_store.last_word(session, "gh").fault is FaultKind.REFUSED
    assert reader.state("gh").complete_at == NOW

    replay(ReplayParts(db=reader.db, captures=CaptureStore(reader.folder), sources=()))

    with reader.db.read() as session:
        assert health_store.last_word(session, "gh").fault is FaultKind.REFUSED


def test_a_replay_of_the_captures_alone_comes_to_the_same_end(site, reader):
    """The page that never came is known from the page before it, whatever the settings are then."""
    says_pages(site, last=2)
    site.says("/repositories/7/search?page=3", raw=b"")
    (report,) = reader.read(search(site))

    with reader.db.read() as session:
        past = past_of(session, "gh")
    replayed = read_listing(search(site, pages=1), reader.pages("gh"), past=past)

    assert report.outcome is replayed.outcome is Outcome.SUSPECT
    assert report.reason.startswith("page 3 of the listing could not be had (")
    assert replayed.reason == "page 3 of the listing could not be had"
    assert [launch.native_id for launch in replayed.launches] == ["10", "11", "20", "21"]


LEADS_NOWHERE = '</repositories/7/search?page=404>; rel="next"'


def exported(database):
    return [launch.model_dump(mode="json") for launch in export_launches(database)]


def test_listings_whole_and_cut_short_are_replayed_to_the_same_launches(site, reader, tmp_path):
    says_pages(site)
    (whole,) = reader.read(search(site))
    reader.now += timedelta(hours=6)
    site.says("/search?q=new", body=repositories(90, 91), headers={"Link": LEADS_NOWHERE})
    (cut_short,) = reader.read(search(site, url=f"{site.url}/search?q=new"))
    assert (whole.outcome, cut_short.outcome) == (Outcome.OK, Outcome.SUSPECT)
    before, state = exported(reader.db), reader.state("gh")
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    migrate(fresh)
    parts = ReplayParts(db=fresh, captures=CaptureStore(reader.folder), sources=[search(site)])

    replay(parts)
    for hours in (0, 6, 7):
        replay(replace(parts, db=reader.db), since=NOW + timedelta(hours=hours))
        assert (exported(reader.db), reader.state("gh")) == (before, state)

    assert exported(fresh) == before
    assert len(before) == 8
    fresh.close()


def test_a_listing_is_followed_no_further_than_wanted(site, reader):
    says_pages(site)

    (report,) = reader.read(search(site, pages=2))

    assert (report.outcome, report.launches) == (Outcome.OK, 4)
    assert len(site.asked) == 2


def post(number):
    return {
        "id": str(number),
        "name": f"Tool {number}",
        "url": f"https://www.producthunt.com/products/tool-{number}",
        "featuredAt": "2026-11-19T08:01:00Z",
        "votesCount": 5,
    }


def posts(*numbers, cursor=None, said=""):
    edges = [{"node": post(number)} for number in numbers]
    info = {"hasNextPage": cursor is not None, "endCursor": cursor}
    listing = {"edges": edges, "pageInfo": info, "totalCount": 9}
    return json.dumps({"data": {"posts": listing}, "extensions": said}).encode()


def api(site, **how):
    usual = {"name": "ph-api", "kind": "producthunt_graphql", "url": f"{site.url}/graphql"}
    return Source(**(usual | {"spacing_s": 0, "floor": 1, "dated": False, "pages": 6} | how))


def test_product_hunts_posts_come_page_by_page_with_a_token_that_is_stored_nowhere(
    site, reader, tmp_path, caplog
):
    caplog.set_level("INFO")
    echo = {"X-Asked-With": f"Bearer {TOKEN}", "Set-Cookie": TOKEN}
    site.says("/graphql", body=posts(1, 2, cursor="MTA", said=TOKEN), headers=echo)
    site.says("/graphql", body=posts(3, said=TOKEN), headers=echo)
    site.says("/graphql", status=401, body=TOKEN.encode(), headers=echo)
    feed = Source(
        name="own",
        kind="feed",
        url=f"{site.url}/feed?token=reader-hunter2",
        spacing_s=0,
    )
    site.says("/feed?token=reader-hunter2", status=404, body=b"no /feed?token=reader-hunter2")

    first, own = reader.read(api(site), feed, secrets=SECRETS)
    (second,) = reader.read(api(site), secrets=SECRETS)

    assert (first.outcome, first.launches, second.outcome) == (Outcome.OK, 3, Outcome.FAILED)
    asked = [json.loads(item.body)["variables"]["after"] for item in site.asked if item.body]
    assert asked == [None, "MTA", None]
    assert {item.headers.get("authorization") for item in site.asked if item.body} == {
        f"Bearer {TOKEN}"
    }
    kept = everything_kept(reader.db, tmp_path) + caplog.text + repr((first, second, own))
    assert "/graphql" in kept
    assert "hunter2" not in kept


def everything_kept(db, folder):
    """Give all rows of all tables, and all files with what they hold, as one text."""
    with db.engine.connect() as connection:
        rows = [
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
        ]
    files = [path for path in folder.rglob("*") if path.is_file()]
    bodies = [
        zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
        for path in files
        if path.suffix == ".zst"
    ]
    raw = [path.read_bytes() for path in files]
    return "\n".join(rows + [octets.decode(errors="replace") for octets in bodies + raw])


def test_without_its_token_a_source_is_blocked_and_says_what_to_set(site, reader):
    (report,) = reader.read(api(site))

    assert report.outcome is Outcome.BLOCKED
    assert "set DIGEST_PRODUCTHUNT_TOKEN" in report.reason
    assert site.asked == []


def test_items_of_hacker_news_are_asked_for_one_by_one(site, reader):
    site.says("/v0/showstories.json", body=b"[11, 12, 13, 14]")
    for number in (11, 12, 13):
        item = {
            "id": number,
            "type": "story",
            "title": f"Show HN: Tool {number}",
            "time": 1795000000 + number * 100_000,
        }
        site.says(f"/v0/item/{number}.json", body=json.dumps(item).encode())
    source = Source(
        name="hn",
        kind="hn_firebase",
        url=f"{site.url}/v0/showstories.json",
        spacing_s=0,
        floor=1,
        pages=4,
    )

    (report,) = reader.read(source)

    assert (report.outcome, report.launches) == (Outcome.OK, 3)
    assert site.paths()[1:] == [f"/v0/item/{number}.json" for number in (11, 12, 13)]
    (found,) = examine(reader.db, CaptureStore(reader.folder), [source])
    assert (found.is_fine, found.launches) == (True, 3)  # the doctor reads the whole listing too


def test_workers_that_start_together_ask_for_a_page_whole_once(site, reader):
    """Whoever comes second knows by its turn what the first has stored meanwhile."""
    site.says("/list", body=repositories(1), headers={"ETag": '"1"'}, after_s=0.2)
    site.says("/list", status=304)
    source = search(site, url=f"{site.url}/list", spacing_s=1.0)

    async def worker(name):
        book = HostBook(HostTable(reader.db), holder=name, clock=lambda: datetime.now(UTC))
        return await reader._read([source], None, {}, book=book, sleep=asyncio.sleep)

    async def both():
        return await asyncio.gather(worker("a"), worker("b"))

    outcomes = [report.outcome for (report,) in asyncio.run(both())]

    assert sorted(outcomes) == [Outcome.OK, Outcome.UNCHANGED]
    assert [asked.headers.get("if-none-match") for asked in site.asked] == [None, '"1"']


def test_a_source_that_is_gone_is_not_asked_until_somebody_says_so(site, reader):
    site.says("/search?q=ai", status=410)
    site.says("/other", body=repositories(1))

    first, again, named, moved = (
        reader.read(source, insists=insists)[0]
        for source, insists in (
            (search(site), False),
            (search(site), False),
            (search(site), True),
            (search(site, url=f"{site.url}/other"), False),
        )
    )

    assert "gone for good (410)" in first.reason
    assert "has been gone for good since 2026-11-20 (410), so it is not asked" in again.reason
    assert (first.outcome, again.outcome, named.outcome) == (Outcome.FAILED,) * 3
    assert moved.outcome is Outcome.OK
    assert site.paths() == ["/search?q=ai", "/search?q=ai", "/other"]
    assert reader.state("gh").gone_at is None


def test_a_source_that_is_switched_off_is_in_the_report_and_not_asked(site, reader):
    says_pages(site)
    off = search(site, enabled=False)

    (report,) = reader.read(off)

    assert report.outcome is Outcome.SKIPPED
    assert "switched off" in report.reason
    assert site.asked == []
    with reader.db.read() as session:
        assert source_store.source_states(session) == {}
    assert reader.read(off, insists=True)[0].outcome is Outcome.OK


def test_a_source_is_due_again_after_its_rhythm_and_later_after_trouble(site, reader):
    says_pages(site)
    source = search(site, every_hours=4)
    reader.read(source)
    good = reader.state("gh").next_due_at
    site.script["/search?q=ai"] = [scripted_site.Reply(status=404)]
    reader.read(source)

    assert good == NOW + timedelta(hours=4)
    assert reader.state("gh").next_due_at == NOW + timedelta(hours=4.5)  # chance says a half


def test_only_those_that_are_due_are_asked_on_request(site, reader):
    says_pages(site)
    reader.read(search(site))
    site.asked.clear()

    early = reader.read(search(site), only_due=True)[0]
    reader.now += timedelta(hours=6)
    late = reader.read(search(site), only_due=True)[0]

    assert (early.outcome, early.reason) == (Outcome.SKIPPED, "not due before 2026-11-20 15:00 UTC")
    assert late.outcome is Outcome.OK


@pytest.mark.captures
def test_following_the_links_of_a_real_listing_gives_13_items_in_5_gets(site, reader, captures_dir):
    """Acceptance fact 7: the links lead to /repositories/<id>/…, not to the path first asked for."""
    recorded = json.loads((captures_dir / "github/issues_pagination_raw.json").read_text())
    gets = [item for item in recorded if item["method"].lower() == "get"]
    for item in gets:
        pairs = dict(zip(item["rawHeaders"][::2], item["rawHeaders"][1::2], strict=True))
        link = pairs.get("Link", pairs.get("link", "")).replace("https://api.github.com", site.url)
        site.says(item["path"], body=json.dumps(item["response"]).encode(), headers={"Link": link})
    source = search(site, url=site.url + gets[0]["path"], pages=50)

    reader.read(source)

    pages = reader.pages(source)
    items = [item for page in pages for item in json.loads(page.body)]
    assert len(site.asked) == 5
    assert site.paths()[1].startswith("/repositories/")
    assert len({item["id"] for item in items}) == len(items) == 13
