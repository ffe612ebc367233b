"""What an editor asks of a plan: ``slug+slug`` is a pair, ``slug`` a tool; read and checked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from digest.errors import IssueError

Slugs = tuple[str, ...]
"""One slug, or two of them sorted."""
Pair = tuple[str, str]
PAIR = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """All that editors ask of one plan, read."""

    pins: tuple[Slugs, ...] = ()
    """In the editor's order."""
    bans: frozenset[Slugs] = frozenset()
    forced: Mapping[Pair, str] | None = None
    """Pins that outrank "one product" and "already published", with the editor's note."""
    replaced: tuple[Pair, ...] = ()
    ordered: tuple[Pair, ...] = ()

    def note_on(self, pair: Pair) -> str | None:
        """Give the note on a forced pin; None where the pair is not forced."""
        return (self.forced or {}).get(pair)

    def has_pinned(self, slug: str) -> bool:
        """Say whether a pin names the tool."""
        return any(slug in wish for wish in self.pins)


def read_asked(
    week: str,
    *,
    pinned: Sequence[str] = (),
    banned: Collection[str] = (),
    forced: Mapping[str, str] | None = None,
    replaced: Sequence[str] = (),
    ordered: Sequence[str] = (),
) -> Asked:
    """
    Read all wishes of a week; see :func:`plan_pairs`.

    Raises:
        IssueError: One of them cannot be read, or is forced without a note.
    """
    forced = forced or {}
    for text, note in forced.items():
        if not note.strip():
            raise IssueError(week, f"to force {text} needs a note that says why")
    notes = {wish: note for text, note in forced.items() for wish in read_pairs([text], week=week)}
    return Asked(
        pins=read_wishes([*pinned, *forced], week=week),
        bans=frozenset(read_wishes(banned, week=week)),
        forced=notes,
        replaced=read_pairs(replaced, week=week),
        ordered=read_pairs(ordered, week=week),
    )


def read_wishes(texts: Iterable[str], *, week: str) -> tuple[Slugs, ...]:
    """
    Read an editor's wishes, in their order, each once.

    Raises:
        IssueError: A text is neither ``slug`` nor ``slug+slug`` of two different tools.
    """
    wishes: dict[Slugs, None] = {}
    for text in texts:
        slugs = tuple(sorted(part.strip() for part in text.split("+")))
        if not all(slugs) or len(slugs) > PAIR or len(set(slugs)) != len(slugs):
            raise IssueError(
                week, f"{text!r} is neither a tool's slug nor a pair of two, such as aider+codex"
            )
        wishes[slugs] = None
    return tuple(wishes)


def read_pairs(texts: Iterable[str], *, week: str) -> tuple[Pair, ...]:
    """Read wishes of which each names a pair. Raises IssueError."""
    pairs: list[Pair] = []
    for wish in read_wishes(texts, week=week):
        if len(wish) != PAIR:
            raise IssueError(week, f"{wish[0]!r} is one tool; name a pair, such as aider+codex")
        pairs.append((wish[0], wish[1]))
    return tuple(pairs)


def spelled(wish: Slugs) -> str:
    """Give a wish as editors write it."""
    return "+".join(wish)


def refuse_unknown_bans(banned: Iterable[str], known: Collection[str], *, week: str) -> None:
    """Raise IssueError where a ban names a tool that is not among the slugs known."""
    for slug in sorted({slug for wish in read_wishes(banned, week=week) for slug in wish}):
        if slug not in known:
            near = get_close_matches(slug, sorted(known), n=1)
            hint = f", did you mean {near[0]}?" if near else "; digest build --json lists the slugs"
            raise IssueError(week, f"{slug} cannot be banned: no such tool is known{hint}")
