"""Where a visit ended up, and which address of a page can be its own."""

import pytest

from digest.catalogue.arrivals import arrival, cited_address
from digest.model import PageOutcome, PageText

FOUND = "https://ember.example/tools/press"


def cited(canonical="", og_url="", *, found=FOUND):
    return cited_address(found, PageText(canonical=canonical, og_url=og_url))


def test_a_canonical_address_of_the_same_site_is_taken():
    choice = cited("https://www.ember.example/press")

    assert (choice.url, choice.refused) == ("https://www.ember.example/press", None)


@pytest.mark.parametrize(
    ("canonical", "reason"),
    [
        ("https://ember.example/", "root"),
        ("https://ember.example/en", "root"),
        ("https://ember.example/index.html", "root"),
        ("https://ember.example/404", "error page"),
        ("https://ember.example/page-not-found/", "error page"),
        ("https://elsewhere.example/tools/press", "another site, elsewhere.example"),
    ],
)
def test_a_canonical_that_cannot_be_the_page_is_refused_with_its_reason(canonical, reason):
    choice = cited(canonical)

    assert choice.url == FOUND
    assert reason in (choice.refused or "")


def test_the_address_for_sharing_stands_in_for_a_refused_canonical():
    choice = cited("https://ember.example/", "https://ember.example/tools/press?v=2")

    assert choice.url == "https://ember.example/tools/press?v=2"
    assert "rel=canonical is the site's root" in (choice.refused or "")


def test_a_root_may_call_itself_root_and_a_page_may_say_nothing():
    home = "https://ember.example/"

    assert cited(home, found=home).url == home
    assert cited() == cited(found=FOUND)
    assert cited().refused is None


@pytest.mark.parametrize(
    ("asked", "arrived", "outcome"),
    [
        ("https://a.example/p", "https://a.example/p/", None),
        ("http://a.example/", "https://www.a.example/en", None),
        ("https://a.example/pricing", "https://a.example/plans", None),
        ("https://a.example/", "https://a.co.uk/start", None),
        ("https://github.com/o/r", "https://raw.githubusercontent.com/o2/r/HEAD/README.md", None),
        ("https://a.example/pricing", "https://a.example/", PageOutcome.GONE),
        ("https://a.example/pricing", "https://a.example/en/", PageOutcome.GONE),
        ("https://a.example/pricing", "https://a.example/404.html", PageOutcome.GONE),
        ("https://a.example/", "https://parking.example/a", PageOutcome.GONE),
        ("https://a.example/docs", "https://a.example/login?next=/docs", PageOutcome.UNREADABLE),
        ("https://github.com/o/r", "https://elsewhere.example/", PageOutcome.GONE),
    ],
)
def test_a_redirect_means_what_it_leads_to(asked, arrived, outcome):
    found = arrival(asked, arrived)

    assert (found[0] if found else None) is outcome
