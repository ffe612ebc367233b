import random
from itertools import combinations, permutations

import pytest

from digest.issues.config import PairingConfig
from digest.issues.scoring import Scored
from digest.issues.selection import Choice, choose
from digest.model import PairScore

CATEGORIES = {"j0": "x", "j1": "x", "j2": "x", "j3": "y", "j4": "y", "j5": "z"}


@pytest.fixture
def scored(candidate):
    """Make a pair of two tools nobody else has, with a total by hand."""

    def make(name, total, *, job="j0", vendor="", text=""):
        parts = dict.fromkeys(
            ("substitutability", "rivalry", "freshness", "balance", "contrast"), 0.5
        )
        a, b = (
            candidate(
                f"{name}-{side}", job=job, vendor_key=vendor if side == "a" else "", tagline=text
            )
            for side in "ab"
        )
        return Scored(a, b, PairScore(**parts, total=total))

    return make


def some_pairs(scored, chance, number):
    words = ("code", "voice", "slides", "data", "search", "video")
    return [
        scored(
            f"t{n}",
            round(chance.uniform(0.45, 0.95), 4),
            job=chance.choice(list(CATEGORIES)),
            vendor=chance.choice(("", "", "v1", "v2")),
            text=" ".join(chance.choices(words, k=3)),
        )
        for n in range(number)
    ]


def fits(pairs, config):
    choice = Choice(config, CATEGORIES)
    for pair in pairs:
        if choice.obstacle(pair):
            return False
        choice.take(pair)
    return True


@pytest.mark.parametrize("seed", range(25))
def test_without_diversity_greedy_is_the_exact_optimum(seed, scored):
    """One pair a job inside two a category: the best next one is never a mistake."""
    pairs = some_pairs(scored, random.Random(seed), 9)
    config = PairingConfig(diversity=1.0, target=4)

    chosen, _ = choose(pairs, pinned=(), config=config, categories=CATEGORIES)

    best = max(
        sum(pair.score.total for pair in group)
        for size in range(1, 5)
        for group in combinations(pairs, size)
        if fits(group, config)
    )
    assert sum(pair.score.total for pair in chosen) == pytest.approx(best)


def worth(order, config):
    """Value of pairs chosen in this order: score less likeness, without the texts' share."""
    choice = Choice(config, CATEGORIES)
    total = 0.0
    for n, pair in enumerate(order):
        repeats = max((choice.alike(old, pair) or 0.0 for old in order[:n]), default=0.0)
        total += config.diversity * pair.score.total - (1 - config.diversity) * repeats
    return total


def test_with_diversity_greedy_is_within_one_per_cent_of_brute_force(scored):
    config = PairingConfig(target=3)
    greedy = brute = 0.0
    for seed in range(40):
        chance = random.Random(seed)
        pairs = [
            Scored(
                pair.a.model_copy(update={"text": ""}),
                pair.b.model_copy(update={"text": ""}),
                pair.score,
            )
            for pair in some_pairs(scored, chance, 7)
        ]
        chosen, _ = choose(pairs, pinned=(), config=config, categories=CATEGORIES)
        best = max(
            worth(order, config)
            for order in permutations(pairs, len(chosen))
            if fits(order, config)
        )
        greedy += worth(chosen, config)
        brute += best
        assert worth(chosen, config) >= 0.9 * best

    assert greedy >= 0.99 * brute


def test_a_slightly_better_pair_gives_way_to_a_different_one(scored):
    lead = scored("lead", 0.8, job="j0", text="edit code")
    same = scored("same", 0.71, job="j1", text="edit code")
    other = scored("other", 0.7, job="j5", text="draw slides")
    config = PairingConfig(target=2)

    chosen, why_not = choose([lead, other, same], pinned=(), config=config, categories=CATEGORIES)

    assert chosen == [lead, other]
    assert why_not(same) == "the issue is full"


def test_of_equal_pairs_the_first_by_slug_is_chosen(scored):
    pairs = [scored("a", 0.6), scored("b", 0.6)]

    chosen, _ = choose(pairs, pinned=(), config=PairingConfig(), categories=CATEGORIES)

    assert chosen == [pairs[0]]


def test_how_alike_two_pairs_are(scored):
    choice = Choice(PairingConfig(), CATEGORIES)
    one = scored("one", 0.6, job="j0", vendor="v1")

    assert choice.alike(one, scored("job", 0.6, job="j0")) == 1.0
    assert choice.alike(one, scored("vendor", 0.6, job="j5", vendor="v1")) == 0.8
    assert choice.alike(one, scored("category", 0.6, job="j1")) == 0.5
    assert choice.alike(one, scored("text", 0.6, job="j5")) is None


def test_a_repeated_text_counts_against_a_pair(scored):
    pairs = [
        scored("lead", 0.9, job="j0", text="edit code in the terminal"),
        scored("near", 0.7, job="j3", text="edit code in the terminal"),
        scored("far", 0.69, job="j5", text="draw slides from outlines"),
    ]

    chosen, _ = choose(pairs, pinned=(), config=PairingConfig(target=2), categories=CATEGORIES)

    assert chosen == [pairs[0], pairs[2]]


def test_a_job_without_a_category_stands_for_itself(scored):
    pairs = [scored("a", 0.6, job="new"), scored("b", 0.6, job="newer")]

    chosen, _ = choose(pairs, pinned=(), config=PairingConfig(), categories={})

    assert chosen == pairs
