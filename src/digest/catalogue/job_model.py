"""
Learn from sentences which words speak for which job, and score texts by it.

Pure: takes texts with their jobs, gives numbers. TF-IDF over words and letters, and one logistic
regression a job; about a second to learn, thousands of texts a second to score. Same input, same
numbers.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_WORD_SHARE, _LETTER_SHARE = 0.4, 0.6
_EPOCHS, _ALPHA = 8, 2e-5
"""Of the learning: chosen by real launches; a little more or less of each changes nothing."""

_WORD = r"\b\w[\w+.#-]*\w\b|\b\w\b"
"""A word; names such as "c++", "text-to-speech" and "llama.cpp" are one."""
_SPELLINGS = (
    (re.compile(r"(?<=\w{2})is(?=(?:e[sdr]?|ing|ations?|able)\b)"), "iz"),
    (re.compile(r"(?<=\wo)ur(?=s?\b)"), "r"),
    (re.compile(r"(?<=\wl)l(?=(?:ed|ing|er)s?\b)"), ""),
    (re.compile(r"[’']s\b"), ""),
    (re.compile(r"\be-(?=\w)"), "e"),
    (re.compile(r"\btext to (?=\w)"), "text-to-"),
)
"""British and American spelling, and others of one word, made one; a wrong one harms nothing."""


def plain(text: str) -> str:
    """Give a text in small letters and one spelling."""
    text = text.lower()
    for pattern, instead in _SPELLINGS:
        text = pattern.sub(instead, text)
    return text


class TextModel:
    """Scores texts for each job it has learnt of."""

    def __init__(self, texts: Sequence[str], jobs: Sequence[str]) -> None:
        """
        Learn.

        Args:
            texts: What to learn from.
            jobs: The job of each, as many; at least two different ones.
        """
        # scikit-learn takes two seconds to import: only commands that sort tools wait for it
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 # see above
        from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 # see above
        from sklearn.pipeline import FeatureUnion  # noqa: PLC0415 # see above

        words = TfidfVectorizer(
            ngram_range=(1, 2),
            sublinear_tf=True,
            preprocessor=plain,
            token_pattern=_WORD,
        )
        letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, preprocessor=plain, min_df=2
        )
        self._features: Any = FeatureUnion(
            [("words", words), ("letters", letters)],
            transformer_weights={"words": _WORD_SHARE**0.5, "letters": _LETTER_SHARE**0.5},
        )
        self._weights: Any = SGDClassifier(
            loss="log_loss", alpha=_ALPHA, max_iter=_EPOCHS, tol=None, random_state=0
        )
        self._weights.fit(self._features.fit_transform(texts), jobs)
        self.jobs: tuple[str, ...] = tuple(map(str, self._weights.classes_))
        """The columns of :meth:`scores`, sorted."""

    def scores(self, texts: Sequence[str]) -> "np.ndarray[Any, Any]":
        """Give a row per text with its log-odds for each job; of each job by itself."""
        import numpy as np  # noqa: PLC0415 # as scikit-learn

        found: np.ndarray[Any, Any] = self._weights.decision_function(
            self._features.transform(texts)
        )
        return (
            found if found.ndim > 1 else np.stack((-found, found), axis=1)
        )  # two jobs: one column


@lru_cache(maxsize=2)
def learnt(texts: tuple[str, ...], jobs: tuple[str, ...]) -> TextModel:
    """Give what was learnt of these texts: once a process, and again where editors corrected."""
    return TextModel(texts, jobs)
