"""Jobs by what texts mean, beside their words."""

import pytest

from digest.catalogue.job_text import Described
from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.catalogue.meaning import learn_meaning
from digest.catalogue.vectors import numbers_in, packed, text_key
from digest.model import Job

JOBS = (
    Job(key="tts", label="Speech", category="Media", description=""),
    Job(key="image-gen", label="Pictures", category="Media", description=""),
)
SENTENCES = {
    "tts": ("reads an article to you", "speaks with ten tongues", "tells a story aloud"),
    "image-gen": ("paints an article for you", "draws with ten brushes", "paints a story"),
}
SPOKEN, PAINTED = packed([1.0, 0.1, 0.2]), packed([0.1, 1.0, 0.2])
VECTORS = {
    text: SPOKEN if job == "tts" else PAINTED for job, texts in SENTENCES.items() for text in texts
}
ODD = Described("Emberline", tagline="an article and a story with ten for you")
"""Words of both jobs alike."""


def classifier(vectors=VECTORS):
    return JobClassifier(JOBS, SENTENCES, seen_by="m", vectors=vectors)


def test_meaning_decides_where_words_do_not():
    subject = classifier()
    (text,) = subject.texts_of([ODD])

    found = [subject.assign_all([ODD], vectors={text: each})[0] for each in (SPOKEN, PAINTED)]

    assert [each.job for each in found] == ["tts", "image-gen"]


def test_a_text_nobody_saw_is_sorted_by_its_words():
    by_words = JobClassifier(JOBS, SENTENCES).assign_all([ODD])

    assert classifier().assign_all([ODD]) == by_words
    assert classifier().assign_all([ODD], vectors={"another text": PAINTED}) == by_words


def test_a_vector_of_another_size_counts_nothing():
    subject = classifier()
    (text,) = subject.texts_of([ODD])

    assert subject.assign_all([ODD], vectors={text: packed([1.0, 0.0])}) == subject.assign_all(
        [ODD]
    )


@pytest.mark.parametrize(
    "vectors",
    [
        {},
        dict.fromkeys(SENTENCES["tts"], SPOKEN),
        {text: each for text, each in VECTORS.items() if text != "paints a story"},
        VECTORS | {"paints a story": packed([0.1, 1.0])},
    ],
    ids=["none", "of one job only", "all but one", "of two sizes"],
)
def test_words_alone_decide_unless_every_sentence_was_seen(vectors):
    sentences = [(text, job) for job, texts in SENTENCES.items() for text in texts]

    assert learn_meaning(sentences, [], vectors) is None
    assert classifier(vectors).meaning is None


def test_with_embeddings_off_or_not_had_every_assignment_is_the_same(blurbs):
    """Not a digit differs, whether none is set or nothing came of it."""
    tools = [Described(each["name"], tagline=each["text"]) for each in blurbs]
    jobs = load_jobs()[:8]  # all would take seconds
    off, waiting = JobClassifier(jobs), JobClassifier(jobs, seen_by="m")
    texts = off.texts_of(tools)

    found = off.assign_all(tools)

    assert waiting.assign_all(tools, vectors=dict.fromkeys(texts, SPOKEN)) == found


def test_what_editors_corrected_is_learnt_by_its_meaning_as_well():
    tool = Described("Emberline", tagline="an odd thing")
    subject = classifier()
    (text,) = subject.texts_of([tool])
    taught = subject.taught([(tool, "image-gen")], VECTORS | {text: SPOKEN})

    assert subject.assign_all([tool], vectors={text: SPOKEN})[0].job != "image-gen"
    assert taught.assign_all([tool], vectors={text: SPOKEN})[0].job == "image-gen"
    assert taught.taught([(tool, "image-gen")], VECTORS | {text: SPOKEN}) is taught


def test_vectors_are_packed_as_floats_of_four_octets():
    assert numbers_in(SPOKEN) == 3
    assert packed([0, 2]) == bytes(4) + b"\x00\x00\x80\x3f"


@pytest.mark.parametrize("numbers", [[], [0.0], [float("nan")], [float("inf")], [1.0] * 8193])
def test_what_is_no_direction_is_no_vector(numbers):
    with pytest.raises(ValueError, match="no direction"):
        packed(numbers)


def test_a_text_is_known_by_all_of_it():
    assert text_key("ember") != text_key("ember ")
    assert len(text_key("half a pair: \ud83d")) == 64
