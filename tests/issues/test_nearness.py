"""Which tools are looked at beside each new one, and that nothing worth choosing is lost by it."""

import random
import time

import pytest

from digest.issues.config import PairingConfig
from digest.issues.nearness import shortlist
from digest.issues.pairing import plan_pairs
from digest.model import Flag

WORDS = (
    *("vector", "search", "agent", "terminal", "voice", "slides", "editor", "crawl", "memory"),
    *("trace", "video", "image", "prompt", "local", "cloud", "graph", "index", "router", "queue"),
    *("train", "label", "parse", "review", "chat", "music", "avatar", "team", "price", "token"),
)
JOBS = ("cli-agent", "vector-db", "web-data", "tts")


def likely(candidate, chance, slug, *, days):
    return candidate(
        slug,
        job=chance.choice(JOBS),
        days=days,
        job_confidence=chance.choice((0.65, 0.8, 1.0)),
        tags=tuple(chance.sample(WORDS, chance.randint(0, 3))),
        tagline=" ".join(chance.choices(WORDS, k=8)),
        description=" ".join(chance.choices(WORDS, k=20)),
        coverage=chance.choice((0.4, 0.6, 0.9)),
        attention=chance.choice((None, 20.0, 90.0)),
    )


@pytest.fixture
def catalogue(candidate):
    """Make a catalogue of which a part is new."""

    def make(number, *, new, seed=1):
        chance = random.Random(seed)
        return [
            likely(candidate, chance, f"tool-{n:05}", days=2 if n < new else 300)
            for n in range(number)
        ]

    return make


def near_of(candidates, **config):
    fresh = {each.tool.slug for each in candidates if each.is_fresh}
    tools = [each.tool for each in candidates]
    return shortlist(tools, fresh, config=PairingConfig(**config))


def test_new_tools_have_all_new_ones_and_the_likeliest_others_of_their_job(catalogue):
    tools = catalogue(200, new=20)
    by_slug = {each.tool.slug: each for each in tools}

    near = near_of(tools, near=5)

    assert set(near) == {each.tool.slug for each in tools if each.is_fresh}
    for slug, others in near.items():
        job = by_slug[slug].tool.job
        assert {by_slug[other].tool.job for other in others} <= {job}
        new = {each.tool.slug for each in tools if each.is_fresh and each.tool.job == job}
        assert new - {slug} <= set(others)
        assert len(set(others) - new) == 5


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_loses_no_pair_that_would_be_chosen(seed, catalogue, job, window):
    """Over 600 tools: the plan of the sixty likeliest is that of all."""
    tools = catalogue(600, new=12, seed=seed)
    jobs = [job(key, category=key) for key in JOBS]

    def chosen(**config):
        plan = plan_pairs(
            tools, week="2026-W29", window=window, jobs=jobs, config=PairingConfig(**config)
        )
        return [(pair.a, pair.b, pair.score) for pair in plan.chosen]

    assert chosen() == chosen(near=600, near_fresh=600)
    assert chosen()


def test_a_rank_is_that_among_all_pairs_of_the_job(candidate):
    """It does not depend on how many of them are looked at."""
    tools = [candidate("new", tagline="edits code in the terminal")]
    tools += [
        candidate(f"old-{n}", days=90, tagline=text)
        for n, text in enumerate(
            ("edits code in the terminal", "edits code", "draws slides", "speaks")
        )
    ]

    wide, narrow = near_of(tools)["new"], near_of(tools, near=1)["new"]

    assert wide["old-0"] == narrow["old-0"] == pytest.approx(7 / 8)
    assert wide["old-1"] == pytest.approx(5 / 8)
    assert wide["old-2"] == wide["old-3"] == pytest.approx(1 / 4)
    assert set(narrow) == {"old-0"}


def test_a_tool_without_words_has_no_rank(candidate):
    tools = [candidate("new", tagline="")] + [candidate(f"old-{n}", days=90) for n in range(4)]

    assert set(near_of(tools)["new"].values()) == {None}


@pytest.mark.parametrize(
    ("new_text", "old_text"),
    [
        ("An alternative to Heron for teams", "Birds"),
        ("Words", "Cheaper than New Thing, and local"),
    ],
)
def test_a_stated_rival_is_looked_at_however_unlike_it_is(new_text, old_text, candidate):
    tools = [candidate("new", name="New Thing", tagline=new_text)]
    tools += [candidate(f"old-{n}", days=90, tagline="edits code") for n in range(8)]
    tools += [candidate("heron", name="Heron", days=90, tagline=old_text, job_confidence=0.6)]

    assert "heron" in near_of(tools, near=1)["new"]


def test_flagged_unsure_and_older_versions_are_no_rivals(candidate):
    tools = [
        candidate("new"),
        candidate("spam", days=90, flags=(Flag.SPAM,)),
        candidate("unsure", days=90, job_confidence=0.3),
        candidate("model-3", days=90, product_key="model"),
        candidate("model-4", days=60, product_key="model"),
        candidate("unsure-too", days=2, job_confidence=0.3),
    ]

    assert set(near_of(tools)["new"]) == {"model-4", "unsure-too"}


def test_jobs_without_a_new_tool_and_tools_without_a_job_cost_nothing(candidate):
    tools = [candidate("a", job="unsorted"), candidate("b", days=90, job="tts")]

    assert near_of(tools) == {}


def test_a_flood_of_new_tools_is_bounded(catalogue):
    tools = catalogue(120, new=120)

    near = near_of(tools, near_fresh=7)

    assert max(map(len, near.values())) <= 7 + 1


def test_the_cost_grows_with_the_catalogue_and_not_with_its_square(catalogue):
    """Four times the tools, a hundredth of them new: far less than sixteen times the CPU."""

    def cpu(number):
        tools = catalogue(number, new=number // 100)
        begun = time.process_time()
        near_of(tools)
        return time.process_time() - begun

    cpu(200)  # what is imported once
    small, large = cpu(1_000), cpu(4_000)

    assert large < 8 * small
