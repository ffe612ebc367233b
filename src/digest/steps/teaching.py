"""Have the job classifier learn from what editors decided, before anything is sorted by it."""

from digest.catalogue.decisions import Rulings
from digest.catalogue.job_text import described
from digest.catalogue.jobs import UNSORTED, JobClassifier
from digest.steps.embedding import vectors_of
from digest.store import decisions as decision_store
from digest.store import launches as launch_store
from digest.store.engine import Database


def taught(db: Database, classifier: JobClassifier, *, without: int | None = None) -> JobClassifier:
    """
    Give the classifier with all jobs that editors chose learnt, ready to sort.

    Takes a second or two: it is called before the transaction that no other writer should wait for.
    A tool that an editor leaves unsorted teaches nothing, nor does the decision ``without``: one
    that is about to be undone.
    """
    with db.read() as session:
        decisions = [each for each in decision_store.decisions(session) if each.id != without]
        chosen = Rulings(decisions).jobs()
        launches = launch_store.launches_of_tools(session, chosen) if chosen else {}
    corrections = [
        (described(launches[slug]), job)
        for slug, job in sorted(chosen.items())
        if job != UNSORTED and launches.get(slug)
    ]
    learnt = classifier.taught(corrections)
    if learnt.seen_by is not None:
        with db.read() as session:
            vectors = vectors_of(session, learnt.seen_by, learnt.sentences)
        learnt = classifier.taught(corrections, vectors)
    learnt.prepare()
    return learnt
