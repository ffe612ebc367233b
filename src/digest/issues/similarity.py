"""How alike texts are, by TF-IDF over words and word pairs (scikit-learn)."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any


def likeness(texts: Sequence[str], rows: Sequence[int]) -> Callable[[int, int], float]:
    """
    Compare some texts with all.

    Args:
        texts: All texts.
        rows: Positions of those that are compared; the others are not compared among themselves.

    Returns:
        A function from a position among ``rows`` and any other to the cosine in [0, 1]; 0 where a
        text has no words.
    """
    matrix = _matrix(texts)
    if matrix is None:
        return lambda _i, _j: 0.0
    alike = (matrix[list(rows)] @ matrix.T).toarray()
    at = {row: n for n, row in enumerate(rows)}
    return lambda i, j: float(alike[at[i], j])


def neighbours(pairs: Sequence[tuple[str, str]]) -> Callable[[int], list[float]]:
    """
    Compare pairs of texts; a pair stands for the sum of its texts.

    Returns:
        A function from one position to the cosines of all pairs with that one, in order.
    """
    texts = sorted({text for pair in pairs for text in pair})
    vectors = _matrix(texts)
    if vectors is None:
        return lambda _i: [0.0] * len(pairs)
    from sklearn.preprocessing import normalize  # noqa: PLC0415 # slow to import: see _matrix

    first, second = ([bisect_left(texts, pair[side]) for pair in pairs] for side in (0, 1))
    matrix = normalize(vectors[first] + vectors[second])
    return lambda i: [round(float(x), 6) for x in (matrix @ matrix[i].T).toarray().ravel()]


def _matrix(texts: Sequence[str]) -> Any:
    """Give the unit vectors of the texts as sparse rows; None if no text has a word."""
    # Here, not above: the import takes a second, and most commands never pair anything.
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 # see the line above

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words="english")
    words = vectorizer.build_analyzer()
    if not any(words(text) for text in texts):
        return None
    return vectorizer.fit_transform(texts)
