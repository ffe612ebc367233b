from datetime import timedelta

import pytest

from digest.model import AgedCount, FactKind, Job, Market
from digest.panel.evidence import build_evidence, coverage
from digest.panel.market import market_of
from digest.panel.rulebook import load_rules


def test_facts_stand_by_kind_and_newest_first_whatever_order_they_come_in(fact, tool, now):
    old, new = now - timedelta(days=3), now - timedelta(days=1)
    facts = [
        fact("waitlist", value=False, observed_at=old),
        fact("docs", value=True, observed_at=old),
        fact("docs", value=False, observed_at=new),
        fact("docs", value=True, observed_at=new, source="a-feed"),
        fact("docs", value=True, tool="another"),
    ]

    made = build_evidence(tool(), facts, market=Market(), now=now)
    again = build_evidence(tool(), facts[::-1], market=Market(), now=now)

    assert [(f.kind, f.source, f.value) for f in made.facts] == [
        (FactKind.DOCS, "a-feed", True),
        (FactKind.DOCS, "larch-pages", False),
        (FactKind.DOCS, "larch-pages", True),
        (FactKind.WAITLIST, "larch-pages", False),
    ]
    assert made == again
    assert made.sha256 == again.sha256


def test_the_hash_follows_the_facts_not_the_moment(fact, tool, now):
    made = build_evidence(tool(), [fact("docs", value=True)], market=Market(), now=now)
    later = build_evidence(
        tool(), [fact("docs", value=True)], market=Market(), now=now + timedelta(days=1)
    )
    other = build_evidence(tool(), [fact("docs", value=False)], market=Market(), now=now)

    assert made.sha256 == later.sha256 != other.sha256


def test_a_tool_without_a_job_has_no_market(tool, now):
    unsorted = tool(job="unsorted", popularity=9, popularity_metric="stars")

    assert market_of(unsorted, [tool("b", job="unsorted")], now=now) == Market()


def test_rivals_are_the_other_tools_of_the_job(tool, now):
    larch = tool()
    catalogue = [larch, tool("oak"), tool("elm"), tool("fir", job="ocr")]

    assert market_of(larch, catalogue, now=now).rivals == 2
    assert market_of(larch, [], now=now).rivals == 0


def test_listings_of_one_product_are_one_rival_and_its_own_are_none(tool, now):
    larch = tool("larch-3b", product_key="larch")
    own = [tool(f"larch-{n}", product_key="larch") for n in range(2)]
    oaks = [tool(f"oak-{n}", product_key="oak") for n in range(5)]
    counts = at_age("larch-3b", 9) | {f"oak-{n}": at_age("x", n)["x"] for n in range(5)}
    counts |= {f"larch-{n}": at_age("x", 99)["x"] for n in range(2)}

    made = market_of(larch, [larch, *own, *oaks, tool("elm")], now=now, counts=counts)

    assert made.rivals == 2
    assert made.attention == 100


def test_who_came_later_was_no_rival_then(tool, now):
    """A field that filled up behind it is not held against the one who opened it."""
    first, later = tool(days=400), tool("oak", days=300)
    together, undated = tool("elm", days=371), tool("fir", days=1, launch_dated=False)

    assert market_of(first, [later, together, undated], now=now).rivals == 2
    assert market_of(later, [first, together, undated], now=now).rivals == 3


def test_nobody_is_a_rival_by_a_guess(tool, now):
    guessed, flagged = tool("oak", job_confidence=0.59), tool("elm", flags=("spam",))
    catalogue = [guessed, flagged, tool("fir", job_confidence=0.6)]

    assert market_of(tool(), catalogue, now=now).rivals == 1
    assert market_of(tool(job_confidence=0.59), catalogue, now=now) == Market()


def at_age(slug, value, *, hours=24, source="hn"):
    return {slug: (AgedCount(source=source, metric="points", hours=hours, value=value),)}


def peers_of(values, **more):
    counts = {}
    for n, value in enumerate(values):
        counts |= at_age(f"peer-{n}", value, **more)
    return counts


@pytest.mark.parametrize(
    ("points", "percentile"), [(99, 100.0), (1, 0.0), (30, 50.0), (25, 40.0), (50, 90.0)]
)
def test_attention_is_the_mid_rank_among_peers_at_the_same_age(points, percentile, tool, now):
    peers = [tool(f"peer-{n}", days=300 * n) for n in range(5)]
    counts = peers_of([10, 20, 30, 40, 50]) | at_age("larch", points)

    assert market_of(tool(), peers, now=now, counts=counts).attention == percentile


def test_four_peers_are_too_few_for_a_percentile(tool, now):
    peers = [tool(f"peer-{n}") for n in range(5)]
    counts = peers_of([1, 2, 3, 4]) | at_age("larch", 5)

    assert market_of(tool(), peers, now=now, counts=counts).attention is None


def test_attention_is_unknown_where_no_count_is_of_the_same_source_and_age(tool, now):
    """The latest counts of all are known here, and still nothing can be said."""
    larch = tool(popularity=5, popularity_metric="points")
    peers = [tool(f"peer-{n}", popularity=n, popularity_metric="points") for n in range(5)]
    values = [1, 2, 3, 4, 5]

    for counts in (
        {},
        peers_of(values),
        at_age("larch", 5, hours=6) | peers_of(values, hours=24),
        at_age("larch", 5, source="lobsters") | peers_of(values),
    ):
        assert market_of(larch, peers, now=now, counts=counts).attention is None


def test_of_several_ages_the_highest_that_enough_peers_reached_counts(tool, now):
    peers = [tool(f"peer-{n}") for n in range(5)]
    counts = peers_of([1, 2, 3, 4, 5], hours=6)
    own = at_age("larch", 9, hours=6)["larch"] + at_age("larch", 0, hours=72)["larch"]

    assert market_of(tool(), peers, now=now, counts=counts | {"larch": own}).attention == 100


def launches(tool, recent, before):
    return [tool(f"r{n}", days=10) for n in range(recent)] + [
        tool(f"b{n}", days=100) for n in range(before)
    ]


def test_the_trend_compares_two_quarters_of_dated_launches(tool, now):
    long_ago = now - timedelta(days=182)
    others = [*launches(tool, 5, 4), tool("old", days=400), tool("x", launch_dated=False)]

    assert market_of(tool(), others, now=now, since=long_ago).job_trend == 0.5


@pytest.mark.parametrize(
    ("before", "records_days"),
    [(3, 400), (4, 181), (4, None)],
    ids=["few launches", "records too young", "records of unknown age"],
)
def test_without_a_whole_quarter_before_there_is_no_trend(before, records_days, tool, now):
    since = records_days and now - timedelta(days=records_days)

    market = market_of(tool(), launches(tool, 8, before), now=now, since=since)

    assert market.job_trend is None


def job(*rows):
    return Job(key="small-llm", label="", category="", description="", fact_rows=rows)


def test_coverage_is_the_mean_of_known_rows_and_known_weight(evidence):
    """Known weight: docs 2 of Builder's, age 2 of Skeptic's: 4 of 45, of which 9 are our records'."""
    known = evidence({"docs": True}, days=5)
    rules = load_rules()

    assert coverage(known, job(FactKind.DOCS, FactKind.PRICE), rules) == pytest.approx(
        (1 / 2 + 4 / 36) / 2
    )
    assert coverage(known, job(), rules) == pytest.approx(4 / 36)


def test_what_our_records_do_not_tell_yet_is_no_gap_and_counts_where_they_do(evidence):
    known = evidence({"docs": True}, days=5, rivals=3)

    assert coverage(known, job(), load_rules()) == pytest.approx((4 + 2) / (36 + 2))


def test_all_that_is_asked_known_is_full_coverage(sheet):
    evidence, _ = sheet("solid_mit_library")

    assert coverage(evidence, job(FactKind.LICENCE), load_rules()) == 1.0
