import random
from itertools import combinations, permutations

import pytest

from digest.issues.config import PairingConfig
from digest.issues.scoring import Scored
from digest.issues.selection import Pool, choose
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
    """Say whether pairs may stand in one issue, counted by hand."""
    tools = [slug for pair in pairs for slug in pair.key]
    jobs = [pair.a.tool.job for pair in pairs]
    categories = [CATEGORIES[job] for job in jobs]
    return (
        len(tools) == len(set(tools))
        and all(jobs.count(job) <= config.per_job for job in jobs)
        and all(categories.count(each) <= config.per_category for each in categories)
    )


def chosen_of(pairs, config):
    return list(choose(pairs, pinned=(), config=config, categories=CATEGORIES).pairs)


@pytest.mark.parametrize("seed", range(25))
def test_golden_4_without_diversity_greedy_is_the_exact_optimum(seed, scored):
    """One pair a job inside two a category: the best next one is never a mistake."""
    pairs = some_pairs(scored, random.Random(seed), 9)
    config = PairingConfig(diversity=1.0, target=4)

    chosen = chosen_of(pairs, config)

    best = max(
        sum(pair.score.total for pair in group)
        for size in range(1, 5)
        for group in combinations(pairs, size)
        if fits(group, config)
    )
    assert sum(pair.score.total for pair in chosen) == pytest.approx(best)


def alike(pair, other, config):
    """Say how much two pairs repeat each other, by hand and without their texts."""
    vendors = [{each.tool.vendor_key for each in (p.a, p.b)} - {""} for p in (pair, other)]
    if pair.a.tool.job == other.a.tool.job:
        return 1.0
    if vendors[0] & vendors[1]:
        return config.vendor_likeness
    is_same = CATEGORIES[pair.a.tool.job] == CATEGORIES[other.a.tool.job]
    return config.category_likeness if is_same else 0.0


def worth(order, config):
    """Value of pairs chosen in this order: score less likeness, without the texts' share."""
    total = 0.0
    for n, pair in enumerate(order):
        repeats = max((alike(old, pair, config) for old in order[:n]), default=0.0)
        total += config.diversity * pair.score.total - (1 - config.diversity) * repeats
    return total


def test_golden_4_with_diversity_greedy_is_within_one_per_cent_of_brute_force(scored):
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
        chosen = chosen_of(pairs, config)
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

    made = choose([lead, other, same], pinned=(), config=config, categories=CATEGORIES)

    assert list(made.pairs) == [lead, other]
    assert made.why_not == {same.key: "the issue is full"}


def test_of_equal_pairs_the_first_by_slug_is_chosen(scored):
    pairs = [scored("a", 0.6), scored("b", 0.6)]

    chosen = chosen_of(pairs, PairingConfig())

    assert chosen == [pairs[0]]


def test_how_alike_two_pairs_are(scored):
    pairs = [
        scored("one", 0.6, job="j0", vendor="v1", text="edit code"),
        scored("job", 0.6, job="j0"),
        scored("vendor", 0.6, job="j5", vendor="v1"),
        scored("category", 0.6, job="j1"),
        scored("text", 0.6, job="j5", text="edit code"),
        scored("none", 0.6, job="j5", text="draw slides"),
    ]

    pool = Pool(pairs, config=PairingConfig(), categories=CATEGORIES)

    assert list(pool.alike(0)) == pytest.approx([1.0, 1.0, 0.8, 0.5, 1.0, 0.0])


def test_a_repeated_text_counts_against_a_pair(scored):
    pairs = [
        scored("lead", 0.9, job="j0", text="edit code in the terminal"),
        scored("near", 0.7, job="j3", text="edit code in the terminal"),
        scored("far", 0.69, job="j5", text="draw slides from outlines"),
    ]

    chosen = chosen_of(pairs, PairingConfig(target=2))

    assert chosen == [pairs[0], pairs[2]]


def test_a_job_without_a_category_stands_for_itself(scored):
    pairs = [scored("a", 0.6, job="new"), scored("b", 0.6, job="newer")]

    made = choose(pairs, pinned=(), config=PairingConfig(), categories={})

    assert list(made.pairs) == pairs


def test_golden_4_greedy_is_within_one_per_cent_at_the_size_of_a_week(scored):
    """Forty pairs, five wanted, against the exact optimum of scores under the caps."""
    config = PairingConfig(diversity=1.0)
    for seed in range(5):
        pairs = some_pairs(scored, random.Random(seed), 40)
        best_of_job = [
            max((pair for pair in pairs if pair.a.tool.job == job), key=lambda p: p.score.total)
            for job in CATEGORIES
            if any(pair.a.tool.job == job for pair in pairs)
        ]
        best = max(
            sum(pair.score.total for pair in group)
            for size in range(1, config.target + 1)
            for group in combinations(best_of_job, size)
            if fits(group, config)
        )

        greedy = sum(pair.score.total for pair in chosen_of(pairs, config))

        assert greedy >= 0.99 * best


def test_the_next_best_takes_the_place_of_a_pair_that_is_replaced(scored):
    """It stands where the other stood, and no other place changes."""
    pairs = [
        scored("lead", 0.9, job="j0"),
        scored("mid", 0.8, job="j3"),
        scored("low", 0.6, job="j5"),
        scored("zest", 0.7, job="j3"),
    ]

    made = choose(
        pairs,
        pinned=(),
        config=PairingConfig(target=3),
        categories=CATEGORIES,
        replaced=[pairs[1].key],
    )

    assert list(made.pairs) == [pairs[0], pairs[3], pairs[2]]
    assert made.replaces == {pairs[3].key: pairs[1].key}
    assert made.why_not == {pairs[1].key: "an editor wanted the next best in its place"}


def test_without_a_next_best_the_place_stays_empty(scored):
    pairs = [scored("lead", 0.9, job="j0"), scored("other", 0.8, job="j3")]

    made = choose(
        pairs,
        pinned=(),
        config=PairingConfig(),
        categories=CATEGORIES,
        replaced=[pairs[0].key],
    )

    assert list(made.pairs) == [pairs[1]]
    assert made.next_best == {}


def test_a_replaced_pair_makes_room_for_all_it_kept_out(scored):
    """No pair is told that the issue is full while it is not."""
    one, other = scored("lead", 0.6), scored("other", 0.5, job="j3")
    both = Scored(one.a, other.b, one.score.model_copy(update={"total": 0.9}))

    made = choose(
        [one, both, other],
        pinned=(),
        config=PairingConfig(),
        categories=CATEGORIES,
        replaced=[both.key],
    )

    assert list(made.pairs) == [one, other]
    assert made.replaces == {one.key: both.key}
    assert made.why_not == {both.key: "an editor wanted the next best in its place"}


def test_each_chosen_pair_names_what_would_stand_in_its_place(scored):
    pairs = [
        scored("lead", 0.9, job="j0"),
        scored("spare", 0.7, job="j0"),
        scored("other", 0.8, job="j3"),
    ]

    made = choose(pairs, pinned=(), config=PairingConfig(), categories=CATEGORIES)

    assert made.next_best == {pairs[0].key: pairs[1].key}
    assert made.why_not == {pairs[1].key: "its job has a pair this week"}


def test_a_pinned_pair_is_not_replaced(scored):
    pin, spare = scored("pin", 0.2), scored("spare", 0.9)

    made = choose(
        [spare],
        pinned=[pin],
        config=PairingConfig(),
        categories=CATEGORIES,
        replaced=[pin.key],
    )

    assert list(made.pairs) == [pin]


def test_of_nothing_nothing_is_chosen():
    made = choose([], pinned=(), config=PairingConfig(), categories=CATEGORIES)

    assert (made.pairs, made.why_not, made.next_best) == ((), {}, {})
