"""Voting: only the button votes, only subscribers, and the last answer wins."""

from datetime import timedelta

import pytest

from digest.model import Community, Subscriber, SubscriberState
from digest.readers import links
from digest.store import readers as reader_store
from tests.conftest import NOW

SECRET = b"a secret of thirty-two octets ...."
WEEK, SLUG = "2026-W47", "urdu-vs-latin-vs-quill"
WHO = "ada0000000000000"
TOKEN = links.vote_token(WHO, WEEK, SLUG, secret=SECRET)
PATH = f"/vote/{WEEK}/{SLUG}/{TOKEN}"


@pytest.fixture(autouse=True)
def ada(world) -> None:
    someone = Subscriber(
        public_id=WHO,
        address="ada@example.com",
        state=SubscriberState.CONFIRMED,
        created_at=NOW,
        confirmed_at=NOW,
    )
    with world.write() as session:
        reader_store.put_subscribers(session, [someone])


def votes(db) -> Community:
    with db.read() as session:
        return reader_store.community_of(session, WEEK, SLUG)


def shown(page: str) -> str:
    return page.split('name="shown" value="')[1].split('"', maxsplit=1)[0]


def cast(client, clock, choice: str, *, after: float = 5):
    note = shown(client.get(PATH).text)
    clock.now += timedelta(seconds=after)
    return client.post(PATH, data={"choice": choice, "shown": note})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("choice", ["a", "b", "both", "neither"])
def test_a_link_marks_a_choice_and_counts_nothing(client, world, method: str, choice: str):
    page = client.ask(method, f"{PATH}?c={choice}")

    assert page.status_code == 200
    assert votes(world) == Community()
    if method == "GET":
        assert page.text.count(" checked") == 1
        assert f'value="{choice}" checked' in page.text


@pytest.mark.parametrize("choice", ["", "c", "<script>", "A"])
def test_an_unknown_choice_marks_none(client, choice: str):
    page = client.get(PATH, params={"c": choice})

    assert page.status_code == 200
    assert " checked" not in page.text


def test_the_form_hides_how_others_voted(client, clock):
    cast(client, clock, "a")

    assert "1 vote" not in client.get(PATH).text


def test_the_button_counts_the_vote_and_shows_the_tally(client, world, clock):
    answer = cast(client, clock, "both")

    assert answer.status_code == 200
    assert "Your vote counts" in answer.text
    assert "1 vote so far" in answer.text
    assert votes(world) == Community(both=1)


def test_the_last_answer_wins_and_a_repeat_counts_once(client, world, clock):
    for choice in ("a", "a", "b"):
        cast(client, clock, choice)

    assert votes(world) == Community(b=1)


def test_an_answer_faster_than_people_is_asked_again(client, world, clock):
    held = cast(client, clock, "a", after=1.0)

    assert "faster than people read" in held.text
    assert 'value="a" checked' in held.text
    assert votes(world) == Community()
    clock.now += timedelta(seconds=3)
    client.post(PATH, data={"choice": "a", "shown": shown(held.text)})
    assert votes(world) == Community(a=1)


def test_a_bare_post_is_asked_again(client, world):
    answer = client.post(PATH, data={"choice": "a"})

    assert "Press the button once more" in answer.text
    assert votes(world) == Community()


@pytest.mark.parametrize("data", [{}, {"choice": "c"}, {"choice": ""}])
def test_a_post_without_a_choice_is_asked_for_one(client, world, data: dict[str, str]):
    answer = client.post(PATH, data=data)

    assert answer.status_code == 400
    assert "Choose one of the four" in answer.text
    assert votes(world) == Community()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        f"/vote/{WEEK}/smol-vs-tiny-vs-mighty/{TOKEN}",
        f"/vote/2026-W46/{SLUG}/{TOKEN}",
        f"/vote/{WEEK}/{SLUG}/{TOKEN[:-1]}",
        f"/vote/{WEEK}/{SLUG}/{links.unsubscribe_token(WHO, secret=SECRET)}",
    ],
)
def test_a_vote_link_is_good_for_its_own_comparison_only(client, method: str, path: str):
    assert client.ask(method, path).status_code == 410


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_comparison_that_is_not_out_takes_no_votes(client, method: str):
    token = links.vote_token(WHO, "2026-W48", "smol-vs-secret", secret=SECRET)

    assert client.ask(method, f"/vote/2026-W48/smol-vs-secret/{token}").status_code == 404


def test_who_left_votes_no_more(client, world, clock):
    client.post(f"/unsubscribe/{links.unsubscribe_token(WHO, secret=SECRET)}")

    answer = cast(client, clock, "a")

    assert answer.status_code == 410
    assert "Votes are for subscribers" in answer.text
    assert votes(world) == Community()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_after_sixty_days_voting_is_over(client, world, clock, method: str):
    clock.now += timedelta(days=61)

    answer = client.ask(method, PATH)

    assert "Voting is over" in answer.text
    assert f'<a href="/compare/{SLUG}">Read the comparison</a>' in answer.text
    assert votes(world) == Community()
