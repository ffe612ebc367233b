"""Citations of a model's text, numbered as they come, and our marks such as [1] for its [E3]."""

from collections.abc import Iterable, Sequence

from digest.model import Citation, Snippet
from digest.panel.citations import find
from digest.panel.llm.checks import MARK
from digest.panel.llm.schema import Cited


class Marks:
    """The citations of one text."""

    def __init__(self, snippets: Iterable[Snippet]) -> None:
        self._snippets = {snippet.id: snippet for snippet in snippets}
        self._marks: dict[tuple[str, str], int] = {}
        self._citations: list[Citation] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations, by number."""
        return tuple(self._citations)

    def take(self, cited: Iterable[Cited]) -> None:
        """Number citations in this order."""
        for each in cited:
            self.number(each.evidence_id, each.quote)

    def number(self, evidence_id: str, quote: str) -> int:
        """Give the mark of a quote; it is shown as the snippet itself has its words."""
        snippet = self._snippets[evidence_id]
        start, end = find(quote, snippet.text) or (0, len(snippet.text))
        words = snippet.text[start:end]
        mark = self._marks.setdefault((evidence_id, words), len(self._marks) + 1)
        if mark > len(self._citations):
            self._citations.append(
                Citation(
                    number=mark,
                    label=snippet.label,
                    url=snippet.url,
                    quote=words,
                    observed_at=snippet.fetched_at,
                )
            )
        return mark

    def on(self, text: str, cited: Sequence[Cited]) -> str:
        """Give a text with our marks; what it cites without a mark is marked at its end."""
        line = " ".join(text.split())
        shown = set(MARK.findall(line))
        marked = MARK.sub(lambda match: f"[{self._first_of(match[1])}]", line)
        left = [each for each in cited if each.evidence_id not in shown]
        numbers = dict.fromkeys(self.number(each.evidence_id, each.quote) for each in left)
        marks = "".join(f"[{number}]" for number in numbers)
        return f"{marked} {marks}" if marks else marked

    def _first_of(self, evidence_id: str) -> int:
        return next(mark for (known, _), mark in self._marks.items() if known == evidence_id)
