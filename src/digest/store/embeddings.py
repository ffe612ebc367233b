"""Resting place ②: what models say that texts mean, by the model and the hash of the text."""

from collections.abc import Collection, Mapping

from sqlmodel import Session, col, select

from digest.store.rows import in_chunks, upsert
from digest.store.tables import EmbeddingRow


def vectors_of(session: Session, model: str, texts: Collection[str]) -> dict[str, bytes]:
    """Give the vectors a model gave of texts, by the texts' SHA-256 in hexadecimals."""
    found: dict[str, bytes] = {}
    for part in in_chunks(texts):
        statement = select(EmbeddingRow.text_sha256, EmbeddingRow.vector).where(
            EmbeddingRow.model == model, col(EmbeddingRow.text_sha256).in_(part)
        )
        found.update(dict(session.exec(statement).all()))
    return found


def any_vector(session: Session, model: str) -> bytes | None:
    """Give one vector of a model, which tells the size of all; None where none is kept."""
    statement = select(EmbeddingRow.vector).where(EmbeddingRow.model == model).limit(1)
    return session.exec(statement).first()


def put_vectors(session: Session, model: str, vectors: Mapping[str, bytes]) -> None:
    """Keep a model's vectors by the texts' SHA-256; one that is kept already stands."""
    values = [{"text_sha256": key, "vector": vector} for key, vector in vectors.items()]
    upsert(session, EmbeddingRow, values, key=["model", "text_sha256"], same={"model": model})
