"""A job's tools are gone through once, and each is told the same as if it were asked about alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.catalogue.jobs import load_jobs
from digest.model import SURE_JOB, AgedCount, Market, Tool
from digest.panel.evidence import coverage
from digest.panel.market import MIN_BEFORE, MIN_PEERS, QUARTER, WAVE, Markets, market_of
from digest.panel.rulebook import load_rules
from digest.panel.rules import review_all

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - 3 * QUARTER


def tool(slug, *, family="", job="tts", days=10.0, dated=True, sure=0.6, flags=()):
    return Tool(
        slug=slug,
        name=slug,
        job=job,
        job_confidence=sure,
        flags=flags,
        product_key=family,
        launched_at=NOW - timedelta(days=days),
        launch_dated=dated,
    )


COUNT = st.builds(
    AgedCount,
    source=st.sampled_from(["hn", "ph"]),
    metric=st.just("points"),
    hours=st.sampled_from([6, 24]),
    value=st.sampled_from([1.0, 2.0, 2.5, 7.0]),
)
TOOLS = st.lists(
    st.builds(
        tool,
        st.sampled_from([f"t{n:02}" for n in range(30)]),
        family=st.sampled_from(["", "", "", "qwen", "ember"]),
        job=st.sampled_from(["tts", "tts", "tts", "ocr", "unsorted"]),
        days=st.sampled_from([0.0, 3.0, 91.0, 90.9, 120.0, 182.0, 300.0, -1.0]),
        dated=st.booleans(),
        sure=st.sampled_from([0.59, 0.6, 0.9]),
        flags=st.sampled_from([(), (), (), ("spam",)]),
    ),
    unique_by=lambda each: each.slug,
    max_size=30,
)


def was_there(other, asked):
    return not other.launch_dated or other.launched_at <= asked.launched_at + WAVE


def one_by_one(asked, tools, counts, since):
    """What is known around a tool, worked out anew from all the others."""
    if asked.job == "unsorted" or asked.job_confidence < SURE_JOB:
        return Market()
    in_job = [
        each
        for each in tools
        if each.job == asked.job
        and each.slug != asked.slug
        and each.job_confidence >= SURE_JOB
        and not each.flags
    ]
    rivals = [each for each in in_job if each.family != asked.family]
    found = None
    for own in counts.get(asked.slug, ()):
        place = (own.source, own.metric, own.hours)
        peers = [
            count.value
            for each in rivals
            for count in counts.get(each.slug, ())
            if (count.source, count.metric, count.hours) == place
        ]
        if len(peers) >= MIN_PEERS and (found is None or (own.hours, len(peers)) > found[:2]):
            below = sum(value < own.value for value in peers)
            equal = sum(value == own.value for value in peers)
            percent = round(100 * (below + equal / 2) / len(peers), 1)
            found = own.hours, len(peers), percent
    ages = [NOW - each.launched_at for each in (*in_job, asked) if each.launch_dated]
    recent = sum(timedelta(0) <= age < QUARTER for age in ages)
    before = sum(QUARTER <= age < 2 * QUARTER for age in ages)
    has_trend = since is not None and since <= NOW - 2 * QUARTER and before >= MIN_BEFORE
    return Market(
        rivals=len({each.family for each in rivals if was_there(each, asked)}),
        attention=found[2] if found else None,
        job_trend=round((recent - before) / before, 3) if has_trend else None,
    )


@given(
    tools=TOOLS,
    told=st.dictionaries(
        st.sampled_from([f"t{n:02}" for n in range(30)]),
        st.lists(COUNT, unique_by=lambda each: (each.source, each.hours), max_size=4),
        max_size=30,
    ),
    since=st.sampled_from([None, NOW, LONG_AGO]),
    stranger=st.builds(tool, st.just("t29"), family=st.sampled_from(["", "qwen"])),
)
def test_all_at_once_and_one_by_one_come_to_the_same(tools, told, since, stranger):
    by_job = {
        job: [each for each in tools if each.job == job] for job in {each.job for each in tools}
    }
    markets = Markets(by_job, now=NOW, since=since, counts=told)
    asked = [*tools, *([stranger] if "t29" not in {each.slug for each in tools} else [])]

    for each in asked:
        expected = one_by_one(each, tools, told, since)
        assert markets.of(each) == expected
        assert market_of(each, tools, now=NOW, since=since, counts=told) == expected


def test_a_thousand_tools_are_gone_through_once():
    """Not once for each: the tools are given by something that counts how often it is asked."""

    class Counted(list):
        passes = 0

        def __iter__(self):
            self.passes += 1
            return super().__iter__()

    tools = Counted(tool(f"t{n}") for n in range(1_000))
    markets = Markets({"tts": tools}, now=NOW)

    assert {markets.of(each).rivals for each in list(tools)} == {999}
    assert tools.passes == 2  # the line above is one of them


@pytest.mark.parametrize("name", ["open_3b_model", "hosted_reasoning_api", "known_from_a_post"])
def test_coverage_is_the_same_by_the_reviews_that_were_made(name, sheet):
    evidence, rules = sheet(name)[0], load_rules()
    reviews = review_all(evidence, rules, evidence.taken_at)

    for job in load_jobs():
        assert coverage(evidence, job, rules, reviews=reviews) == coverage(evidence, job, rules)
