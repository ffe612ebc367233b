"""
Decide how fast mail may go, by buckets of tokens that replies make smaller and larger.

Pure: takes buckets and the time, gives buckets. A bucket holds at most a second's worth, and one
message at the least; a message takes one token. A 4xx halves its domain's rate, down to one message
a minute; answers that are well raise it by half, slowly, up to what an operator set, or until a
bucket that nobody set is of no use any more. Both happen once in a while and not for each answer:
what was under way when a domain grew slow says nothing of the new rate.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from digest.delivery.feedback import nameless
from digest.model import Bucket

ALL = ""
"""Key of the bucket of all mail together."""

SLOWEST = 1 / 60
FIRST = 5.0
"""Messages a second to a domain without a bucket, after its first 4xx."""
FREE = 20.0
"""Messages a second from which a bucket that nobody set is taken away."""
LOWER_EVERY = timedelta(seconds=5)
RAISE_EVERY = timedelta(seconds=30)
RAISE_BY = 1.5
PORTION = 0.25
"""Seconds' worth of a rate that is given out at once, so that fast sending is not one by one."""
FORGOTTEN_AFTER = timedelta(hours=24)
"""Time without an answer after which a bucket that nobody set is taken away."""
MOST = 500
"""Buckets that nobody set: each claim reads all. A relay that puts everybody off makes no more."""
SKEW = timedelta(seconds=60)
"""How far ahead another machine's clock may be before it is not believed."""
WHOLE = 1e-9
"""What sums of fractions may lack of a whole token."""
REPLY_LIMIT = 500


class Addressed(Protocol):
    """A delivery, as far as limits look at it."""

    @property
    def domain(self) -> str:
        """Domain of its address, lower case, A-labels."""
        ...


Mail = TypeVar("Mail", bound=Addressed)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be claimed just now."""

    limit: int
    """At most so many; 0 is none."""
    without: frozenset[str] = frozenset()
    """Domains whose tokens are used up."""
    again_at: datetime | None = None
    """When there will be more; None where nothing of this holds anybody up."""


def opened(domain: str, *, limit: float | None, now: datetime, rate: float | None = None) -> Bucket:
    """Give a new bucket, full; ``limit`` and ``rate`` are in messages a second."""
    start = rate or limit or FIRST
    return Bucket(domain=domain, rate=start, limit=limit, tokens=_most(start), filled_at=now)


def limited(
    buckets: Mapping[str, Bucket], limits: Mapping[str, float], *, now: datetime
) -> dict[str, Bucket]:
    """
    Give the buckets as the settings want them, filled up to ``now``.

    Args:
        buckets: As they were stored, by domain.
        limits: Messages a second by domain, and for all mail by ``ALL``; only what is set.
        now: The time.

    Returns:
        A bucket for every limit and every domain that is slowed; one that is neither is left out.
    """
    found: dict[str, Bucket] = {}
    for domain in sorted({*buckets, *limits}):
        limit = limits.get(domain)
        stored = buckets.get(domain)
        if stored is None:
            found[domain] = opened(domain, limit=limit, now=now)
        elif limit is not None or not _is_forgotten(stored, now=now):
            found[domain] = filled(_under(stored, limit), now=now)
    return found


def filled(bucket: Bucket, *, now: datetime) -> Bucket:
    """Give the bucket with what came in since it was filled; time never goes back."""
    if bucket.filled_at - now > SKEW:  # by a clock that is wrong: it may not stop the others
        return bucket.model_copy(update={"filled_at": now})
    elapsed = max((now - bucket.filled_at).total_seconds(), 0.0)
    tokens = min(bucket.tokens + elapsed * bucket.rate, _most(bucket.rate))
    return bucket.model_copy(update={"tokens": tokens, "filled_at": max(bucket.filled_at, now)})


def allowance(buckets: Mapping[str, Bucket], *, wanted: int) -> Allowance:
    """
    Say what may be claimed.

    Args:
        buckets: Filled, by domain.
        wanted: Messages that would be claimed if nothing held them up, 1 or more.
    """
    total = buckets.get(ALL)
    limit = wanted if total is None else _given_out(total, wanted)
    empty = [
        bucket for domain, bucket in buckets.items() if domain != ALL and not _whole(bucket.tokens)
    ]
    if total is not None and not limit:
        portion = max(1.0, min(wanted, total.rate * PORTION))
        return Allowance(0, again_at=_when(total, portion))
    again = min((_when(bucket, 1.0) for bucket in empty), default=None)
    return Allowance(limit, frozenset(bucket.domain for bucket in empty), again)


def within(buckets: Mapping[str, Bucket], picked: Sequence[Mail]) -> tuple[list[Mail], list[Mail]]:
    """Part what was picked into what its domain's tokens are enough for, and what is over."""
    left = {domain: _whole(bucket.tokens) for domain, bucket in buckets.items() if domain != ALL}
    kept: list[Mail] = []
    over: list[Mail] = []
    for mail in picked:
        if mail.domain in left:
            left[mail.domain] -= 1
        (over if left.get(mail.domain, 0) < 0 else kept).append(mail)
    return kept, over


def spent(buckets: Mapping[str, Bucket], kept: Iterable[Addressed]) -> dict[str, Bucket]:
    """Give the buckets without the tokens of what was claimed."""
    used = Counter(mail.domain for mail in kept)
    used[ALL] = used.total()
    return {
        domain: bucket.model_copy(update={"tokens": bucket.tokens - used[domain]})
        for domain, bucket in buckets.items()
    }


def lowered(bucket: Bucket | None, domain: str, *, reply: str, now: datetime) -> Bucket:
    """Give a domain's bucket after a 4xx; without one yet, its first."""
    words = nameless(reply)[:REPLY_LIMIT]  # kept after the reader is forgotten
    if bucket is None:
        fresh = opened(domain, limit=None, now=now)
        return fresh.model_copy(update={"tokens": 0.0, "lowered_at": now, "reply": words})
    if bucket.lowered_at is not None and now - bucket.lowered_at < LOWER_EVERY:
        return bucket
    rate = max(bucket.rate / 2, min(SLOWEST, bucket.rate))
    full = filled(bucket, now=now)
    tokens = min(full.tokens, _most(rate))
    changes = {"rate": rate, "tokens": tokens, "lowered_at": now, "reply": words}
    return full.model_copy(update=changes)


def raised(bucket: Bucket, *, now: datetime) -> Bucket | None:
    """Give a domain's bucket after an answer that was well; None once it is of no use any more."""
    if not bucket.is_slowed:
        return bucket
    moved_at = max((each for each in (bucket.lowered_at, bucket.raised_at) if each), default=None)
    if moved_at is not None and now - moved_at < RAISE_EVERY:
        return bucket
    rate = bucket.rate * RAISE_BY
    if bucket.limit is None and rate >= FREE:
        return None
    if bucket.limit is not None and rate >= bucket.limit:
        calm = {"rate": bucket.limit, "lowered_at": None, "raised_at": None, "reply": None}
        return filled(bucket, now=now).model_copy(update=calm)
    return filled(bucket, now=now).model_copy(update={"rate": rate, "raised_at": now})


def answered(
    buckets: Mapping[str, Bucket], answers: Iterable[tuple[str, bool, str]], *, now: datetime
) -> dict[str, Bucket | None]:
    """
    Give what answers change.

    Args:
        buckets: Of these domains, as they are stored; one that never was slow has none.
        answers: In their order: the domain, whether it was a 4xx, and the words.
        now: When they came.

    Returns:
        The changed buckets by domain; None for one that is taken away.
    """
    changed: dict[str, Bucket | None] = {}
    room = MOST - sum(bucket.limit is None for bucket in buckets.values())
    for domain, is_put_off, reply in answers:
        before = changed.get(domain, buckets.get(domain))
        if is_put_off and (before is not None or room > 0):
            room -= before is None
            changed[domain] = lowered(before, domain, reply=reply, now=now)
        elif before is not None:
            changed[domain] = raised(before, now=now)
    return {domain: bucket for domain, bucket in changed.items() if bucket != buckets.get(domain)}


def next_at(bucket: Bucket) -> datetime:
    """Give when the bucket has its next whole token."""
    return _when(bucket, 1.0)


def _is_forgotten(bucket: Bucket, *, now: datetime) -> bool:
    """Say of a bucket without a limit whether it says nothing of today any more."""
    if bucket.lowered_at is None:
        return True
    return now - max(bucket.lowered_at, bucket.raised_at or bucket.lowered_at) > FORGOTTEN_AFTER


def _under(bucket: Bucket, limit: float | None) -> Bucket:
    """Give a stored bucket under the limit that is set now, which may be another than before."""
    if bucket.limit == limit:
        return bucket
    if limit is None:
        return bucket.model_copy(update={"limit": None})
    rate = min(bucket.rate, limit) if bucket.lowered_at else limit
    tokens = min(bucket.tokens, _most(rate))
    return bucket.model_copy(update={"limit": limit, "rate": rate, "tokens": tokens})


def _most(rate: float) -> float:
    """Give how many tokens a bucket holds: a second's worth, one at least."""
    return max(1.0, rate)


def _whole(tokens: float) -> int:
    return max(0, int(tokens + WHOLE))


def _given_out(bucket: Bucket, wanted: int) -> int:
    portion = max(1, min(wanted, int(bucket.rate * PORTION)))
    there = _whole(bucket.tokens)
    return min(there, wanted) if there >= portion else 0


def _when(bucket: Bucket, tokens: float) -> datetime:
    lacking = max(tokens - bucket.tokens, 0.0)
    return bucket.filled_at + timedelta(seconds=lacking / bucket.rate)
