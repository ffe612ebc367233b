"""
Show the pairs of a real week: the plan's best twenty, the parts of their scores, and why not.

Reads the listings captured until a moment, makes tools of them in a database of its own, and plans the
week as a build at that moment would. The folder belongs to the sites; none of it is kept.

Usage: pairs.py FOLDER [--week 2026-W29] [--at 2026-07-24T18:00] [--top 20] [--loose] [--json]
"""

import argparse
import hashlib
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.catalogue.established import packaged
from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.issues.pairing import PairingConfig, plan_pairs
from digest.issues.weeks import window
from digest.mail.stationery import Brand
from digest.model import Capture, Launch, PairPlan, Source
from digest.panel.rules import load_rules
from digest.sources import parsers
from digest.steps.desk import WeeklyParts, as_candidates
from digest.steps.planning import BuildOptions, Planned, plan_week
from digest.steps.research import research
from digest.store import launches as launch_store
from digest.store.engine import Database
from digest.store.migrate import migrate

LISTINGS = (
    ("lobsters", "lobsters", "lobsters/rss_2024-05.xml", "2024-05-01"),
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
    ("arxiv", "arxiv_api", "arxiv/api_query_csAI_csLG_2026-07-13.atom.xml", "2026-07-14"),
    ("taaft", "taaft_listing", "taaft/home_2026-07.html", "2026-07-24"),
    ("openrouter", "openrouter_models", "openrouter/models_2026-07_trim.json", "2026-07-30"),
)
"""Source, kind, file, and the day it was captured; those of later days are left out."""
PARTS = ("substitutability", "rivalry", "freshness", "balance", "contrast")


def main() -> None:
    """Plan the week and print it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=2)[1])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--at", type=_moment, default="2026-07-24T18:00")
    parser.add_argument("--week", default="2026-W29")
    parser.add_argument("--top", type=int, default=20)
    parser.add_argument(
        "--loose", action="store_true", help="as if enough were known of every tool"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.folder.is_dir():
        sys.exit(f"{options.folder} is no folder; give the one that holds the captured listings")
    with tempfile.TemporaryDirectory() as place:
        db = Database(f"sqlite:///{place}/pairs.db")
        migrate(db)
        read(db, options.folder, now=options.at)
        work = planned(db, week=options.week, now=options.at, is_loose=options.loose)
        db.close()
    if options.json:
        print(work.plan.model_dump_json(indent=1))
    else:
        print(told(work, top=options.top))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(db: Database, folder: Path, *, now: datetime) -> None:
    """Read the listings captured until then, day by day."""
    classifier = JobClassifier(load_jobs())
    for day in sorted({listing[3] for listing in LISTINGS if listing[3] <= f"{now:%Y-%m-%d}"}):
        at = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=14)
        with db.write() as session:
            for name, kind, path, _ in (each for each in LISTINGS if each[3] == day):
                launch_store.put_launches(
                    session, tuple(_launches(name, kind, folder / path, now=at)), now=at
                )
        research(db, classifier=classifier, incumbents=packaged())


def planned(db: Database, *, week: str, now: datetime, is_loose: bool) -> Planned:
    """Plan the week at that moment as a build would, or as if enough were known of every tool."""
    parts = WeeklyParts(
        db=db,
        jobs=load_jobs(),
        rules=load_rules(),
        brand=Brand(
            name="Pairs",
            base_url="https://pairs.example.com",
            sender_name="Pairs",
            sender_address="pairs@example.com",
            postal_address="1 Example Street",
        ),
        templates_dir=Path(),
        zone=ZoneInfo("UTC"),
        labels={},
    )
    span = window(week, now=now, zone=parts.zone)
    work = plan_week(week, span, BuildOptions(), parts, now=now)
    if not is_loose:
        return work
    plan = plan_pairs(
        as_candidates(work.desk, parts=parts, span=span),
        week=week,
        window=span,
        jobs=parts.jobs,
        config=PairingConfig(min_coverage=0, min_calls=0),
        near=work.desk.near,
    )
    return replace(work, plan=plan)


def _launches(name: str, kind: str, path: Path, *, now: datetime) -> Iterator[Launch]:
    if not path.is_file():
        return
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()
    url = f"https://{name}.example/"
    capture = Capture(
        key=f"{digest[:16]}-{now:%Y%m%dT%H%M%S}",
        source=name,
        url=url,
        final_url=url,
        status=200,
        content_type="application/json" if path.suffix == ".json" else "",
        body_sha256=digest,
        body_bytes=len(body),
        fetched_at=now,
    )
    yield from parsers.read(capture, body, Source(name=name, kind=kind, url=url)).launches


def told(work: Planned, *, top: int) -> str:
    """Say the plan in lines for people."""
    plan = work.plan
    reasons = Counter(each.reason for each in plan.rejections)
    summary = (
        f"{plan.week}: {plan.considered_tools} tools looked at, {plan.fresh} new, {plan.passed} may "
        f"be paired, {plan.scored} pairs, {len(plan.chosen)} chosen"
    )
    lines = [
        summary,
        *(f"  {count:5} {reason}" for reason, count in reasons.most_common()),
        "",
    ]
    pairs = [*plan.chosen, *plan.considered][:top]
    lines += [line for place, pair in enumerate(pairs, 1) for line in _pair(place, pair, work)]
    jobs = Counter(each.job for each in plan.candidates if each.is_fresh)
    lines += ["", "new tools that may be paired, by job: " + _counts(jobs)]
    return "\n".join(lines)


def _pair(place: int, pair: PairPlan, work: Planned) -> list[str]:
    tools = {slug: work.desk.reviewed[slug].side.tool for slug in (pair.a, pair.b)}
    score = pair.score
    parts = " ".join(f"{part[:4]} {getattr(score, part):.2f}" for part in PARTS)
    names = f"{tools[pair.a].name} vs {tools[pair.b].name}"
    lines = [
        f"{place:2}. {score.total:.3f} {pair.job}: {names} [{pair.reason or 'CHOSEN'}]",
        f"      {parts} (joint {score.joint}, alike {score.similarity}, shared {score.overlap})",
    ]
    lines += [f"      - {tool.name}: {tool.tagline[:110]}" for tool in tools.values()]
    return lines


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


if __name__ == "__main__":
    main()
