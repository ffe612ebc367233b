"""Vectors on both databases: kept once, by model and text."""

from digest.catalogue.vectors import packed, text_key
from digest.store import embeddings as subject
from digest.store.engine import Database

EMBER, OTHER = text_key("ember"), text_key("other")
FIRST, SECOND = packed([1, 2, 3]), packed([3, 2, 1])


def test_vectors_come_back_as_they_went_in_and_stand_once_kept(db: Database):
    with db.write() as session:
        subject.put_vectors(session, "m", {EMBER: FIRST})
    with db.write() as session:
        subject.put_vectors(session, "m", {EMBER: SECOND, OTHER: SECOND})

    with db.read() as session:
        assert subject.vectors_of(session, "m", [EMBER, OTHER]) == {EMBER: FIRST, OTHER: SECOND}


def test_models_do_not_mix(db: Database):
    with db.write() as session:
        subject.put_vectors(session, "m", {EMBER: FIRST})

    with db.read() as session:
        assert subject.vectors_of(session, "another", [EMBER]) == {}
        assert subject.any_vector(session, "another") is None
        assert subject.any_vector(session, "m") == FIRST


def test_nothing_is_asked_for_and_nothing_comes(db: Database):
    with db.write() as session:
        subject.put_vectors(session, "m", {})
        assert subject.vectors_of(session, "m", []) == {}
