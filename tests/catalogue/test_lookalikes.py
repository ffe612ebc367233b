"""What looks alike is only ever suggested: one product name, one host, nearly one name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.catalogue.lookalikes import MAX_BLOCK, MAX_RESEMBLING, Outline, find_lookalikes
from digest.catalogue.names import product_key


def outline(name, slug=None, **more):
    given = {"slug": slug or name.lower().replace(" ", "-"), "product_key": product_key(name)}
    return Outline(name=name, **{**given, **more})


def pairs(new, known=(), **more):
    """What is found, by tool and other."""
    return {(each.tool, each.other): each.reason for each in find_lookalikes(new, known, **more)}


def test_a_new_version_of_a_known_product_is_shown_beside_it():
    found = pairs([outline("Halyard Wave 13")], [outline("Halyard Wave 12"), outline("Kiln")])

    assert found == {("halyard-wave-13", "halyard-wave-12"): "same product name halyard"}


def test_another_path_or_subdomain_of_a_known_host_is_shown():
    found = pairs(
        [outline("Blur", hosts=("vidflux.example",))],
        [outline("Zoomer", hosts=("vidflux.example",)), outline("Kiln", hosts=("kiln.example",))],
    )

    assert found == {("blur", "zoomer"): "same host vidflux.example"}


@pytest.mark.parametrize(
    "near",
    ["Emberlime", "Emberlin", "Ember Line", "Emberlinee", "Embelrine"],
    ids=["changed", "left out", "apart", "put in", "swapped"],
)
@pytest.mark.parametrize(
    "shared",
    [{"vendor_key": "kilnworks"}, {"text": "Turns meetings into tickets while people talk"}],
    ids=["maker", "description"],
)
def test_nearly_one_name_counts_with_one_maker_or_one_description(near, shared):
    new, known = outline("Emberline", **shared), outline(near, "other", **shared)

    assert list(pairs([new], [known])) == [("emberline", "other")]
    assert pairs([outline("Emberline")], [outline(near, "other", **shared)]) == {}


def test_names_too_short_or_too_far_apart_are_other_names():
    maker = {"vendor_key": "kilnworks"}

    assert pairs([outline("Emb", **maker)], [outline("Emc", **maker)]) == {}
    assert pairs([outline("Emberline", **maker)], [outline("Emberlions", **maker)]) == {}


def test_two_new_tools_are_shown_to_each_other():
    assert set(pairs([outline("Ember 1"), outline("Ember 2")])) == {
        ("ember-1", "ember-2"),
        ("ember-2", "ember-1"),
    }


def test_a_tool_that_is_known_already_is_not_shown_beside_itself():
    again = outline("Ember", hosts=("ember.example",))

    assert pairs([again], [again]) == {}


def test_what_an_editor_has_settled_is_shown_no_more():
    new, known = outline("Ember 2"), outline("Ember 1")

    assert pairs([new], [known], settled={("ember-1", "ember-2")}) == {}


def crowd(number, **more):
    return [
        outline(f"Tool{chr(97 + n % 26)}{n}qz Works", f"t{n:03}", **more) for n in range(number)
    ]


def test_a_host_that_is_a_crowd_says_something_only_with_a_word_of_the_name():
    place = {"hosts": ("vendor.example",)}
    new = [outline("Kiln Studio", **place), outline("Lamp", **place)]

    found = pairs(new, [*crowd(MAX_BLOCK, **place), outline("Kiln Desktop", "kd", **place)])

    assert set(found) == {("kiln-studio", "kd")}


def test_one_tool_gets_few_pairs_and_the_likest_first():
    place = {"hosts": ("vendor.example",)}
    known = [*crowd(12, **place), outline("Kiln 1", "z-first", **place)]

    found = find_lookalikes([outline("Kiln 2", **place)], known)

    assert len(found) == MAX_RESEMBLING
    assert (found[0].other, found[0].reason) == (
        "z-first",
        "same product name kiln, same host vendor.example",
    )


NAMES = st.sampled_from(["Ember", "Ember 2", "Emberr", "Kiln", "Kiln Studio", "Lamp"])
OUTLINES = st.lists(
    st.builds(
        outline,
        NAMES,
        slug=st.uuids().map(str),
        vendor_key=st.sampled_from(["", "kilnworks"]),
        hosts=st.sampled_from([(), ("a.example",), ("b.example",)]),
    ),
    max_size=8,
)


@given(new=OUTLINES, known=OUTLINES, data=st.data())
def test_the_order_of_tools_does_not_matter_and_every_pair_has_a_new_side(new, known, data):
    found = find_lookalikes(new, known)

    shuffled = find_lookalikes(data.draw(st.permutations(new)), data.draw(st.permutations(known)))
    assert found == shuffled
    assert {each.tool for each in found} <= {each.slug for each in new}
