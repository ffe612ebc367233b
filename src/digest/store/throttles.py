"""How fast mail may go: the buckets of all senders, which survive every one of them."""

from collections.abc import Collection, Iterable

from sqlalchemy import delete
from sqlmodel import Session, col, select

from digest.model import Bucket
from digest.store.rows import as_noun, as_values, upsert
from digest.store.tables import BucketRow


def buckets(session: Session, *, holds: bool = False) -> dict[str, Bucket]:
    """
    Give all buckets by domain.

    With ``holds`` no other sender takes a token until this transaction ends; all lock them in one
    order, so that no two wait for each other.
    """
    statement = select(BucketRow).order_by(col(BucketRow.domain))
    rows = session.exec(statement.with_for_update() if holds else statement)
    return {row.domain: as_noun(Bucket, row) for row in rows}


def add_buckets(session: Session, fresh: Iterable[Bucket]) -> None:
    """Store buckets that are not there yet; one that another sender has made stays as it is."""
    values = [as_values(each) for each in sorted(fresh, key=lambda bucket: bucket.domain)]
    if values:
        upsert(session, BucketRow, values, key=["domain"])


def put_buckets(session: Session, changed: Iterable[Bucket]) -> None:
    """Store buckets, new ones too."""
    values = [as_values(each) for each in sorted(changed, key=lambda bucket: bucket.domain)]
    if values:
        upsert(session, BucketRow, values, key=["domain"], update=set(values[0]) - {"domain"})


def drop_buckets(session: Session, domains: Collection[str]) -> None:
    """Take buckets away."""
    if domains:
        session.execute(delete(BucketRow).where(col(BucketRow.domain).in_(sorted(domains))))
