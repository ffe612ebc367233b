"""
Which tools of a job are worth a closer look beside each new one, and how alike their texts are.

Pure. Comparing texts and tags is one sparse product a job; only what it leaves is looked at pair by
pair. So the cost grows with the catalogue, not with its square.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digest.issues.candidates import UNPAIRED, nameless
from digest.issues.config import PairingConfig
from digest.issues.facets import facets_of
from digest.issues.rivalry import says
from digest.issues.similarity import text_vectors, word_sets
from digest.model import Tool

if TYPE_CHECKING:
    import numpy as np

Near = Mapping[str, Mapping[str, float | None]]
"""
For each new tool, by slug, the tools it may be paired with, and the rank in [0, 1] of the likeness
of their texts among all pairs of the job that have a new side; None where it says nothing.
"""
FINE = 10_000
"""Steps of a cosine: rounded so far, it is the same on every machine."""
ROWS = 256
"""New tools compared at once: bounds the memory."""
TOLD = ("tags", "forms", "buyers")
"""Facets that a tool's own words and tags tell, without its facts."""
FEW_PAIRS = 3
"""Pairs in a job below which a rank among them says nothing."""


def shortlist(tools: Iterable[Tool], fresh: Collection[str], *, config: PairingConfig) -> Near:
    """
    Choose for each new tool the others of its job that may be its rival.

    All new ones up to ``config.near_fresh``, and the ``config.near`` likeliest others by what can
    be told without their facts: how sure their job is, texts, tags, buyers; and every one that
    either text sets against the other. Those flagged, unsure of their job, or older versions of
    another are left out, but count in the rank.

    Args:
        tools: The catalogue, each slug once, in any order; those of a job without a new one cost
            nothing.
        fresh: Slugs of the new ones.
        config: The bounds.
    """
    by_job: dict[str, list[Tool]] = defaultdict(list)
    for tool in tools:
        if tool.job not in UNPAIRED:
            by_job[tool.job].append(tool)
    near: dict[str, Mapping[str, float | None]] = {}
    for job in sorted(by_job):
        group = sorted(by_job[job], key=lambda tool: tool.slug)
        rows = [place for place, tool in enumerate(group) if tool.slug in fresh]
        if rows:
            near |= _Job(group, rows, config).near()
    return near


@dataclass(frozen=True, slots=True)
class _Job:
    """The tools of one job by slug, and the places of the new ones among them."""

    tools: Sequence[Tool]
    rows: Sequence[int]
    config: PairingConfig

    def near(self) -> dict[str, dict[str, float | None]]:
        """Choose for each new tool; see :func:`shortlist`."""
        import numpy as np  # noqa: PLC0415 # comes with scikit-learn: most commands never pair

        vectors = text_vectors([nameless(tool) for tool in self.tools])
        ranks = self._ranks(vectors)
        known = [facets_of(tool) for tool in self.tools]
        sets = [word_sets([each.get(name, ()) for each in known]) for name in TOLD]
        confidence = np.array([tool.job_confidence for tool in self.tools])
        is_new = np.zeros(len(self.tools), dtype=bool)
        is_new[list(self.rows)] = True
        newest = self._newest()
        is_open = np.array([self._may_meet(tool) and tool.slug in newest for tool in self.tools])
        is_open |= is_new
        named = self._named()
        found: dict[str, dict[str, float | None]] = {}
        for place in self.rows:
            rank = ranks(place)
            likely = confidence * confidence[place] / 2 + np.nan_to_num(rank, nan=0.5) / 4
            likely = likely + _shared(place, sets) / 4
            chosen = set(_best(likely, is_open & is_new, place, self.config.near_fresh))
            chosen |= set(_best(likely, is_open & ~is_new, place, self.config.near))
            chosen |= {other for other in named[place] if is_open[other]}
            found[self.tools[place].slug] = {
                self.tools[other].slug: None
                if np.isnan(rank[other])
                else round(float(rank[other]), 4)
                for other in sorted(chosen)
            }
        return found

    def _may_meet(self, tool: Tool) -> bool:
        return not tool.flags and tool.job_confidence >= self.config.min_job_confidence

    def _newest(self) -> set[str]:
        """Give the newest listing of each product family: nobody chooses an older version."""
        newest: dict[str, Tool] = {}
        for tool in self.tools:
            known = newest.get(tool.family)
            if known is None or tool.launched_at > known.launched_at:
                newest[tool.family] = tool
        return {tool.slug for tool in newest.values()}

    def _ranks(self, vectors: Any) -> Any:
        """Give what gives, for a new tool's place, the rank of its likeness to each of the job."""
        import numpy as np  # noqa: PLC0415 # see above

        size = len(self.tools)
        if vectors is None:
            return lambda _place: np.full(size, np.nan)
        has_words = np.diff(vectors.indptr) > 0
        counts = np.zeros(FINE + 1, dtype=np.int64)
        steps: dict[int, Any] = {}
        is_counted = has_words.copy()  # a pair of two new ones is counted with the first of them
        for start in range(0, len(self.rows), ROWS):
            part = list(self.rows[start : start + ROWS])
            alike = (vectors[part] @ vectors.T).toarray()
            for place, row in zip(part, np.rint(alike * FINE).astype(np.int16), strict=True):
                steps[place] = np.clip(row, 0, FINE)
                is_counted[place] = False
                if has_words[place]:
                    counts += np.bincount(steps[place][is_counted], minlength=FINE + 1)
        total = int(counts.sum())
        below = np.concatenate(([0], np.cumsum(counts)[:-1]))
        middle = (below + counts / 2) / max(total, 1)

        def rank(place: int) -> "np.ndarray[Any, Any]":
            if total < FEW_PAIRS or not has_words[place]:
                return np.full(size, np.nan)
            return np.where(has_words, middle[steps[place]], np.nan)

        return rank

    def _named(self) -> dict[int, set[int]]:
        """Give for each new tool those whose text names it, or that its own names, as a rival."""
        texts = [f"{tool.tagline}. {tool.description}" for tool in self.tools]
        words = [frozenset(text.split()) for text in texts]
        openings: dict[str, list[int]] = defaultdict(list)
        for place, tool in enumerate(self.tools):
            openings[next(iter(tool.name.split()), "")].append(place)
        new = set(self.rows)
        theirs = {opening for opening, places in openings.items() if new & set(places)}
        found: dict[int, set[int]] = {place: set() for place in self.rows}
        for place, said in enumerate(words):
            known = _openings(said) & (openings.keys() if place in new else theirs)
            for other in (each for opening in known for each in openings[opening]):
                a, b = self.tools[place], self.tools[other]
                if other == place or not ({place, other} & new):
                    continue
                if says(texts[place], own=a.name, name=b.name):
                    for one, two in ((place, other), (other, place)):
                        if one in new:
                            found[one].add(two)
        return found


def _openings(words: Iterable[str]) -> frozenset[str]:
    """Give words as names may begin with them, without the marks around them."""
    return frozenset(word.strip(".,;:!?()[]'\"“”‘’/") for word in words)


def _shared(place: int, sets: Iterable[tuple[Any, Any]]) -> Any:
    """Give the mean Jaccard share of one tool with each; ½ for what is not known of both."""
    import numpy as np  # noqa: PLC0415 # see above

    shares = []
    for matrix, sizes in sets:
        common = (matrix[place] @ matrix.T).toarray().ravel()
        is_known = (sizes > 0) & (sizes[place] > 0)
        share = common / np.maximum(sizes + sizes[place] - common, 1)
        shares.append(np.where(is_known, share, 0.5))
    return sum(shares) / len(shares)


def _best(likely: Any, is_open: Any, place: int, limit: int) -> list[int]:
    """Give the places of the likeliest, of equal ones the first by slug."""
    import numpy as np  # noqa: PLC0415 # see above

    places = np.flatnonzero(is_open)
    places = places[places != place]
    if len(places) > limit:
        order = np.lexsort((places, -np.round(likely[places], 6)))
        places = places[order[:limit]]
    return [int(each) for each in places]
