"""What one process can measure by itself: parsing, storing and looking up, each beside the usual way."""

import io
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import material
from sqlmodel import select

from digest.model import Capture, Launch, Source
from digest.sources import parsers
from digest.sources.syndication import read_feed
from digest.store.engine import Database
from digest.store.launches import known_among, put_launches
from digest.store.migrate import migrate
from digest.store.rows import as_values
from digest.store.tables import LaunchRow

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def parsing(rounds: int) -> dict[str, float]:
    """Feeds of 100 entries into entries of plain text, against feedparser alone."""
    bodies = [material.feed(number, entries=100) for number in range(6)]
    ours, usual = _alternating(
        lambda: [read_feed(body, _capture(body)) for body in bodies],
        lambda: [feedparser.parse(io.BytesIO(body)) for body in bodies],
        rounds,
    )
    return {
        "ours_ms_a_feed": round(ours / len(bodies) * 1000, 2),
        "feedparser_ms_a_feed": round(usual / len(bodies) * 1000, 2),
        "ratio": round(ours / usual, 4),
    }


def storing(rounds: int) -> dict[str, float]:
    """2,000 launches that are known already, against select and set through the ORM."""
    found = [launch for number in range(20) for launch in _launches(number)]
    with tempfile.TemporaryDirectory() as folder:
        database = _database(Path(folder))
        _put(database, found)
        ours, usual = _alternating(
            lambda: _put(database, found), lambda: _select_then_set(database, found), rounds
        )
        database.close()
    return {
        "ours_us_a_row": round(ours / len(found) * 1e6, 1),
        "orm_us_a_row": round(usual / len(found) * 1e6, 1),
        "ratio": round(ours / usual, 4),
    }


def looking_up(rounds: int, known: int) -> dict[str, float]:
    """20,000 native ids, half of them known, against a million known ones."""
    asked = [
        f"https://site.example/launch/{number}" for number in range(0, known * 2, known // 10_000)
    ]
    with tempfile.TemporaryDirectory() as folder:
        database = _database(Path(folder))
        _fill(Path(folder) / "digest.db", known)
        ours, usual = _alternating(
            lambda: _known(database, asked), lambda: _one_by_one(database, asked), rounds
        )
        database.close()
    return {
        "known": known,
        "ours_us_an_id": round(ours / len(asked) * 1e6, 2),
        "one_select_each_us": round(usual / len(asked) * 1e6, 2),
    }


def _alternating(
    ours: Callable[[], object], usual: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Give the median CPU seconds of both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for job, taken in zip((ours, usual), times, strict=True):
            began = time.process_time()
            job()
            taken.append(time.process_time() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def _capture(body: bytes) -> Capture:
    url = "https://site.example/feed"
    return Capture(
        key="benchmark",
        source="benchmark",
        url=url,
        final_url=url,
        status=200,
        content_type="application/xml",
        body_sha256="0" * 64,
        body_bytes=len(body),
        fetched_at=NOW,
    )


def _launches(number: int) -> tuple[Launch, ...]:
    body = material.feed(number, entries=100)
    source = Source(name=f"feed-{number}", kind="feed", url="https://site.example/feed")
    return parsers.read(_capture(body), body, source).launches


def _database(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'digest.db'}")
    migrate(database)
    return database


def _put(database: Database, found: list[Launch]) -> None:
    with database.write() as session:
        put_launches(session, found, now=NOW)


def _select_then_set(database: Database, found: list[Launch]) -> None:
    with database.write() as session:
        for launch in found:
            row = session.exec(
                select(LaunchRow).where(
                    LaunchRow.source == launch.source, LaunchRow.native_id == launch.native_id
                )
            ).one()
            for name, value in as_values(launch).items():
                setattr(row, name, value)
            row.seen_at = NOW
            session.add(row)
            session.flush()


def _fill(path: Path, known: int) -> None:
    """Store launches with nothing but their keys, at the speed of SQLite."""
    columns = {column.name: column for column in LaunchRow.__table__.columns if column.name != "id"}
    values = {
        name: "NULL"
        if column.nullable
        else "'2026-11-20 09:00:00.000000'"
        if "_at" in name
        else "''"
        for name, column in columns.items()
    }
    values |= {"source": "'big'", "native_id": "'https://site.example/launch/' || n"}
    with sqlite3.connect(path) as connection:
        connection.execute(
            f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {known - 1}) "  # noqa: S608 # our names
            f"INSERT INTO launch ({', '.join(values)}) SELECT {', '.join(values.values())} FROM c"
        )


def _known(database: Database, asked: list[str]) -> int:
    with database.read() as session:
        return len(known_among(session, "big", asked))


def _one_by_one(database: Database, asked: list[str]) -> int:
    """One indexed select each, on the driver itself."""
    statement = "SELECT 1 FROM launch WHERE source = 'big' AND native_id = ?"
    with database.read() as session:
        raw = session.connection().connection.driver_connection
        return sum(raw.execute(statement, (each,)).fetchone() is not None for each in asked)
