"""Research with an embedding model beside the words: asked once, kept, and done without."""

import logging

import pytest

from digest.catalogue.embedders.served import ServedEmbedder
from digest.catalogue.jobs import JobClassifier
from digest.catalogue.vectors import packed, text_key
from digest.model import Job
from digest.steps.embedding import embed
from digest.steps.jobs import sort_anew
from digest.steps.research import research
from digest.store import embeddings as vector_store
from digest.store import launches as launch_store
from digest.store import tools as tool_store
from digest.store.engine import Database
from tests.catalogue.embedding_server import Reply, embedding_server, meaning
from tests.steps.test_decide import EMBER, NOW, launch

pytestmark = pytest.mark.enable_socket

JOBS = (
    Job(key="tts", label="Speech", category="Media", description=""),
    Job(key="image-gen", label="Pictures", category="Media", description=""),
)
SENTENCES = {
    "tts": ("reads an article in a warm voice", "one voice and ten tongues", "voice acting"),
    "image-gen": ("paints a picture for an article", "ten picture brushes", "picture acting"),
}
ODD = "an article with ten, acting by larynx"
"""Words of both jobs alike, but for one that only the server's model can know."""


def knowing(larynx):
    """A model to which a larynx is that."""
    return lambda text: meaning(text.replace("larynx", larynx))


@pytest.fixture
def db(sqlite_db):
    """One kind of database: tests/store has both."""
    return sqlite_db


@pytest.fixture
def server():
    with embedding_server(knowing("voice")) as found:
        yield found


def embedder_of(server, model="tiny"):
    return ServedEmbedder(server.url, model, timeout_s=2, sleep=lambda _seconds: None)


def classifier_of(embedder):
    return JobClassifier(JOBS, SENTENCES, seen_by=embedder.model if embedder else None)


def run(db, embedder):
    return research(db, classifier=classifier_of(embedder), embedder=embedder)


def put(db, *launches):
    with db.write() as session:
        launch_store.put_launches(session, launches, now=NOW)


def tools_of(db):
    with db.read() as session:
        return tool_store.all_tools(session)


def test_no_text_is_asked_about_twice(db, server):
    put(db, launch("1", site=EMBER, tagline=ODD))
    run(db, embedder_of(server))
    asked = list(server.texts)
    put(db, launch("1", site=EMBER, tagline=ODD, capture_key="read-again"))

    run(db, embedder_of(server))

    assert len(asked) == 7 == len(set(asked)), "six sentences and one tool"
    assert server.texts == asked
    with db.read() as session:
        kept = vector_store.vectors_of(
            session, embedder_of(server).model, list(map(text_key, asked))
        )
    assert len(kept) == 7


@pytest.mark.parametrize(("larynx", "job"), [("voice", "tts"), ("picture", "image-gen")])
def test_a_fresh_tool_is_sorted_by_meaning_in_the_same_run(db, server, larynx, job):
    server.embed = knowing(larynx)
    put(db, launch("1", site=EMBER, tagline=ODD))

    run(db, embedder_of(server))

    (tool,) = tools_of(db)
    assert tool.job == job


def test_editing_a_tool_later_keeps_what_was_seen(db, server):
    """Whoever makes a tool anew takes the vectors that are kept, and asks nobody."""
    server.embed = knowing("picture")
    put(db, launch("1", site=EMBER, tagline=ODD))
    embedder = embedder_of(server)
    run(db, embedder)
    before, asked = tools_of(db), len(server.asked)

    moved = sort_anew(db, classifier=classifier_of(embedder))

    assert moved == []
    assert tools_of(db) == before
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    "reply",
    [Reply(status=500), Reply(body="{"), Reply(status=401)],
    ids=["in trouble", "malformed", "refused"],
)
def test_a_run_goes_on_by_words_alone_and_says_so_once(db, server, caplog, reply):
    server.says(reply)
    put(db, launch("1", site=EMBER, tagline=ODD))

    with caplog.at_level(logging.WARNING):
        report = run(db, embedder_of(server))

    assert report.tools == 1
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("new tools are sorted by words alone: http://127.0.0.1")


@pytest.fixture
def other_db(copy_database, sqlite_template, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    with copy_database(sqlite_template, folder) as url:
        database = Database(url)
        yield database
        database.close()


def test_without_a_model_or_with_one_that_fails_tools_are_the_same_to_the_letter(
    db, other_db, server
):
    server.says(Reply(status=500))
    found = []
    for each_db, embedder in ((db, None), (other_db, embedder_of(server))):
        put(each_db, launch("1", tagline=ODD), launch("2", name="Other", tagline="voice"))
        report = run(each_db, embedder)
        found.append(
            ([each.model_dump_json() for each in tools_of(each_db)], report.model_dump_json())
        )

    assert found[0] == found[1]


def test_what_came_before_the_trouble_is_kept(db, server):
    texts = [f"text {number}" for number in range(70)]
    server.says(Reply(), Reply(status=400))
    embedder = embedder_of(server)

    assert embed(db, texts, embedder=embedder) is None
    server.says(Reply())
    assert embed(db, texts, embedder=embedder) == set(texts[64:])
    assert [len(body["input"]) for body in server.asked] == [64, 6, 6]


def test_a_run_does_not_ask_for_ever_and_the_next_goes_on(db, server, caplog):
    """Ten minutes of answers, each in its time, are enough of one run."""
    texts = [f"text {number}" for number in range(130)]
    seconds = iter([0.0, 1.0, 599.0, 601.0])

    found = embed(db, texts, embedder=embedder_of(server), clock=lambda: next(seconds))

    assert found is None
    assert "is not done after 600 s" in caplog.text
    assert embed(db, texts, embedder=embedder_of(server)) == set(texts[128:])


def test_another_model_under_the_same_name_is_noticed(db, server, caplog):
    """Its vectors have another size, and nothing of them is kept."""
    embedder = embedder_of(server)
    with db.write() as session:
        vector_store.put_vectors(session, embedder.model, {text_key("old"): packed([1, 2])})

    assert embed(db, ["new"], embedder=embedder) is None

    assert "another size than before" in caplog.text
    with db.read() as session:
        assert vector_store.vectors_of(session, embedder.model, [text_key("new")]) == {}


def test_blank_texts_are_not_asked_about(db, server):
    assert embed(db, ["", "  \n"], embedder=embedder_of(server)) == set()
    assert server.asked == []


def test_sorting_anew_sees_tools_that_were_sorted_by_words(db, server):
    put(db, launch("1", site=EMBER, tagline=ODD))
    run(db, None)
    embedder = embedder_of(server)

    sort_anew(db, classifier=classifier_of(embedder), embedder=embedder)

    (tool,) = tools_of(db)
    assert tool.job == "tts"
    assert any(ODD in text for text in server.texts)
