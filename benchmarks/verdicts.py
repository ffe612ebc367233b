"""
Say what the checklist panel decides over real launches: ship rates, and what it could not call.

Reads a folder of captured listings (a JSON list of them, or the names below), makes tools of them in
a database of its own, and reviews every one as of the day it was seen; then the established tools that
ship with the program. A rate outside 10 to 80 % is marked where there are 30 calls. The folder belongs
to the sites; none of it is kept.

Usage: verdicts.py FOLDER [--json]
"""

import argparse
import hashlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.catalogue.established import packaged
from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.model import INCUMBENTS, Capture, Launch, Peer, Review, Reviewer, Source, Verdict
from digest.panel.rules import load_rules
from digest.panel.verdict import FEWEST, MOST, WATCHED
from digest.sources import parsers
from digest.steps.panel import Reviewed, load_known, review_known
from digest.steps.research import research
from digest.store import launches as launch_store
from digest.store import tools as tool_store
from digest.store.engine import Database
from digest.store.migrate import migrate

LISTINGS = (
    ("lobsters", "lobsters", "lobsters/rss_2024-05.xml", "2024-05-01"),
    ("devto", "devto", "devto/articles_with_content_2024-11.json", "2024-11-01"),
    ("openrouter", "openrouter_models", "openrouter/models_2025_full.json", "2025-05-23"),
    ("ollama", "ollama_library", "ollama/library_newest_2025-08.html", "2025-08-03"),
    ("trending", "github_trending", "github_trending/trending_2026-04_min.html", "2026-04-26"),
    (
        *("trending", "github_trending"),
        *("github_trending/trending_2026-05_daily-topic-radar.html", "2026-05-01"),
    ),
    (
        *("local-llama", "reddit_rss"),
        *("reddit/LocalLLaMA_top_week_2026-07-13.rss.xml", "2026-07-14"),
    ),
    ("product-hunt", "producthunt_feed", "producthunt/feed_2026-07-13.atom.xml", "2026-07-14"),
    ("hacker-news", "hn_algolia", "hackernews/algolia_show_hn_2026-07.json", "2026-07-14"),
    ("github-new", "github_search", "github/api_search_repositories_2026-07.json", "2026-07-14"),
    ("hf-spaces", "hf_spaces", "huggingface/spaces_trending_2026-07.json", "2026-07-14"),
    ("hf-papers", "hf_papers", "huggingface/daily_papers_2026-07.json", "2026-07-14"),
    ("taaft", "taaft_listing", "taaft/home_2026-07.html", "2026-07-24"),
    ("openrouter", "openrouter_models", "openrouter/models_2026-07_trim.json", "2026-07-30"),
    ("openai", "feed", "vendor_blogs/openai_news_2026-08_trim.xml", "2026-08-02"),
    ("ollama-blog", "feed", "vendor_blogs/olshansk_feed_ollama_2026-08.xml", "2026-08-02"),
)
"""Source, kind, file, and the day it was captured: tools are reviewed as of the day they were seen."""
LAST_DAY = "2026-11-26"
"""When the established tools are reviewed: after all listings, so that they are nobody's rivals."""
ESTABLISHED = (INCUMBENTS,)
SHOWN = 12


def main() -> None:
    """Review everything and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.folder.is_dir():
        sys.exit(f"{options.folder} is no folder; give the one that holds the captured listings")
    with tempfile.TemporaryDirectory() as place:
        db = Database(f"sqlite:///{place}/verdicts.db")
        migrate(db)
        read, reviewed = review_everything(db, options.folder)
        db.close()
    seen = {
        slug: each for slug, each in reviewed.items() if each[0].side.tool.sources != ESTABLISHED
    }
    shipped = {slug: each for slug, each in reviewed.items() if slug not in seen}
    result = {
        "launches": read,
        "captures": summary(seen),
        "established": summary(shipped),
        "together": summary(reviewed),
    }
    print(json.dumps(result, indent=1, ensure_ascii=False) if options.json else told(result))


def review_everything(
    db: Database, folder: Path
) -> tuple[dict[str, int], dict[str, tuple[Reviewed, datetime]]]:
    """Read listings day by day, and have the tools of each day reviewed as of that day."""
    classifier, rules = JobClassifier(load_jobs()), load_rules()
    read: Counter[str] = Counter()
    reviewed: dict[str, tuple[Reviewed, datetime]] = {}
    for day in sorted({*(listing[3] for listing in LISTINGS), LAST_DAY}):
        now = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=18)
        with db.write() as session:
            for name, kind, path, _ in (each for each in LISTINGS if each[3] == day):
                launches = tuple(launches_of(name, kind, folder / path, now=now))
                launch_store.put_launches(session, launches, now=now)
                read[name] += len(launches)
        research(db, classifier=classifier, incumbents=packaged() if day == LAST_DAY else ())
        with db.read() as session:
            tools = tool_store.all_tools(session)
            new = {tool.slug: tool for tool in tools if tool.slug not in reviewed}
            peers = {
                job: [Peer.of(tool) for tool in tools if tool.job == job]
                for job in {tool.job for tool in tools}
            }
            known = load_known(session, new, peers=peers, until=now)
        found = review_known(known, rules=rules, now=now)
        reviewed |= {slug: (item, now) for slug, item in found.items()}
    return dict(read), reviewed


def launches_of(name: str, kind: str, path: Path, *, now: datetime) -> Iterator[Launch]:
    """Read a listing as a source of this name and kind would have at that moment."""
    if not path.is_file():
        return
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    url = f"https://{name}.example/"
    fetched_at = now - timedelta(hours=6)
    capture = Capture(
        key=f"{digest[:16]}-{fetched_at:%Y%m%dT%H%M%S}",
        source=name,
        url=url,
        final_url=url,
        status=200,
        content_type="application/json" if path.suffix == ".json" else "",
        body_sha256=digest,
        body_bytes=len(body),
        fetched_at=fetched_at,
    )
    yield from parsers.read(capture, body, Source(name=name, kind=kind, url=url)).launches


def summary(reviewed: Mapping[str, tuple[Reviewed, datetime]]) -> dict[str, Any]:
    """Count verdicts by reviewer, and say what stood in the way of the calls not made."""
    sides = [item.side for item, _ in reviewed.values()]
    fresh = {
        slug
        for slug, (item, now) in reviewed.items()
        if now - item.side.tool.launched_at < timedelta(days=30)
    }
    silent = [side for side in sides if not side.panel.is_known]
    return {
        "tools": len(sides),
        "called_by_two": len(sides) - len(silent),
        "reviewers": {
            reviewer.value: _rates(
                [
                    review
                    for side in sides
                    for review in side.reviews
                    if review.reviewer is reviewer
                ],
                fresh,
            )
            for reviewer in Reviewer
        },
        "no_calls_by_sources": dict(
            Counter(" + ".join(side.tool.sources) for side in silent).most_common(SHOWN)
        ),
        "panels": dict(Counter(side.panel.label for side in sides).most_common()),
    }


def _rates(reviews: list[Review], fresh: set[str]) -> dict[str, Any]:
    calls = [review for review in reviews if review.verdict is not Verdict.NO_CALL]
    open_ = Counter(
        check.key
        for review in reviews
        if review.verdict is Verdict.NO_CALL
        for check in review.checks
        if check.points is None
    )
    new = [review for review in calls if review.tool in fresh]
    share = _share(calls)
    return {
        "calls": len(calls),
        "no_calls": len(reviews) - len(calls),
        "ship_rate": share,
        "ship_rate_of_new": _share(new),
        "calls_on_new": len(new),
        "alarm": len(calls) >= WATCHED and not FEWEST <= (share or 0.0) <= MOST,
        "unknown_where_no_call": dict(open_.most_common()),
    }


def _share(calls: list[Review]) -> float | None:
    ships = sum(review.verdict is Verdict.SHIP for review in calls)
    return round(ships / len(calls), 3) if calls else None


def told(result: dict[str, Any]) -> str:
    """Say the result in lines for people."""
    lines = []
    for name in ("captures", "established", "together"):
        lines += [f"== {name}", *_told(result[name]), ""]
    return "\n".join(lines).rstrip()


def _told(result: dict[str, Any]) -> list[str]:
    called = f"{result['called_by_two']:,} of them called by two reviewers or more"
    lines = [
        f"{result['tools']:,} tools, {called}",
        f"{'reviewer':10} {'calls':>6} {'no call':>8} {'ships':>7} {'of new ones':>12}",
    ]
    for name, rates in result["reviewers"].items():
        mark = "  outside 10 to 80 %" if rates["alarm"] else ""
        lines.append(
            f"{name:10} {rates['calls']:6,} {rates['no_calls']:8,} {_percent(rates['ship_rate']):>7}"
            f" {_percent(rates['ship_rate_of_new']):>7} of {rates['calls_on_new']}{mark}"
        )
    lines.append("unknown where no call was made:")
    for name, rates in result["reviewers"].items():
        open_ = ", ".join(f"{key} {count}" for key, count in rates["unknown_where_no_call"].items())
        lines.append(f"  {name}: {open_ or 'nothing'}")
    lines.append("tools without two calls, by where they were seen:")
    lines += [f"  {count:5,} {names}" for names, count in result["no_calls_by_sources"].items()]
    lines.append("panels: " + ", ".join(f"{name}: {n}" for name, n in result["panels"].items()))
    return lines


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


if __name__ == "__main__":
    main()
