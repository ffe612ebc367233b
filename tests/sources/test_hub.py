"""Licences of Hugging Face's rows: the SPDX identifier where the words are known, else nothing."""

import json

import pytest


def model(read_as, **fields):
    row = {"id": "brightvale/Heron-8B", "tags": [], **fields}
    (launch,) = read_as("hf_models", json.dumps([row]).encode()).launches
    return launch


@pytest.mark.parametrize(
    ("tags", "licence"),
    [
        (["license:apache-2.0"], "Apache-2.0"),
        (["license:bsd-3-clause-clear"], "BSD-3-Clause-Clear"),
        (["license:cc-by-nc-4.0"], "CC-BY-NC-4.0"),
        (["license:odc-by"], "ODC-By-1.0"),
        (["license:gpl"], None),
        (["license:cc"], None),
        (["license:llama3.1"], None),
        (["license:other"], None),
        (["license:mit", "license:apache-2.0"], None),
        (["mit"], None),
    ],
)
def test_a_licence_is_stated_by_its_tag(read_as, tags, licence):
    assert model(read_as, tags=tags).licence == licence


@pytest.mark.parametrize(
    ("card", "licence"), [({"license": "mit"}, "MIT"), ({"license": ["mit"]}, None), ("mit", None)]
)
def test_without_a_tag_the_card_may_state_it(read_as, card, licence):
    assert model(read_as, cardData=card).licence == licence


def test_a_licence_of_a_vendors_own_is_kept_by_its_name(read_as):
    assert model(read_as, tags=["license:gemma"]).details["license"] == "gemma"


@pytest.mark.parametrize("gated", [True, False, "auto", "manual"])
def test_whether_a_model_must_be_asked_for_is_kept(read_as, gated):
    assert model(read_as, gated=gated).details["gated"] == gated


@pytest.mark.parametrize(
    "native_id", ["", "a/b/c", "../settings", "a b", "a/..", "a?x=1", "ä/b", 7, None, "x" * 97]
)
def test_an_id_that_the_hub_could_not_have_given_is_refused(read_as, native_id):
    """It becomes part of an address."""
    body = json.dumps([{"id": native_id, "tags": []}]).encode()

    assert read_as("hf_models", body).rejected == 1
