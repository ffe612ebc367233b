"""Values that share what they can, and are told apart by nobody."""

from digest.model import Citation, Tally
from digest.model.base import lean


def test_lean_values_share_the_set_of_their_fields_and_copies_do_not():
    one, other, less = (Tally(ships=n, calls=4, reviewers=4) for n in (1, 2, 3))
    before = one.model_dump(), one.model_fields_set.copy()
    for each in (one, other):
        lean(each)

    assert one.model_fields_set is other.model_fields_set
    assert (one.model_dump(), one.model_fields_set) == before
    assert one.model_copy(update={"ships": 0}).model_fields_set is not one.model_fields_set
    assert one == Tally(ships=1, calls=4, reviewers=4)
    assert less.model_fields_set is not one.model_fields_set


def test_a_copy_with_a_further_field_leaves_lean_ones_as_they_were():
    given = {"number": 1, "label": "hn", "quote": "free", "observed_at": "2026-11-20T09:00:00Z"}
    one, other = Citation(**given), Citation(**given)
    lean(one)
    lean(other)

    copied = one.model_copy(update={"url": "https://ember.example"})

    assert "url" in copied.model_fields_set
    assert "url" not in one.model_fields_set | other.model_fields_set
