"""Links: each opens one thing, for the right time, and nothing forged opens anything."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import LinkError
from digest.readers import links
from tests.conftest import NOW

SECRET = b"a secret of thirty-two octets ...."
WHO = "AbCd-efgh_ijkl12"
WEEK, SLUG = "2026-W47", "smol-vs-tiny"


def test_an_unsubscribe_token_gives_back_whose_it_is():
    token = links.unsubscribe_token(WHO, secret=SECRET)

    assert links.read_unsubscribe_token(token, secret=SECRET) == WHO


def test_tokens_that_fill_slots_of_a_mail_have_one_length_and_are_url_safe():
    tokens = [
        links.unsubscribe_token(WHO, secret=SECRET),
        links.undo_token(WHO, secret=SECRET),
        links.vote_token(WHO, WEEK, SLUG, secret=SECRET),
    ]

    assert {len(token) for token in tokens} == {links.TOKEN_LENGTH} == {40}
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)


def test_equal_input_gives_the_equal_token():
    """A mail sent in a second attempt carries the very same link."""
    assert links.unsubscribe_token(WHO, secret=SECRET) == links.unsubscribe_token(
        WHO, secret=SECRET
    )


READERS = {
    "unsubscribe": lambda token: links.read_unsubscribe_token(token, secret=SECRET),
    "undo": lambda token: links.read_undo_token(token, secret=SECRET),
    "vote": lambda token: links.read_vote_token(token, WEEK, SLUG, secret=SECRET),
    "confirm": lambda token: links.read_confirm_token(token, secret=SECRET, now=NOW),
    "form": lambda token: links.read_form_token(token, WHO, secret=SECRET),
}
TOKENS = {
    "unsubscribe": links.unsubscribe_token(WHO, secret=SECRET),
    "undo": links.undo_token(WHO, secret=SECRET),
    "vote": links.vote_token(WHO, WEEK, SLUG, secret=SECRET),
    "confirm": links.confirm_token(WHO, secret=SECRET, now=NOW),
    "form": links.form_token(WHO, secret=SECRET, now=NOW),
}


@pytest.mark.parametrize("made", TOKENS)
@pytest.mark.parametrize("read", READERS)
def test_a_token_opens_its_own_purpose_only(made: str, read: str):
    if made == read:
        READERS[read](TOKENS[made])
        return
    with pytest.raises(LinkError, match="damaged"):
        READERS[read](TOKENS[made])


@pytest.mark.parametrize(
    ("week", "slug"), [("2026-W46", SLUG), (WEEK, "tiny-vs-smol"), (WEEK + SLUG[0], SLUG[1:])]
)
def test_a_vote_token_is_for_one_comparison_of_one_issue(week: str, slug: str):
    token = links.vote_token(WHO, WEEK, SLUG, secret=SECRET)

    with pytest.raises(LinkError):
        links.read_vote_token(token, week, slug, secret=SECRET)


def test_a_token_of_another_secret_is_refused():
    token = links.unsubscribe_token(WHO, secret=b"another secret, also long enough ..")

    with pytest.raises(LinkError):
        links.read_unsubscribe_token(token, secret=SECRET)


@given(st.integers(0, 39), st.characters(codec="utf-8"))
def test_a_changed_character_anywhere_is_refused(place: int, other: str):
    token = links.unsubscribe_token(WHO, secret=SECRET)
    changed = token[:place] + other + token[place + 1 :]
    if changed == token:
        return

    with pytest.raises(LinkError):
        links.read_unsubscribe_token(changed, secret=SECRET)


@pytest.mark.parametrize("token", ["", "x", WHO, WHO + "A" * 24, "é" * 40, "\0" * 40])
def test_what_is_no_token_is_refused(token: str):
    for read in READERS.values():
        with pytest.raises(LinkError):
            read(token)


def test_a_public_id_of_another_length_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="16 characters"):
        links.unsubscribe_token("short", secret=SECRET)


def test_a_confirm_link_says_whose_and_from_when():
    found = links.read_confirm_token(TOKENS["confirm"], secret=SECRET, now=NOW)

    assert found == links.Confirmation(WHO, NOW)


def test_a_confirm_link_is_good_for_seven_days():
    late = NOW + timedelta(days=7)

    links.read_confirm_token(TOKENS["confirm"], secret=SECRET, now=late)
    with pytest.raises(LinkError, match="7 days; sign up again"):
        links.read_confirm_token(
            TOKENS["confirm"], secret=SECRET, now=late + timedelta(microseconds=1)
        )


def test_a_form_note_belongs_to_one_vote_link():
    form = links.form_token("one", secret=SECRET, now=NOW)

    assert links.read_form_token(form, "one", secret=SECRET) == NOW
    with pytest.raises(LinkError):
        links.read_form_token(form, "two", secret=SECRET)
