"""
Learn from the vectors of sentences which meaning speaks for which job, and score vectors by it.

Pure: takes vectors with their jobs, gives numbers. Stands beside the words, never instead of them:
by itself it finds fewer jobs right, together they find more. Same input, same numbers.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from digest.catalogue.job_model import TextModel
from digest.catalogue.vectors import Vector, numbers_in

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, Any]

SHARE = 0.7
"""What log-odds by meaning count beside those by words; docs/decisions/0031-embeddings.md."""
_EPOCHS, _ALPHA = 10, 3e-5
"""Of the learning: chosen by our own sentences, left out in turn, and by real launches."""


class MeaningModel:
    """Scores vectors for each job it has learnt of."""

    def __init__(self, vectors: Sequence[Vector], jobs: Sequence[str]) -> None:
        """
        Learn.

        Args:
            vectors: What to learn from, of one model.
            jobs: The job of each, as many; at least two different ones.
        """
        from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 # as in job_model

        matrix = _matrix(vectors)
        self._size = matrix.shape[1]
        # models that give all texts much the same direction are told apart by what is left of it
        self._middle = matrix.mean(axis=0)
        self._weights: Any = SGDClassifier(
            loss="log_loss", alpha=_ALPHA, max_iter=_EPOCHS, tol=None, random_state=0
        )
        self._weights.fit(self._around(matrix), jobs)
        self.jobs: tuple[str, ...] = tuple(map(str, self._weights.classes_))
        """The columns of :meth:`scores`, sorted."""

    def takes(self, vector: Vector | None) -> bool:
        """Tell whether there is a vector, of the size that was learnt."""
        return vector is not None and numbers_in(vector) == self._size

    def scores(self, vectors: Sequence[Vector]) -> "Matrix":
        """Give a row per vector with its log-odds for each job; of each job by itself."""
        import numpy as np  # noqa: PLC0415 # as scikit-learn

        found: Matrix = self._weights.decision_function(self._around(_matrix(vectors)))
        return found if found.ndim > 1 else np.stack((-found, found), axis=1)

    def _around(self, matrix: "Matrix") -> "Matrix":
        import numpy as np  # noqa: PLC0415 # as scikit-learn

        left: Matrix = matrix - self._middle
        lengths = np.linalg.norm(left, axis=1, keepdims=True)
        return left / np.where(lengths > 0, lengths, 1)


def learn_meaning(
    sentences: Sequence[tuple[str, str]],
    corrected: Sequence[tuple[str, str]],
    vectors: Mapping[str, Vector],
) -> MeaningModel | None:
    """
    Learn from sentences, and from what editors corrected as far as its vectors are known.

    Args:
        sentences: Texts with their jobs.
        corrected: Likewise.
        vectors: By text.

    Returns:
        None unless all sentences are known: a job that few of them speak for would lose to others.
    """
    if not all(text in vectors for text, _ in sentences):
        return None
    seen = [(vectors[text], job) for text, job in (*sentences, *corrected) if text in vectors]
    if len({len(vector) for vector, _ in seen}) != 1:
        return None
    return MeaningModel(*zip(*seen, strict=True))


def scores_of(
    texts: Sequence[str],
    words: TextModel,
    meaning: MeaningModel | None,
    vectors: Mapping[str, Vector],
) -> tuple["Matrix", list[bool]]:
    """
    Score texts by their words, and by their meaning where it is known.

    Returns:
        A row per text with its log-odds for each job, and whether meaning counts in it.
    """
    rows = words.scores(texts)
    if meaning is None:
        return rows, [False] * len(texts)
    seen = [meaning.takes(vectors.get(text)) for text in texts]
    places = [place for place, is_seen in enumerate(seen) if is_seen]
    if places:
        rows[places] += SHARE * meaning.scores([vectors[texts[place]] for place in places])
    return rows, seen


def _matrix(vectors: Sequence[Vector]) -> "Matrix":
    import numpy as np  # noqa: PLC0415 # as scikit-learn

    return np.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(vectors), -1)
