"""Which pages of a tool are its own, in which order, and when they are looked at again."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.catalogue.own_pages import (
    due_at,
    first_visits,
    in_batches,
    is_due,
    next_visits,
    shown_address,
    source_words,
)
from digest.model import PageLink, PageOutcome, PageRole, ProductPage, Tool, Visit

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def tool_at(site, url=None, **fields):
    return Tool(slug="ember", name="Ember", site=site, url=url or site, launched_at=NOW, **fields)


def visit_of(url, role=PageRole.HOME):
    return Visit(tool="ember", name="Ember", site=url, role=role, url=url)


def linked(home, *links, role=PageRole.HOME):
    """Role → address of what a page at ``home`` with these links leads to."""
    pairs = [link if isinstance(link, tuple) else (link, "") for link in links]
    found = [PageLink(url=url, words=words) for url, words in pairs]
    visits = next_visits(visit_of(home, role), found, arrived=home)
    return {visit.role.value: visit.url for visit in visits}


def firsts(tool, **known):
    return {visit.role.value: visit.url for visit in first_visits(tool, **known)}


def test_a_site_of_its_own_begins_at_its_home_page_and_a_repository_at_its_readme():
    own = tool_at("https://ember.example")

    assert firsts(own, repository="https://github.com/Fire/Ember") == {
        "home": "https://ember.example",
        "readme": "https://raw.githubusercontent.com/fire/ember/HEAD/README.md",
    }


def test_the_launchs_own_spelling_of_the_address_is_asked_for():
    """A site may speak plain http only; the canonical form says https of all."""
    assert firsts(tool_at("https://ember.example", "http://www.ember.example/")) == {
        "home": "http://www.ember.example/"
    }


@pytest.mark.parametrize(
    ("site", "readme"),
    [
        (
            "https://github.com/fire/ember",
            "https://raw.githubusercontent.com/fire/ember/HEAD/README.md",
        ),
        (
            "https://huggingface.co/Fire/Ember-3B",
            "https://huggingface.co/Fire/Ember-3B/raw/main/README.md",
        ),
        (
            "https://huggingface.co/spaces/fire/ember",
            "https://huggingface.co/spaces/fire/ember/raw/main/README.md",
        ),
    ],
)
def test_a_repository_or_model_alone_has_a_readme_and_no_home_page(site, readme):
    assert firsts(tool_at(site)) == {"readme": readme}


@pytest.mark.parametrize(
    "url",
    [
        "https://www.producthunt.com/products/ember",
        "https://ember.vercel.app/",
        "https://apps.apple.com/app/ember/id1",
        "https://github.com/fire",
        "https://openrouter.ai/fire/ember",
        "https://news.ycombinator.com/item?id=1",
    ],
)
def test_a_listing_or_a_host_that_many_share_is_no_page_of_its_own(url):
    assert firsts(tool_at(None, url)) == {}


def test_an_entry_of_a_changelog_is_no_page_about_one_product():
    assert firsts(tool_at("https://vendor.example/changelog#ember-2")) == {}
    assert firsts(tool_at("https://ember.example#/app")) == {"home": "https://ember.example#/app"}


def test_a_home_page_leads_to_its_prices_and_its_documentation():
    assert linked(
        "https://ember.example/",
        "https://ember.example/blog/pricing-is-hard/",
        ("https://ember.example/pricing", "Pricing"),
        ("https://docs.ember.example/", "Docs"),
        ("https://ember.example/docs/install", "Install"),
    ) == {"pricing": "https://ember.example/pricing", "docs": "https://docs.ember.example/"}


def test_a_link_is_known_by_its_words_where_its_address_tells_nothing():
    assert linked("https://ember.example/", ("https://ember.example/p/7", "Pricing →")) == {
        "pricing": "https://ember.example/p/7"
    }


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/pricing",
        "https://github.com/pricing",
        "https://ember.vercel.app/pricing",
        "https://www.producthunt.com/products/ember/pricing",
        "https://ember.example/#pricing",
        "https://ember.example/blog/pricing-is-hard/",
    ],
)
def test_links_elsewhere_and_into_the_page_itself_lead_nowhere(url):
    assert linked("https://ember.example/", url) == {}


def test_one_product_of_a_bigger_site_owns_only_what_lies_below_its_page():
    """vendor.example/pricing may be the price of its neighbour."""
    home = "https://vendor.example/tools/ember"

    assert linked(home, "https://vendor.example/pricing") == {}
    assert linked(home, f"{home}/pricing") == {"pricing": f"{home}/pricing"}


def test_a_product_on_a_host_of_its_own_does_not_own_its_neighbours_prices():
    links = ("https://vendor.example/pricing", "https://ember.vendor.example/plans")

    assert linked("https://ember.vendor.example/", *links) == {
        "pricing": "https://ember.vendor.example/plans"
    }
    assert linked("https://app.vendor.example/", links[0]) == {"pricing": links[0]}


def test_a_readme_leads_to_the_licence_it_links_to_else_to_the_usual_name():
    readme = "https://raw.githubusercontent.com/fire/ember/HEAD/README.md"
    folder = readme.removesuffix("/README.md")

    def licence(*links):
        return linked(readme, *links, role=PageRole.README)["licence"]

    assert licence() == f"{folder}/LICENSE"
    assert licence(f"{folder}/LICENSE.md") == f"{folder}/LICENSE.md"
    blob = "https://github.com/Fire/Ember/blob/main/COPYING"
    assert licence("https://x.example/LICENSE", blob) == f"{folder}/COPYING"


def test_a_model_card_states_its_licence_itself():
    card = "https://huggingface.co/fire/ember/raw/main/README.md"

    assert linked(card, role=PageRole.README) == {}


def test_prices_and_documentation_lead_nowhere():
    assert (
        linked("https://ember.example/x", "https://ember.example/pricing", role=PageRole.DOCS) == {}
    )


def page(**fields):
    given = {
        "tool": "ember",
        "role": PageRole.HOME,
        "site": "https://ember.example",
        "url": "https://ember.example",
        "outcome": PageOutcome.OK,
        "checked_at": NOW,
        "due_at": NOW + timedelta(days=7),
    }
    return ProductPage(**{**given, **fields})


def test_a_page_is_due_when_never_seen_when_its_time_has_come_and_at_another_address():
    visit = visit_of("https://ember.example")

    assert is_due(visit, None, now=NOW)
    assert not is_due(visit, page(), now=NOW + timedelta(days=6, hours=23))
    assert is_due(visit, page(), now=NOW + timedelta(days=7))
    assert is_due(visit, page(url="http://ember.example"), now=NOW)


def test_a_page_that_could_not_be_had_is_tried_the_next_day_and_never_before_its_host_allows():
    later = NOW + timedelta(days=30)

    assert due_at(PageOutcome.OK, now=NOW, not_before=None) == NOW + timedelta(days=7)
    assert due_at(PageOutcome.BLOCKED, now=NOW, not_before=None) == NOW + timedelta(days=7)
    assert due_at(PageOutcome.FAILED, now=NOW, not_before=None) == NOW + timedelta(days=1)
    assert due_at(PageOutcome.FAILED, now=NOW, not_before=later) == later


def test_no_host_is_in_two_groups_and_no_visit_is_lost():
    big = [visit_of(f"https://raw.githubusercontent.com/o/r{n}/HEAD/README.md") for n in range(95)]
    small = [visit_of(f"https://site{n}.example/") for n in range(50)]
    same = [visit_of("https://docs.site1.example/"), visit_of("https://site1.example/x")]

    groups = in_batches([*small[:25], *big, *small[25:], *same], size=40)

    hosts = [
        {visit.url.split("/")[2].removeprefix("docs.") for batch in group for visit in batch}
        for group in groups
    ]
    assert sum(len(found) for found in hosts) == len(set.union(*hosts)) == 51
    batches = [batch for group in groups for batch in group]
    assert max(map(len, batches)) <= 40
    assert {visit.url for batch in batches for visit in batch} == {
        visit.url for visit in (*big, *small, *same)
    }


@pytest.mark.parametrize(
    ("role", "url", "words"),
    [
        ("pricing", "https://www.ember.example/pricing", "pricing page of ember.example"),
        ("readme", "https://raw.githubusercontent.com/o/r/HEAD/README.md", "README on GitHub"),
        ("licence", "https://raw.githubusercontent.com/o/r/HEAD/LICENSE", "licence on GitHub"),
        ("readme", "https://huggingface.co/o/r/raw/main/README.md", "model card on Hugging Face"),
        (
            "readme",
            "https://huggingface.co/spaces/o/r/raw/main/README.md",
            "README on Hugging Face",
        ),
        ("home", "https://ember.example/en", "home page of ember.example"),
        ("home", "https://vendor.example/tools/ember", "its page on vendor.example"),
        ("docs", f"https://{'long-name.' * 6}example/docs", "its own documentation"),
    ],
)
def test_readers_are_told_which_page_says_it(role, url, words):
    assert source_words(PageRole(role), url) == words


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://raw.githubusercontent.com/o/r/HEAD/README.md", "https://github.com/o/r"),
        (
            "https://raw.githubusercontent.com/o/r/HEAD/LICENSE",
            "https://github.com/o/r/blob/HEAD/LICENSE",
        ),
        ("https://huggingface.co/o/r/raw/main/README.md", "https://huggingface.co/o/r"),
        ("https://ember.example/pricing?a=1", "https://ember.example/pricing?a=1"),
    ],
)
def test_readers_are_sent_to_the_page_for_people(url, shown):
    assert shown_address(url) == shown
