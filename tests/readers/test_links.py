"""Links: each opens one thing, for the right time, and nothing forged opens anything."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import LinkError
from digest.readers import links
from digest.settings.mail import LONGEST_BOUNCE_LOCAL_PART
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


BOUNCE = links.bounce_token(WEEK, WHO, secret=SECRET)


@pytest.mark.parametrize("week", ["2000-W01", "2026-W47", "2026-W53", "3023-W52"])
def test_a_bounce_token_gives_back_week_and_reader_in_capitals_as_well(week: str):
    """Some servers fold the case of local parts on the way there and back."""
    token = links.bounce_token(week, WHO, secret=SECRET)

    assert links.read_bounce_token(token, secret=SECRET) == (week, WHO)
    assert links.read_bounce_token(token.upper(), secret=SECRET) == (week, WHO)
    assert links.read_bounce_token(token.title(), secret=SECRET) == (week, WHO)


def test_a_bounce_token_fits_a_local_part_beside_a_name_and_a_plus_sign():
    assert links.bounce_token(WEEK, WHO, secret=SECRET) == BOUNCE
    assert len(BOUNCE) == links.BOUNCE_TOKEN_LENGTH
    assert set(BOUNCE) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert LONGEST_BOUNCE_LOCAL_PART + len("+") + len(BOUNCE) == 64


@given(st.integers(0, 39), st.characters(codec="utf-8"))
def test_a_changed_character_of_a_bounce_token_is_refused(place: int, other: str):
    changed = BOUNCE[:place] + other + BOUNCE[place + 1 :]
    if changed.lower() == BOUNCE:
        return

    with pytest.raises(LinkError, match="damaged"):
        links.read_bounce_token(changed, secret=SECRET)


@pytest.mark.parametrize(
    "token", ["", "a", "a" * 8, "a" * 40, "ab======", "é" * 40, BOUNCE + "a" * 8]
)
def test_what_is_no_bounce_token_is_refused(token: str):
    with pytest.raises(LinkError, match="damaged"):
        links.read_bounce_token(token, secret=SECRET)


def test_a_bounce_token_of_another_secret_is_refused():
    with pytest.raises(LinkError):
        links.read_bounce_token(BOUNCE, secret=b"another secret, also long enough ..")


@pytest.mark.parametrize("week", ["", "2026-47", "2026-W7", "1999-W47", "2026-W47 "])
def test_a_bounce_token_is_made_for_an_iso_week_only(week: str):
    with pytest.raises(ValueError, match="ISO week"):
        links.bounce_token(week, WHO, secret=SECRET)


@pytest.mark.parametrize("who", ["", "short", "reader.with.dots", "A" * 17, "é" * 16])
def test_a_bounce_token_is_made_for_a_public_id_only(who: str):
    with pytest.raises(ValueError, match="public id"):
        links.bounce_token(WEEK, who, secret=SECRET)


def test_a_form_note_belongs_to_one_vote_link():
    form = links.form_token("one", secret=SECRET, now=NOW)

    assert links.read_form_token(form, "one", secret=SECRET) == NOW
    with pytest.raises(LinkError):
        links.read_form_token(form, "two", secret=SECRET)
