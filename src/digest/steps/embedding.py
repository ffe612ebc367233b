"""
Have an embedding model say what texts mean, and keep it: what is kept is never asked for again.

Where the model cannot be had a run goes on by words alone, and says so once.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlmodel import Session

from digest.catalogue.embedders.base import Embedder
from digest.catalogue.job_text import described
from digest.catalogue.jobs import JobClassifier
from digest.catalogue.vectors import Vector, text_key
from digest.errors import EmbeddingError
from digest.model import Launch
from digest.store import embeddings as vector_store
from digest.store import launches as launch_store
from digest.store.engine import Database

logger = logging.getLogger(__name__)

LONGEST_S = 600.0
"""Seconds that a run asks for: whoever waits for it has half an hour for all its work."""
_TOO_SLOW = (
    f"is not done after {LONGEST_S:g} s; what it gave is kept, the next run asks for the rest"
)


def embed(
    db: Database,
    texts: Iterable[str],
    *,
    embedder: Embedder,
    clock: Callable[[], float] = time.monotonic,
) -> set[str] | None:
    """
    Ask for the vectors of texts that are not kept, and keep each part as it comes.

    Args:
        db: The database; no transaction is open while the model is asked.
        texts: Any; blank ones mean nothing.
        embedder: What is asked.
        clock: Seconds that never go back.

    Returns:
        The texts that were asked about now; None where the model could not be had for all of them:
        a warning has said why, and what came before is kept.
    """
    wanted = dict.fromkeys(text for text in texts if text.strip())
    with db.read() as session:
        kept = vectors_of(session, embedder.model, wanted)
        like = vector_store.any_vector(session, embedder.model)
    lacking = [text for text in wanted if text not in kept]
    until = clock() + LONGEST_S
    try:
        for start in range(0, len(lacking), embedder.at_once):
            _require_time(embedder.model, left_s=until - clock())
            part = lacking[start : start + embedder.at_once]
            found = _alike(embedder, part, like)
            with db.write() as session:
                keyed = dict(zip(map(text_key, part), found, strict=True))
                vector_store.put_vectors(session, embedder.model, keyed)
            like = found[0]
    except EmbeddingError as error:
        logger.warning("new tools are sorted by words alone: %s", error)
        return None
    return set(lacking)


def _require_time(model: str, *, left_s: float) -> None:
    if left_s < 0:
        raise EmbeddingError(model, _TOO_SLOW, permanent=False)


def _alike(embedder: Embedder, texts: Sequence[str], like: Vector | None) -> list[Vector]:
    """Ask; raises EmbeddingError too where vectors are of another size than those kept."""
    found = embedder.embed(texts)
    if like is not None and len(found[0]) != len(like):
        raise EmbeddingError(
            embedder.model,
            "gives vectors of another size than before, so it is another model; name it anew in "
            "DIGEST_EMBEDDINGS_MODEL",
        )
    return found


def ready(db: Database, classifier: JobClassifier, embedder: Embedder | None) -> Embedder | None:
    """Have all texts that a classifier learns from seen; None where it must do by words alone."""
    if embedder is None or embed(db, classifier.sentences, embedder=embedder) is None:
        return None
    return embedder


def embed_tools(
    db: Database, slugs: Iterable[str], *, classifier: JobClassifier, embedder: Embedder
) -> list[str] | None:
    """
    Ask for the meaning of tools' texts.

    Returns:
        The tools whose text was not known before, sorted; None where the model could not be had.
    """
    with db.read() as session:
        members = launch_store.launches_of_tools(session, list(slugs))
    texts = texts_of(classifier, members)
    new = embed(db, texts.values(), embedder=embedder)
    return None if new is None else sorted(slug for slug, text in texts.items() if text in new)


def texts_of(classifier: JobClassifier, members: Mapping[str, Sequence[Launch]]) -> dict[str, str]:
    """Give the text of each tool that its job is read from, of those that have a launch."""
    told = {slug: described(launches) for slug, launches in members.items() if launches}
    return dict(zip(told, classifier.texts_of(list(told.values())), strict=True))


def kept_vectors(
    session: Session, classifier: JobClassifier, members: Mapping[str, Sequence[Launch]]
) -> dict[str, Vector]:
    """Give what is kept of these tools' texts, by text; nothing where words alone decide."""
    if classifier.seen_by is None:
        return {}
    texts = texts_of(classifier, members)
    return vectors_of(session, classifier.seen_by, texts.values())


def vectors_of(session: Session, model: str, texts: Iterable[str]) -> dict[str, Vector]:
    """Give what is kept of a model's vectors, by text."""
    by_key = {text_key(text): text for text in texts}
    kept = vector_store.vectors_of(session, model, by_key)
    return {by_key[key]: vector for key, vector in kept.items()}
