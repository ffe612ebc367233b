"""A parser reads differently with other options: then an unchanged page is fetched again."""

from digest.sources.parsers import KINDS, version_of


def test_a_source_without_options_has_the_version_of_its_kind(make_source):
    assert version_of(make_source("feed")) == KINDS["feed"].version


def test_other_options_are_another_version_and_their_order_is_not(make_source):
    versions = {
        version_of(make_source("html_list", options=options))
        for options in (
            {"item": "a", "title": "b"},
            {"title": "b", "item": "a"},
            {"item": "a", "title": "h2"},
        )
    }

    assert len(versions) == 2
    assert all(version.startswith(f"{KINDS['html_list'].version}-") for version in versions)
