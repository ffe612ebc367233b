"""Say sources by the names readers know: where an issue is drafted, keys become labels once."""

from collections.abc import Mapping

from digest.model import Answer, Card, Citation, Comparison, FactCell, FactRow, Issue, Review


def with_labels(issue: Issue, labels: Mapping[str, str]) -> Issue:
    """
    Give the issue with every source's key replaced by its label; a key without one stays.

    Args:
        issue: As drafted.
        labels: Label by source name, such as ``hacker_news`` → ``Hacker News``.
    """
    stale = tuple(
        item.model_copy(update={"source": labels.get(item.source, item.source)})
        for item in issue.stale_sources
    )
    comparisons = tuple(labelled(item, labels) for item in issue.comparisons)
    return issue.model_copy(update={"comparisons": comparisons, "stale_sources": stale})


def labelled(item: Comparison, labels: Mapping[str, str]) -> Comparison:
    """Give one comparison with labels in the place of its sources' keys."""
    return item.model_copy(
        update={
            "a": _card(item.a, labels),
            "b": _card(item.b, labels),
            "facts": tuple(_row(row, labels) for row in item.facts),
        }
    )


def _card(card: Card, labels: Mapping[str, str]) -> Card:
    return card.model_copy(
        update={
            "sources": tuple(labels.get(name, name) for name in card.sources),
            "reviews": tuple(_review(review, labels) for review in card.reviews),
        }
    )


def _review(review: Review, labels: Mapping[str, str]) -> Review:
    citations = tuple(_citation(item, labels) for item in review.citations)
    return review.model_copy(update={"citations": citations})


def labelled_note(answer: Answer, labels: Mapping[str, str]) -> Answer:
    """Give an answer whose note says its sources by their labels."""
    citations = tuple(_citation(item, labels) for item in answer.note_citations)
    return answer.model_copy(update={"note_citations": citations})


def _citation(item: Citation, labels: Mapping[str, str]) -> Citation:
    """What a tool's announcements said together stands on all of its sources: ``github, lobsters``."""
    names = item.label.split(", ")
    return item.model_copy(update={"label": ", ".join(labels.get(name, name) for name in names)})


def _row(row: FactRow, labels: Mapping[str, str]) -> FactRow:
    return row.model_copy(update={"a": _cell(row.a, labels), "b": _cell(row.b, labels)})


def _cell(cell: FactCell, labels: Mapping[str, str]) -> FactCell:
    if cell.source is None:
        return cell
    others = tuple(_cell(other, labels) for other in cell.others)
    return cell.model_copy(
        update={"source": labels.get(cell.source, cell.source), "others": others}
    )
