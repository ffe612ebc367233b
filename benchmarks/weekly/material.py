"""
Tools, their facts and launches to build a week from: made from a number, the same on every machine.

Pure. Jobs are spread as unevenly as real ones are: a few have thousands of tools, many have some
dozens, and a quarter of all tools have none. A tenth of the new launches announce a tool that is
known; some tools share a maker, a name or a host with others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from digest.catalogue.names import product_key, slug_of
from digest.model import EntryPrice, FactKind, Job, Launch, LaunchDateSource, Popularity

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WEEK = "2026-W47"
SOURCES = ("hacker_news", "product_hunt", "github", "directory")
FRESH_SHARE = 0.01
KNOWN_AGAIN = 10
"""One in so many new launches announces a tool that is known."""
UNSORTED_SHARE = 0.25
DAYS = 730
"""Days before the week in which the known tools were launched."""

_HEADS = ("ka", "lu", "mi", "ren", "to", "va", "zel", "bri", "fo", "gra", "hin", "jo", "pe", "sy")
_TAILS = ("dor", "lin", "mar", "nex", "pha", "quo", "rise", "sta", "ter", "vio", "wen", "yx", "ble")
_MIDDLES = ("", "a", "e", "i", "o", "u", "an", "el", "is", "or", "un", "ai", "ea", "ou")
_SECOND = ("Flow", "Studio", "AI", "Labs", "Desk", "Hub", "Pilot", "Kit", "Cloud", "Agent")
_SAID = (
    "It keeps {a} and {b} in one place for small teams.",
    "You describe the {a}, it prepares the {b} and shows every step.",
    "Large {a} are split, checked and joined again without losing {b}.",
    "The {a} stays under version control beside the {b}.",
    "Runs of the {b} can be repeated with another {a} and compared.",
    "Reports on {a} arrive by mail; the {b} is exported as CSV.",
)
_STATED = (
    ("Install it with `pip install {slug}`.", 5),
    ("There is a free plan; paid plans start at ${price} per month.", 6),
    ("It is free and open source under the MIT license.", 4),
    ("It runs locally on macOS, Windows and Linux.", 4),
    ("It offers a REST API.", 5),
    ("The documentation is at https://{slug}.dev/docs.", 6),
    ("A demo is available.", 4),
    ("There is no waitlist.", 3),
    ("It can be self-hosted with Docker.", 3),
    ("The company was founded in {year}.", 3),
    ("An alternative to {rival}.", 2),
)
"""Sentences that facts are read from, and in how many of ten announcements each stands."""


@dataclass(frozen=True, slots=True)
class Made:
    """One tool as the benchmark imagines it."""

    number: int
    name: str
    slug: str
    job: Job | None
    tagline: str
    description: str
    site: str | None
    vendor: str | None
    source: str
    native_id: str
    launched_at: datetime
    points: int | None

    @property
    def url(self) -> str:
        """Where the announcement points."""
        return self.site or f"https://{self.source.replace('_', '')}.com/posts/{self.native_id}"


def tools(jobs: Sequence[Job], *, size: int) -> Iterator[Made]:
    """Give ``size`` known tools, then one per cent as many new ones, each slug once."""
    open_jobs = [job for job in jobs if job.description]
    weights = list(accumulate(1 / (place + 1) for place in range(len(open_jobs))))
    taken: set[str] = set()
    for number in range(size + fresh_of(size)):
        yield _made(number, open_jobs, weights, taken, is_fresh=number >= size)


def fresh_of(size: int) -> int:
    """Give how many new tools a catalogue of that size gets."""
    return max(2, round(size * FRESH_SHARE))


def _made(
    number: int, jobs: Sequence[Job], weights: list[float], taken: set[str], *, is_fresh: bool
) -> Made:
    chance = Random(number)
    is_sorted = is_fresh or chance.random() >= UNSORTED_SHARE
    job = chance.choices(jobs, cum_weights=weights)[0] if is_sorted else None
    name = _name(chance, number)
    slug = slug_of(name)
    if slug in taken:
        slug = f"{slug}-{number}"
    taken.add(slug)
    vendor = f"{_word(Random(number // 3))} labs" if chance.random() < 0.6 else None  # noqa: PLR2004
    source = chance.choices(SOURCES, weights=(4, 3, 4, 1))[0]
    days = chance.uniform(0.1, 6.9) if is_fresh else chance.uniform(8, DAYS)
    tagline, description = _texts(chance, job or chance.choice(jobs), slug)
    return Made(
        number=number,
        name=name,
        slug=slug,
        job=job,
        tagline=tagline,
        description=description,
        site=_site(chance, slug, vendor, source),
        vendor=vendor,
        source=source,
        native_id=str(1_000_000 + number),
        launched_at=NOW - timedelta(days=days),
        points=int(chance.paretovariate(0.9)) if chance.random() < 0.7 else None,  # noqa: PLR2004
    )


def _name(chance: Random, number: int) -> str:
    if number % 25 == 24:  # another version of the one before  # noqa: PLR2004
        return f"{_name(Random(number - 1), number - 1)} {chance.randint(2, 4)}"
    word = _word(chance).capitalize()
    return f"{word} {chance.choice(_SECOND)}" if chance.random() < 0.4 else word  # noqa: PLR2004


def _word(chance: Random) -> str:
    parts = (_HEADS, _MIDDLES, _TAILS, _MIDDLES, _TAILS, _MIDDLES, _TAILS)
    return "".join(chance.choice(part) for part in parts[: chance.choice((5, 5, 7))])


def _site(chance: Random, slug: str, vendor: str | None, source: str) -> str | None:
    if source == "github":
        return f"https://github.com/{slug_of(vendor or slug)}/{slug}"
    kind = chance.random()
    if kind < 0.15:  # noqa: PLR2004 # known from its listing alone
        return None
    if kind < 0.25 and vendor:  # noqa: PLR2004 # a page of its maker's site
        return f"https://{slug_of(vendor)}.com/{slug}"
    return f"https://{slug}.dev"


def _texts(chance: Random, job: Job, slug: str) -> tuple[str, str]:
    words = [word for text in (job.description, *job.synonyms) for word in text.split()]
    words = [word.strip(".,:;()") for word in words if len(word) > 4] or ["work"]  # noqa: PLR2004
    wanted = chance.choice(job.synonyms or (job.label,))
    tagline = f"{wanted.capitalize()} for {chance.choice(words)} and {chance.choice(words)}"
    said = [
        text.format(a=chance.choice(words), b=chance.choice(words))
        for text in chance.sample(_SAID, k=3)
    ]
    slots = {
        "slug": slug,
        "price": chance.choice((9, 12, 19, 29, 49)),
        "year": chance.randint(2015, 2025),
        "rival": f"{_word(chance).capitalize()} {chance.choice(_SECOND)}",
    }
    stated = [text.format(**slots) for text, often in _STATED if chance.random() * 10 < often]
    return tagline, " ".join((f"An AI {wanted}: {job.description}", *said, *stated))


def launch(made: Made, *, of: Made | None = None, capture: str) -> Launch:
    """Give the announcement of a tool; with ``of`` it announces that one again."""
    told = of or made
    details: dict[str, Any] = {}
    if made.source == "github":
        full_name = (told.site or "").removeprefix("https://github.com/")
        began = made.launched_at - timedelta(days=made.number % 400)
        details = {
            "full_name": full_name,
            "created_at": began.isoformat(),
            "pushed_at": (NOW - timedelta(days=made.number % 60)).isoformat(),
        }
    metric = Popularity.STARS if made.source == "github" else Popularity.POINTS
    return Launch(
        source=made.source,
        native_id=made.native_id,
        title=told.name,
        name=told.name,
        tagline=made.tagline,
        description=made.description,
        url=told.url,
        site=told.site,
        discussion_url=f"https://{made.source.replace('_', '')}.com/item/{made.native_id}",
        launched_at=made.launched_at,
        launched_at_source=LaunchDateSource.API,
        popularity=made.points,
        popularity_metric=metric if made.points is not None else None,
        licence="MIT" if made.source == "github" and made.number % 3 else None,
        details=details,
        first_seen_at=made.launched_at + timedelta(minutes=30),
        capture_key=capture,
    )


def facts(made: Made) -> list[tuple[FactKind, bool | float | str, str]]:
    """Give what is known of a tool: kind, value, and the words it stands on."""
    chance = Random(-1 - made.number)
    entry = chance.choices([each.value for each in EntryPrice][:4], weights=(5, 4, 3, 1))[0]
    day = (NOW - timedelta(days=chance.randint(1, 500))).date().isoformat()
    began = (made.launched_at - timedelta(days=chance.randint(0, 900))).date().isoformat()
    possible: list[tuple[FactKind, bool | float | str, int]] = [
        (FactKind.ENTRY_PRICE, entry, 8),
        (FactKind.PRICE, f"${chance.choice((9, 12, 19, 29))} per month", 4),
        (FactKind.LICENCE, chance.choice(("MIT", "Apache-2.0", "AGPL-3.0")), 5),
        (FactKind.INSTALL, f"pip install {made.slug}", 4),
        (FactKind.DOCS, True, 6),
        (FactKind.EXAMPLE, True, 4),
        (FactKind.WAITLIST, chance.random() < 0.2, 3),  # noqa: PLR2004
        (FactKind.OPEN_INTERFACE, chance.choice(("REST API", "MCP", "OpenAI-compatible API")), 5),
        (FactKind.RUNS_LOCALLY, chance.random() < 0.6, 5),  # noqa: PLR2004
        (FactKind.SELF_HOST, True, 3),
        (FactKind.PLATFORMS, chance.choice(("macOS, Linux", "web", "Windows, macOS")), 5),
        (FactKind.BENCHMARK, chance.choice(("none", "bare", "reproducible")), 2),
        (FactKind.MAINTAINED_AT, day, 6),
        (FactKind.CREATED_AT, began, 5),
        (FactKind.SUPERLATIVES, round(chance.uniform(0, 4), 1), 6),
        (FactKind.VENDOR_SINCE, f"{chance.randint(2012, 2025)}-01-01", 3),
        (FactKind.TERMS, True, 4),
    ]
    return [
        (kind, value, f"{kind.value.replace('_', ' ')}: {value}, as its page says")
        for kind, value, often in possible
        if chance.random() * 10 < often
    ]


def key_of(made: Made) -> str:
    """Give the product family of a tool."""
    return product_key(made.name)
