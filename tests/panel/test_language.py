import pytest

from digest.panel.language import problems


@pytest.mark.parametrize(
    "text",
    [
        "I ran it for a day.",
        "I've tested both.",
        "We have actually tried the free plan.",
        "we used it on three repositories",
        "I installed it with pip.",
        "We built a small app with it.",
        "I have been deploying it.",
        "We benchmarked it against the rest.",
        "I would recommend it.",
        "We measured 40 tokens per second.",
        "I paid for a month.",
        "In my testing it was quick.",
        "In our own tests it held up.",
        "From our daily usage, it is stable.",
        "On my laptop it starts at once.",
        "It fits on our small server.",
        "After a week with it, little is left to wish.",
        "After three busy months of use it is stable.",
        "A hands-on look.",
        "My pick is the second.",
        "That is what I like.",
    ],
)
def test_first_hand_experience_is_refused(text):
    assert problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "A game-changer for small teams.",
        "The best small model.",
        "A revolutionary editor.",
        "State-of-the-art results.",
        "Blazing fast search.",
        "It supercharges review.",
        "Seamless set-up.",
        "It is 10x quicker.",
        "Ship it!",
        "Results are guaranteed.",
        "It will never break.",
        "100% secure.",
        "A risk-free choice.",
    ],
)
def test_hype_and_guarantees_are_refused(text):
    assert problems(text)


@pytest.mark.parametrize(
    "text",
    [
        "It runs on hardware of your own [1].",
        "Teams that use it can build on the API [2].",
        "The maker says “we tested it for a year and it is the best” [1].",
        'Its page reads "I built this" [1].',
        "Disk I/O is not mentioned.",
        "The last commit or release is from 2 July 2026.",
        "After 90 days without a release it counts as unmaintained.",
        "Sources: our records.",
        "Our method is published.",
        "Nobody here ran the tools.",
        "The licence is the best-known one of its kind.",
        "A week with few launches.",
        "Wei and Winnie wrote it.",
        "",
    ],
)
def test_plain_sentences_and_quotations_pass(text):
    assert problems(text) == ()


def test_each_problem_is_named_with_the_words_that_make_it():
    assert problems("We tested it: a game changer!") == (
        "first person: We tested",
        "hype: game changer",
        "exclamation: !",
    )
