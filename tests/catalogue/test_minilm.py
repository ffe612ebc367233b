"""The small model on this machine, where the packages of extra embeddings are installed."""

import struct
import subprocess
import sys
from importlib.util import find_spec

import pytest

from digest.catalogue.embedders import minilm
from digest.catalogue.job_text import Described
from digest.catalogue.jobs import JobClassifier, load_jobs
from digest.errors import EmbeddingError, SettingsError

ONE_HERE = {"guard-model": "guardrails"}
LACKING = [name for name in minilm.NEEDED if find_spec(name) is None]
needs_model = pytest.mark.skipif(
    bool(LACKING),
    reason="extra embeddings is not installed: the small model is not checked",
)


def cosine(one, other):
    pair = (struct.unpack(f"<{len(each) // 4}f", each) for each in (one, other))
    return sum(a * b for a, b in zip(*pair, strict=True))


@needs_model
def test_the_model_gives_the_same_vectors_in_every_process_without_a_network():
    texts = ["a voice for every text", "speaks any words aloud", "a database of vectors"]
    program = (
        "import sys; from digest.catalogue.embedders.minilm import MiniLm\n"
        "print(b''.join(MiniLm().embed(sys.argv[1:])).hex())"
    )
    other = subprocess.run(
        [sys.executable, "-c", program, *texts], capture_output=True, text=True, check=True
    )

    voice, speech, database = minilm.MiniLm().embed(texts)

    assert other.stdout.strip() == (voice + speech + database).hex()
    assert len(voice) == 384 * 4
    assert cosine(voice, speech) > cosine(voice, database) + 0.1


@needs_model
def test_a_second_authors_blurbs_find_their_jobs_more_often_with_the_model(held_out):
    """Measured, not only hoped for; about a minute."""
    tools = [Described(b["name"], "", b["tagline"], b["description"]) for b in held_out]
    jobs = [ONE_HERE.get(b["job"], b["job"]) for b in held_out]
    words = JobClassifier(load_jobs())
    texts = [*words.sentences, *words.texts_of(tools)]
    vectors = dict(zip(texts, minilm.MiniLm().embed(texts), strict=True))
    both = words.taught([], vectors)

    right = [
        sum(each.job == job for each, job in zip(found, jobs, strict=True))
        for found in (words.assign_all(tools), both.assign_all(tools, vectors=vectors))
    ]

    assert right[1] >= right[0]
    assert right[1] / len(jobs) >= 0.9


@pytest.mark.skipif(not LACKING, reason="extra embeddings is installed")
def test_without_its_packages_the_setting_names_the_extra():
    with pytest.raises(SettingsError, match=rf"{LACKING[0]}.*with its extra embeddings"):
        minilm.MiniLm()


def test_a_file_that_is_another_is_refused():
    with pytest.raises(EmbeddingError, match="is another file than this program knows"):
        minilm._read("digest", "py.typed", minilm.MODEL_SHA256)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(EmbeddingError, match="no-such-file: cannot be read"):
        minilm._read("digest", "no-such-file", minilm.MODEL_SHA256)
