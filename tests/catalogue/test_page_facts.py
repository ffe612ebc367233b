"""What pages of a product's own say, each fact with the words it stands on."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.catalogue.conflicts import entry_price
from digest.catalogue.facts import current_facts
from digest.catalogue.page_facts import read_page_facts
from digest.catalogue.tools import refreshed
from digest.model import EntryPrice, Fact, FactKind, PageLink, PageRole, PageText, Tool, Visit

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
KEY = f"{'a' * 64}-20261120T090000"
HOME = PageText(
    title="Ember",
    language="en",
    lines=(
        "Ember writes commit messages from your diff.",
        "Runs entirely on your own machine, on macOS and Linux.",
        "pip install ember-cli",
        "Free for personal use, then $8 per month.",
        "The most powerful and the best tool for teams who like short and clear commit messages.",
        "Ember replaced Scribe for us, says a customer. Scribe cost us $900 per month.",
    ),
    links=(
        PageLink(url="https://ember.example/docs", words="Docs"),
        PageLink(url="https://ember.example/terms", words="Terms"),
        PageLink(url="https://ember.example/privacy", words="Privacy"),
    ),
)


def facts_of(page, role=PageRole.HOME, *, url="https://ember.example/", is_model=False):
    visit = Visit(tool="ember", name="Ember", site=url, role=role, url=url, is_model=is_model)
    return read_page_facts(page, visit, cited=url, capture_key=KEY, observed_at=NOW)


def values(*args, **options):
    return {fact.kind.value: fact.value for fact in facts_of(*args, **options)}


def test_a_home_page_says_what_announcements_say_and_what_it_links_to():
    found = values(HOME)

    assert found.pop("superlatives") > 0
    assert found == {
        "docs": True,
        "entry_price": "freemium",
        "install": "pip install ember-cli",
        "platforms": "macOS, Linux",
        "price": "$8 per month",
        "runs_locally": True,
        "terms": True,
    }


def test_every_fact_names_its_page_and_stands_on_words_of_that_page():
    words = {*HOME.lines, *(link.words for link in HOME.links)}
    found = facts_of(HOME)

    assert {fact.source for fact in found} == {"home page of ember.example"}
    assert {(fact.page, fact.url, fact.capture_key) for fact in found} == {
        (PageRole.HOME, "https://ember.example/", KEY)
    }
    text = " ".join(HOME.lines)
    for fact in found:
        assert fact.span in text or set(fact.span.split(", ")) <= words, fact


def test_praise_is_counted_in_english_alone():
    chinese = HOME.model_copy(update={"language": "zh"})

    assert "superlatives" not in values(chinese)


def test_a_price_page_is_asked_for_prices_alone():
    page = PageText(language="en", lines=("MIT licensed, self-hosted", "Free", "Pro $9 / month"))

    assert values(page, PageRole.PRICING) == {"entry_price": "freemium", "price": "$9 per month"}


def test_documentation_shows_itself_and_how_to_install():
    page = PageText(
        title="Ember docs", lines=("Run npm install ember-cli first.", "Pro is $9/month")
    )

    assert values(page, PageRole.DOCS) == {"docs": True, "install": "npm install ember-cli"}


def test_a_readme_says_how_to_install_and_its_licence_and_links_documentation():
    page = PageText(
        lines=(
            "Ember",
            "uvx ember",
            "It is better than nothing.",
            "Released under the MIT licence.",
        ),
        links=(PageLink(url="https://ember.readthedocs.example/", words="Documentation"),),
    )
    url = "https://raw.githubusercontent.com/o/r/HEAD/README.md"

    assert values(page, PageRole.README, url=url) == {
        "docs": True,
        "install": "uvx ember",
        "licence": "MIT",
    }


def test_what_a_readme_says_by_the_way_is_not_of_the_product():
    page = PageText(
        lines=(
            "Run pip install pytest to run the tests.",
            "On Windows, close the window by hand.",
            "Flat is better than nested.",
        )
    )

    assert values(page, PageRole.README, url="https://github.com/o/ember") == {}


@pytest.mark.parametrize(
    ("name", "site", "command"),
    [
        ("Ember", "https://ember.example", "npm install @fire/ember-cli"),
        ("Fire Works", "https://github.com/o/fw", "pip install fire_works"),
        ("The best commits", "https://github.com/o/my-ember", "uvx my_ember"),
        ("Quick notes", "https://scribe.example", "brew install scribe"),
    ],
)
def test_a_command_is_of_the_product_by_its_name_or_its_address(name, site, command):
    page = PageText(lines=(f"Use {command} to begin.",))
    visit = Visit(tool="t", name=name, site=site, role=PageRole.README, url=site)

    found = read_page_facts(page, visit, cited=site, capture_key=KEY, observed_at=NOW)

    assert [fact.value for fact in found] == [command]


def test_a_model_cards_head_states_the_licence():
    page = PageText(lines=("Ember 3B", "A small model."), licence_field="license: apache-2.0")
    (fact,) = facts_of(page, PageRole.README, url="https://huggingface.co/o/r/raw/main/README.md")

    assert (fact.kind, fact.value, fact.span) == (
        FactKind.LICENCE,
        "Apache-2.0",
        "license: apache-2.0",
    )
    assert fact.source == "model card on Hugging Face"


def test_a_licence_file_lets_anybody_host_what_is_open_source():
    page = PageText(lines=("Apache License", "Version 2.0, January 2004"))

    assert values(page, PageRole.LICENCE) == {
        "entry_price": "free",
        "licence": "Apache-2.0",
        "self_host": True,
    }
    limited = PageText(lines=("Attribution-NonCommercial 4.0 International",))
    assert values(limited, PageRole.LICENCE) == {"licence": "CC-BY-NC-4.0"}


def fact(kind, value, *, page=None, days=0, source=None, span="words"):
    return Fact(
        tool="ember",
        kind=kind,
        value=value,
        observed_at=NOW - timedelta(days=days),
        capture_key=KEY,
        source=source or (page.value if page else "a_listing"),
        page=page,
        url="https://x.example/",
        span=span,
    )


def test_what_the_own_page_says_goes_before_a_newer_claim_of_a_listing():
    claim = fact(FactKind.ENTRY_PRICE, "free")
    own = fact(FactKind.ENTRY_PRICE, "paid", page=PageRole.PRICING, days=20)

    assert current_facts([claim, own]) == (own,)
    assert entry_price([claim, own]) is EntryPrice.PAID


def test_an_own_page_not_seen_for_long_is_one_claim_among_others():
    claim = fact(FactKind.ENTRY_PRICE, "free")
    own = fact(FactKind.ENTRY_PRICE, "paid", page=PageRole.PRICING, days=61)

    assert current_facts([claim, own]) == (claim,)


@pytest.mark.parametrize(
    ("kind", "best", "other"),
    [
        (FactKind.PRICE, PageRole.PRICING, PageRole.HOME),
        (FactKind.LICENCE, PageRole.LICENCE, PageRole.README),
        (FactKind.INSTALL, PageRole.README, PageRole.HOME),
    ],
)
def test_of_own_pages_the_one_that_knows_best_stands(kind, best, other):
    facts = [fact(kind, "a", page=other), fact(kind, "b", page=best, days=3)]

    assert [each.value for each in current_facts(facts)] == ["b"]


def test_a_price_somebody_states_goes_before_what_a_licence_implies():
    implied = fact(FactKind.ENTRY_PRICE, "free", page=PageRole.LICENCE)
    claim = fact(FactKind.ENTRY_PRICE, "freemium", days=3)

    assert [each.value for each in current_facts([implied, claim])] == ["freemium"]


def test_a_tool_shows_what_its_own_pages_say():
    tool = Tool(slug="ember", name="Ember", launched_at=NOW)
    facts = [
        fact(FactKind.LICENCE, "MIT", days=1),
        fact(FactKind.LICENCE, "Apache-2.0", page=PageRole.LICENCE, days=9),
        fact(FactKind.ENTRY_PRICE, "paid", page=PageRole.PRICING),
    ]

    shown = refreshed(tool, facts)

    assert (shown.licence, shown.entry_price) == ("Apache-2.0", EntryPrice.PAID)
