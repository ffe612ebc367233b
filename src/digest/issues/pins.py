"""What an editor asks of a plan: ``slug+slug`` is a pair, ``slug`` a tool; read and checked."""

from collections.abc import Iterable

from digest.errors import IssueError

Wish = tuple[str, ...]
"""One slug, or two of them sorted."""


def read_wishes(texts: Iterable[str], *, week: str) -> tuple[Wish, ...]:
    """
    Read an editor's wishes, in their order, each once.

    Raises:
        IssueError: A text is neither ``slug`` nor ``slug+slug`` of two different tools.
    """
    wishes: dict[Wish, None] = {}
    for text in texts:
        slugs = tuple(sorted(part.strip() for part in text.split("+")))
        if not all(slugs) or len(slugs) > 2 or len(set(slugs)) != len(slugs):  # noqa: PLR2004 # a pair
            raise IssueError(
                week, f"{text!r} is neither a tool's slug nor a pair of two, such as aider+codex"
            )
        wishes[slugs] = None
    return tuple(wishes)
