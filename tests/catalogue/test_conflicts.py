"""Facts that contradict each other: both are kept, and none is said as if the other were not there."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.catalogue.conflicts import dissent, entry_price, licence_name
from digest.catalogue.facts import current_facts
from digest.model import EntryPrice, Fact, FactKind, PageRole

SEEN = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)


def fact(kind, value, *, source="a", days=0, page=None, span="words"):
    return Fact(
        tool="ember",
        kind=FactKind(kind),
        value=value,
        observed_at=SEEN - timedelta(days=days),
        capture_key="c",
        source=source,
        page=page,
        url=f"https://{source}.example/",
        span=span,
    )


MIT, APACHE = fact("licence", "MIT"), fact("licence", "Apache-2.0", source="b", days=1)
FREE, PAID = fact("entry_price", "free"), fact("entry_price", "paid", source="b", days=1)


def test_both_sides_of_a_contradiction_are_kept():
    assert current_facts([MIT, APACHE]) == (MIT,)
    assert dissent([MIT, APACHE]) == (APACHE,)
    assert dissent([APACHE, MIT], standing=(MIT,)) == (APACHE,)


@pytest.mark.parametrize(("one", "other"), [(MIT, APACHE), (FREE, PAID)])
def test_between_mere_claims_none_is_said_of_the_tool(one, other):
    """Neither side is chosen in silence; a page of the product's own settles it."""
    own = other.model_copy(update={"page": PageRole.HOME})

    assert entry_price([one, other]) is EntryPrice.UNKNOWN
    assert licence_name([one, other]) is None
    assert dissent([one, own]) == (one,)
    settled = EntryPrice.PAID if one is FREE else EntryPrice.UNKNOWN
    assert entry_price([one, own]) is settled
    assert licence_name([one, own]) == ("Apache-2.0" if one is MIT else None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (MIT, fact("licence", "mit", source="b")),
        (MIT, fact("licence", "NOASSERTION", source="b")),
        (MIT, fact("licence", "Apache-2.0", days=1)),  # the same source, of yesterday
        (MIT, fact("licence", "Apache-2.0", source="b", days=61)),
        (FREE, fact("entry_price", "paid", source="b", span="license: MIT")),
        (fact("docs", value=True), fact("docs", value=False, page=PageRole.HOME, span="")),
        (fact("open_interface", "MCP"), fact("open_interface", "REST API", source="b")),
        (fact("platforms", "macOS"), fact("platforms", "Linux", source="b")),
        (fact("superlatives", 0.1), fact("superlatives", 4.0, source="b")),
        (fact("price", "$10 per month"), fact("price", "$0.20 per image", source="b")),
        (fact("price", "$10 per month"), fact("price", "from $10 per month", source="b")),
        (fact("context_length", 128_000), fact("context_length", 131_072, source="b")),
        (fact("parameters", "3B, 8B"), fact("parameters", "8B", source="b")),
        (fact("maintained_at", "2026-07-01"), fact("maintained_at", "2026-06-01", source="b")),
    ],
)
def test_what_is_no_contradiction(one, other):
    """The same in other words, nothing said, history, what follows from a licence, what adds up."""
    assert dissent([one, other]) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (fact("price", "$10 per month"), fact("price", "$12 per month", source="b")),
        (fact("context_length", 128_000), fact("context_length", 200_000, source="b")),
        (fact("parameters", "3B"), fact("parameters", "8B", source="b")),
        (fact("waitlist", value=True), fact("waitlist", value=False, source="b")),
        (fact("benchmark", "bare"), fact("benchmark", "reproducible", source="b")),
        (MIT, fact("licence", "Apache-2.0")),  # one page that says both at once
    ],
)
def test_what_is_one(one, other):
    assert len(dissent([one, other])) == 1


def test_of_dates_the_latest_and_the_earliest_stand():
    last = [
        fact("maintained_at", day, days=n) for n, day in enumerate(("2026-06-01", "2026-07-01"))
    ]
    first = [fact("created_at", day, days=n) for n, day in enumerate(("2026-06-01", "2026-05-01"))]

    assert [each.value for each in current_facts(last)] == ["2026-07-01"]
    assert [each.value for each in current_facts(first)] == ["2026-05-01"]


def test_a_page_that_is_silent_stands_only_where_nobody_says_otherwise():
    silent = fact("docs", value=False, page=PageRole.HOME, span="")
    said = fact("docs", value=True, source="b", days=30)

    assert current_facts([silent]) == (silent,)
    assert current_facts([silent, said]) == (said,)
