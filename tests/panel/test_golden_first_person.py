"""
Golden 9: what a reviewer may say and may not, in each reviewer's voice.

Nobody here ran a tool. What sounds as if somebody had is refused, whoever says it and however; what
a source says of itself may be quoted.
"""

import pytest

from digest.panel.language import problems

BANNED = {
    "builder": (
        "I ran the quickstart and it was up in four minutes.",
        "We installed it with pip on a clean machine.",
        "I've deployed it to three services since.",
        "On my laptop the first build took a minute.",
        "Spun it up in ten minutes; the docs did the rest.",
        "We at the desk then built a small app with it.",
        "Having installed it twice, the set-up is clear.",
        "i tried the free plan",
        "It fits on our own 3090.",
        "This reviewer ran it for a weekend.",
        "We have it installed on a server.",
    ),
    "skeptic": (
        "I benchmarked it against the rest, and it lost.",
        "We measured 40 tokens per second.",
        "In my testing the claims did not hold.",
        "Our tests show something else.",
        "The panel tested it and was not convinced.",
        "Tested it against two rivals: no difference.",
        "We have “tested” the claim.",
        "In real-world use it stalls.",
        "My experience says otherwise.",
        "We, and only we, tested it.",
        "So says someone who ran it for a month.",
        "We'\u200bve te\u200bsted it.",
    ),
    "futurist": (
        "I have been using agents like this for a year.",
        "After a week with it, the old way feels slow.",
        "After about two months of playing with it, the direction is clear.",
        "I'd bet on it.",
        "We tried it next to last year's model.",
        "Been running this since spring: it lasts.",
        "That surprised me.",
        "It gave us a glimpse of next year.",
        "This is the future of coding.",
        "A revolutionary, game-changing step.",
    ),
    "founder": (
        "We paid for three seats.",
        "I owned a licence for a year.",
        "I would recommend it to any team.",
        "My company used it and saved a month.",
        "We switched to it in spring.",
        "Our verdict after a trial: pay.",
        "Uptime is guaranteed.",
        "You can't go wrong with it.",
        "A risk-free choice, 100 percent secure.",
        "The best price on the market!",
    ),
}
ALLOWED = {
    "builder": (
        "It starts from a published install line that uses pip [1].",
        "Its README says “we tested it on a clean machine” [2].",
        "Run `pip install larch`, and the README's example works as written, by its own words [1].",
        "Teams that build on it can call it over MCP [3].",
        "It runs on hardware of your own [1].",
        "A tester would need an account first [2].",
    ),
    "skeptic": (
        "Its benchmark claims come without method or code [1].",
        "The maker measured 40 tokens per second and shows how [2].",
        "Its page calls it “the best small model we ever built” [1].",
        'A screen of 13" is named, and no benchmark [2].',
        "We could not confirm when it was last released.",
        "We found no method beside the claim [1].",
        "Against that, its copy uses 4.2 superlatives per 100 words [3].",
    ),
    "futurist": (
        "Launches in this job are up 30% on the quarter before [1].",
        "After 90 days without a release it counts as unmaintained.",
        "Others may carry it on under MIT [2].",
        "Type I/O limits are not named, nor is the A.I. act.",
        "Tools such as about.me show how long a name lasts.",
        "The next version may change that.",
    ),
    "founder": (
        "The price is published: $3 per seat [1].",
        "There is no free way to start [2].",
        "Its maker has been around since 2019 [3].",
        "Customers who paid once keep it, its terms say [4].",
        "Sales offers a talk in US dollars and euros.",
        "What it costs in the second year is not told.",
    ),
}


def _cases(sentences):
    return [(voice, text) for voice, texts in sentences.items() for text in texts]


@pytest.mark.parametrize(("voice", "text"), _cases(BANNED))
def test_golden_9_a_sentence_that_sounds_like_experience_or_hype_is_refused(voice, text):
    assert problems(text), voice


@pytest.mark.parametrize(("voice", "text"), _cases(ALLOWED))
def test_golden_9_a_plain_sentence_and_a_quotation_pass(voice, text):
    assert problems(text) == (), voice


@pytest.mark.parametrize(
    "did",
    [
        "ran",
        "tested",
        "tried",
        "used",
        "installed",
        "built",
        "deployed",
        "benchmarked",
        "measured",
        "owned",
        "paid",
    ],
)
@pytest.mark.parametrize("who", ["I", "we", "We", "I've", "We have since", "I personally"])
def test_golden_9_no_verb_of_the_list_is_allowed_to_us(who, did):
    assert problems(f"{who} {did} it.")
    assert not problems(f"Its maker {did} it.")
    assert not problems(f"Its page says “{who} {did} it for a year”.")
