"""Resting place ②: what models answered, kept by what they were asked, so that none is paid twice."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from digest.store.rows import in_chunks, upsert
from digest.store.tables import JudgementRow


def judgements(session: Session, keys: Collection[str]) -> dict[str, str]:
    """Give the documents that are kept under these keys."""
    found: dict[str, str] = {}
    for part in in_chunks(keys):
        statement = select(JudgementRow.key, JudgementRow.document).where(
            col(JudgementRow.key).in_(part)
        )
        found.update(dict(session.exec(statement).all()))
    return found


def put_judgement(
    session: Session, key: str, document: str, *, tool: str, made_at: datetime
) -> None:
    """Keep an answer; one that is kept under the key already stands."""
    values = {"key": key, "document": document, "tool": tool, "made_at": made_at}
    upsert(session, JudgementRow, [values], key=["key"])
