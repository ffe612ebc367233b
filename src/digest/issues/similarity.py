"""How alike texts are, by TF-IDF over words and word pairs (scikit-learn)."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any


def neighbours(pairs: Sequence[tuple[str, str]]) -> Callable[[int], list[float]]:
    """
    Compare pairs of texts; a pair stands for the sum of its texts.

    Returns:
        A function from one position to the cosines of all pairs with that one, in order.
    """
    texts = sorted({text for pair in pairs for text in pair})
    vectors = text_vectors(texts)
    if vectors is None:
        return lambda _i: [0.0] * len(pairs)
    from sklearn.preprocessing import normalize  # noqa: PLC0415 # slow to import: see text_vectors

    first, second = ([bisect_left(texts, pair[side]) for pair in pairs] for side in (0, 1))
    matrix = normalize(vectors[first] + vectors[second])
    return lambda i: [round(float(x), 6) for x in (matrix @ matrix[i].T).toarray().ravel()]


def text_vectors(texts: Sequence[str]) -> Any:
    """Give the unit vectors of the texts as sparse rows; None if no text has a word."""
    # Here, not above: the import takes a second, and most commands never pair anything.
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 # see the line above

    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words="english")
    words = vectorizer.build_analyzer()
    if not any(words(text) for text in texts):
        return None
    return vectorizer.fit_transform(texts)


def word_sets(sets: Sequence[Iterable[str]]) -> tuple[Any, Any]:
    """Give sets of words as sparse rows of ones, and their sizes."""
    import numpy as np  # noqa: PLC0415 # see text_vectors
    from scipy.sparse import csr_matrix  # noqa: PLC0415 # see text_vectors

    rows = [sorted(set(each)) for each in sets]
    places = {word: n for n, word in enumerate(sorted({word for row in rows for word in row}))}
    starts = np.cumsum([0, *(len(row) for row in rows)])
    columns = [places[word] for row in rows for word in row]
    shape = (len(rows), max(len(places), 1))
    return csr_matrix((np.ones(len(columns)), columns, starts), shape=shape), np.diff(starts)
