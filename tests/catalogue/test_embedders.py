"""A server that is asked for vectors: what it may do, and what comes of it."""

import json
import math
import struct

import pytest
from pydantic import SecretStr

from digest.catalogue.embedders.answers import vectors_in
from digest.catalogue.embedders.choice import chosen_embedder
from digest.catalogue.embedders.served import ServedEmbedder
from digest.errors import EmbeddingError
from tests.catalogue.embedding_server import Reply, embedding_server, meaning

pytestmark = pytest.mark.enable_socket

KEY = "sk-do-not-tell-0123456789"
VOICE, CODE = "a voice for every text", "code, and more code"


@pytest.fixture
def server():
    with embedding_server() as found:
        yield found


@pytest.fixture
def waits():
    return []


@pytest.fixture
def embedder(server, waits):
    return ServedEmbedder(server.url, "tiny", key=SecretStr(KEY), timeout_s=0.5, sleep=waits.append)


def numbers(vector):
    return struct.unpack(f"<{len(vector) // 4}f", vector)


def test_each_text_gets_its_own_vector_of_length_one(server, embedder):
    voice, code = embedder.embed([VOICE, CODE])

    length = math.dist(meaning(CODE), [0] * 5)
    assert numbers(code) == pytest.approx([each / length for each in meaning(CODE)])
    assert math.hypot(*numbers(voice)) == pytest.approx(1)
    assert server.asked == [
        {
            "path": "/v1/embeddings",
            "model": "tiny",
            "input": [VOICE, CODE],
            "encoding_format": "float",
        }
    ]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_vectors_are_kept_under_the_model_and_its_server(server, embedder):
    assert embedder.model == f"tiny@{server.url.split('/')[2]}"


def test_a_busy_server_is_asked_again_when_it_says(server, embedder, waits):
    server.says(Reply(status=429, headers={"Retry-After": "7"}), Reply(status=503), Reply())

    assert len(embedder.embed([VOICE])) == 1
    assert waits == [7, 2]


def test_a_server_in_trouble_is_left_after_four_tries(server, embedder, waits):
    server.says(Reply(status=500))

    with pytest.raises(EmbeddingError, match="answers with status 500; try again later") as caught:
        embedder.embed([VOICE])

    assert not caught.value.permanent
    assert len(server.asked) == 4
    assert waits == [1, 2, 4]


def test_a_server_that_wants_a_long_rest_is_left_at_once(server, embedder, waits):
    server.says(Reply(status=429, headers={"Retry-After": "86400"}))

    with pytest.raises(EmbeddingError, match="429"):
        embedder.embed([VOICE])

    assert waits == []


@pytest.mark.parametrize("reply", [Reply(after_s=1.0), Reply(drips_s=0.02)], ids=["mute", "drips"])
def test_a_slow_server_is_not_waited_for(server, embedder, reply):
    """Neither one that is silent nor one whose answer never ends."""
    server.says(reply, reply, Reply())

    assert len(embedder.embed([VOICE])) == 1
    assert len(server.asked) == 3


def test_a_refused_key_is_named_by_its_variable_and_never_told(server, embedder, waits):
    told = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})
    server.says(Reply(status=401, body=told))

    with pytest.raises(EmbeddingError, match="check DIGEST_EMBEDDINGS_KEY") as caught:
        embedder.embed([VOICE])

    assert caught.value.permanent
    assert waits == []
    assert (
        KEY not in f"{caught.value!r} {caught.value} {vars(caught.value)} {caught.value.__cause__}"
    )


@pytest.mark.parametrize(
    ("status", "told"),
    [(404, "DIGEST_EMBEDDINGS_MODEL"), (400, "refuses the texts"), (307, "leads elsewhere")],
)
def test_other_refusals_are_final_and_say_what_to_do(server, embedder, status, told):
    server.says(Reply(status=status, headers={"Location": "http://127.0.0.1:9/"}))

    with pytest.raises(EmbeddingError, match=told):
        embedder.embed([VOICE])

    assert len(server.asked) == 1, "a redirect is not followed: the key would go along"


def test_nobody_there_is_said_so(server, waits):
    server.stop()
    server.stop = lambda: None
    embedder = ServedEmbedder(server.url, "tiny", timeout_s=0.5, sleep=waits.append)

    with pytest.raises(EmbeddingError, match="cannot be reached"):
        embedder.embed([VOICE])


def test_a_proxy_of_the_environment_is_not_used(monkeypatch, embedder):
    """It would see the key."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert len(embedder.embed([VOICE])) == 1


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"data": null}', '{"data": [{}]}', "\x00"])
def test_an_answer_that_is_none_is_refused(server, embedder, body):
    server.says(Reply(body=body))

    with pytest.raises(EmbeddingError, match=r"sent no.*check DIGEST_EMBEDDINGS_URL|no JSON"):
        embedder.embed([VOICE])


def item(index, *embedding):
    return {"index": index, "embedding": list(embedding)}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([item(0, 1.0)], "sent 1 embeddings for 2 texts"),
        ([item(0, 1.0), item(0, 1.0)], "numbered them wrongly"),
        ([item(0, 1.0), item(2, 1.0)], "numbered them wrongly"),
        ([item(0, 1.0), item(1, 1.0, 2.0)], "different sizes"),
        ([item(0, 1.0), item(1, 0.0)], "no direction"),
        ([item(0, 1.0), item(1, math.nan)], "no direction"),
        ([item(0, 1.0), item(1, math.inf)], "no direction"),
        ([item(0), item(1)], "no direction"),
        ([item(0, 1.0), item(1, "1.0")], "no list of embeddings"),
        ([item("0", 1.0), item("1", 1.0)], "no list of embeddings"),
    ],
)
def test_a_half_answer_is_refused_as_a_whole(data, told):
    with pytest.raises(ValueError, match=told):
        vectors_in({"data": data}, of=2)


def test_none_is_chosen_unless_one_is_set():
    nothing = {"model": None, "url": None, "key": None, "timeout_s": 1.0}

    assert chosen_embedder(**nothing) is None
    served = chosen_embedder(**nothing | {"model": "tiny", "url": "https://api.example.com/v1"})
    assert served.model == "tiny@api.example.com"
