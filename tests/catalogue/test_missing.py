"""What a page lacks: only where it was read whole and should carry it; else nothing is said."""

import pytest

from digest.catalogue.missing import missing_claims
from digest.model import PageLink, PageRole, PageText

PROSE = tuple(f"Ember keeps the {word} warm all night long." for word in "abcdefghij")
LINKS = tuple(
    PageLink(url=f"https://ember.example/{word}", words=word.title())
    for word in ("product", "pricing", "blog", "team", "jobs")
)


def missing(role=PageRole.HOME, *, lines=PROSE, links=LINKS, language="en", found=()):
    page = PageText(lines=lines, links=links, language=language)
    return {claim.kind.value: claim.value for claim in missing_claims(page, role, found)}


def test_a_home_page_that_was_read_whole_lacks_what_it_does_not_say():
    assert missing() == {"docs": False, "terms": False, "waitlist": False, "benchmark": "none"}


def test_a_readme_lacks_other_things_than_a_home_page():
    assert missing(PageRole.README) == {
        "install": False,
        "example": False,
        "open_interface": False,
        "waitlist": False,
        "benchmark": "none",
    }


@pytest.mark.parametrize("role", [PageRole.PRICING, PageRole.DOCS, PageRole.LICENCE])
def test_pages_that_carry_none_of_it_lack_nothing(role):
    assert missing(role) == {}


def test_what_a_page_says_it_does_not_lack():
    assert "docs" not in missing(found={"docs"})


@pytest.mark.parametrize(
    "page",
    [
        {"lines": PROSE[:7]},
        {"lines": PROSE * 150},
        {"language": "de"},
        {"language": "", "lines": (*PROSE, "Ember hält die ganze Nacht warm.")},
    ],
)
def test_a_page_that_was_not_read_whole_or_not_understood_lacks_nothing(page):
    assert missing(**page) == {}


def test_a_page_without_a_menu_may_link_anything():
    assert set(missing(links=LINKS[:3])) == {"waitlist", "benchmark"}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Join the waiting list; early access opens in May.", "waitlist"),
        ("Ember is 3x faster than any other stove.", "benchmark"),
        ("See our legal notes.", "terms"),
        ("A guide to Ember for cooks.", "docs"),
    ],
)
def test_a_word_near_it_leaves_it_unknown(line, kind):
    assert kind in missing()
    assert kind not in missing(lines=(*PROSE, line))


def test_a_command_for_another_package_is_still_an_install_line():
    assert "install" not in missing(PageRole.README, lines=(*PROSE, "pip install firewood"))
