"""Unsafe, paid and baited launches are flagged by rules that name no launch."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.model import Flag
from digest.sources import flags as subject
from digest.sources.flags import Article, Repository, spam_reasons, suspect_reasons, word_flags

MADE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("word", ["NSFW chat", "my-porn-site", "Nude maker", "sex", "deepNude2"])
def test_an_unsafe_word_in_title_or_tag_is_flagged(word):
    assert word_flags(words=["Studio", word], url=None) == (Flag.NSFW,)


@pytest.mark.parametrize("word", ["Sussex maps", "Unisex fit", "denuded", "xxxl shirts"])
def test_a_word_that_only_contains_one_is_not(word):
    assert word_flags(words=[word], url="https://essex.example/") == ()


@pytest.mark.parametrize("url", ["https://a.example/hentai/1", "https://nsfw.example/"])
def test_an_unsafe_address_is_flagged(url):
    assert word_flags(words=["Studio"], url=url) == (Flag.NSFW,)


@pytest.mark.parametrize(
    "url",
    ["https://a.example/?utm_medium=ppc", "https://a.example/?x=1&utm_medium=CPC", "https://go.pxf.io/c/1"],
)  # fmt: skip
def test_a_paid_address_is_sponsored(url):
    assert word_flags(words=["Studio"], url=url) == (Flag.SPONSORED,)


def test_a_paid_label_is_sponsored():
    assert word_flags(words=["[Sponsored] Studio"], url=None) == (Flag.SPONSORED,)


@pytest.mark.parametrize(
    ("label", "flag"), [("Pro featured", Flag.SPONSORED), (" Adult content", Flag.NSFW)]
)
def test_a_directorys_label_counts_where_it_stands_alone(label, flag):
    assert word_flags(words=["Studio", label], url=None) == (flag,)
    assert word_flags(words=["Studio", f"A filter for {label.strip()}"], url=None) == ()


@pytest.mark.parametrize("url", ["https://a.example/?utm_medium=rss", "https://notpxf.io/", None])
def test_an_ordinary_address_is_not(url):
    assert word_flags(words=["Who sponsored whom"], url=url) == ()


def repository(**changes):
    plain = {
        "name": "notes-search",
        "description": "Search your notes",
        "topics": ("ai", "search", "notes"),
        "has_licence": True,
        "homepage": None,
        "stars": 150,
        "forks": 12,
        "size_kb": 900,
        "created_at": MADE,
        "pushed_at": MADE + timedelta(days=3),
        "updated_at": MADE + timedelta(days=4),
    }
    return Repository(**(plain | changes))


def test_an_ordinary_repository_raises_no_doubt():
    assert suspect_reasons(repository()) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"forks": 900},
        {"forks": 0, "pushed_at": MADE + timedelta(minutes=2)},
        {"name": "editor-pro-crack"},
    ],
)
def test_one_strong_reason_is_enough(changes):
    assert len(suspect_reasons(repository(**changes))) == 1


WEAK = [
    {"has_licence": False},
    {"topics": ("notse", "serch")},
    {"size_kb": 40},
    {"homepage": "https://discord.gg/x"},
]


@pytest.mark.parametrize("changes", WEAK)
def test_one_weak_reason_is_not(changes):
    assert suspect_reasons(repository(**changes)) == ()


def test_two_weak_reasons_are():
    assert len(suspect_reasons(repository(**WEAK[0], **WEAK[2]))) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"forks": 49, "stars": 10},
        {"forks": 0, "pushed_at": MADE + timedelta(minutes=11)},
        {"forks": 0, "pushed_at": None},
        {"forks": 0, "pushed_at": MADE, "stars": 99},
        {"has_licence": False, "created_at": None, "size_kb": 40},
        {"has_licence": False, "size_kb": 40, "updated_at": MADE + timedelta(days=40)},
        {"has_licence": False, "size_kb": None},
    ],
)
def test_what_is_not_quite_a_reason_is_none(changes):
    assert suspect_reasons(repository(**changes)) == ()


@pytest.mark.parametrize(
    ("topic", "is_misspelt"),
    [
        ("serach", False),  # two letters swapped are two slips
        ("searhc", False),
        ("seatch", True),
        ("serch", True),
        ("seaarch", True),
        ("search", False),
        ("searches", False),
        ("searc", False),
        ("notes", False),
        ("zotes", False),  # another first letter, another word
        ("sea", False),
    ],
)
def test_a_topic_one_letter_off_a_spoken_word_is_misspelt(topic, is_misspelt):
    reasons = suspect_reasons(repository(topics=(topic,), has_licence=False))

    assert bool(reasons) is is_misspelt


def an_article(title, *, author="quill", reactions=0):
    return Article(title=title, author=author, reactions=reactions)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Online Casino Bonus", "the title sells: casino"),
        ("Locksmiths Near Me", "the title sells: near me"),
        ("How Much Does A New Roof Cost?", "the title sells: how much does a new roof cost"),
    ],
)
def test_a_title_that_sells_makes_an_unread_article_spam(title, said):
    article = an_article(title)

    assert spam_reasons(article, [article]) == (said,)


@pytest.mark.parametrize("reactions", [0, None])
def test_three_titles_of_one_pattern_by_one_author_are_fillers(reactions):
    articles = [an_article(f"TIFF vs {name}", reactions=reactions) for name in ("A", "B", "C")]

    assert spam_reasons(articles[0], articles) == ("3 titles like it by one author",)


@pytest.mark.parametrize(
    "listed",
    [
        [an_article("Managing prompts in C")],
        [an_article("Managing prompts in C"), an_article("Managing prompts in C")],
        [an_article(f"Managing prompts in {n}", author=f"author {n}") for n in "CDE"],
        [an_article(title) for title in ("Managing prompts in C", "Elm in a box", "Trivy in CI")],
        [an_article("Online Casino", reactions=1)],
    ],
)
def test_an_article_is_no_spam_for_being_unread_posted_twice_or_liked(listed):
    assert spam_reasons(listed[0], listed) == ()


@pytest.mark.parametrize(
    "text", sorted({*subject._WHOLE_LABELS, *subject._NSFW_WORDS, *subject._PAID_LABELS})
)
def test_each_word_that_is_flagged_gets_past_the_quick_look(text):
    assert subject._hints(f"a {text} b")
    assert word_flags(words=[f" {text.title()} "], url=None)
