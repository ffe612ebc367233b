"""Facts of whole launches: what is read, what it stands on, and which fact stands now."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.catalogue.conflicts import entry_price
from digest.catalogue.facts import current_facts, read_facts, supported
from digest.model import EntryPrice, Fact, FactKind, LaunchDateSource, PageRole

SEEN = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
POST = (
    "Emberline is a local runtime for language models: one binary that serves GGUF files.\n"
    "Install: `brew install emberline`. Docs: https://emberline.example/docs.\n"
    "It runs locally on macOS and Linux. Free and open source under the MIT licence. No waitlist."
)


def values(launch):
    """Kind → value of a launch's facts."""
    return {str(fact.kind): fact.value for fact in read_facts(launch, tool="ember")}


def fact(kind=FactKind.LICENCE, value="MIT", *, days=0, source="a", span="words", page=None):
    return Fact(
        tool="ember",
        kind=kind,
        value=value,
        page=page,
        observed_at=SEEN + timedelta(days=days),
        capture_key="c",
        source=source,
        url="https://ember.example",
        span=span,
    )


def test_an_announcement_gives_its_facts_with_words_time_and_page(a_launch):
    post = a_launch(
        description=POST,
        url="https://emberline.example/",
        discussion_url="https://news.ycombinator.com/item?id=7",
    )

    facts = read_facts(post, tool="emberline")

    assert {str(each.kind): each.value for each in facts} == {
        "docs": True,
        "entry_price": "free",
        "install": "brew install emberline",
        "licence": "MIT",
        "open_interface": "GGUF",
        "platforms": "macOS, Linux",
        "runs_locally": True,
        "superlatives": 0.0,
        "waitlist": False,
    }
    assert [each.kind for each in facts] == sorted(each.kind for each in facts)
    assert all(each.span in post.description for each in facts)
    assert {each.observed_at for each in facts} == {SEEN}
    assert {each.url for each in facts} == {"https://news.ycombinator.com/item?id=7"}
    assert {(each.tool, each.source, each.capture_key) for each in facts} == {
        ("emberline", "hacker_news", post.capture_key)
    }


def test_what_nobody_said_is_no_fact(a_launch):
    assert read_facts(a_launch(tagline="A calm place to think"), tool="x") == ()


def test_a_key_without_a_time_leaves_the_first_sight(a_launch):
    (only,) = read_facts(a_launch(tagline="Join the waitlist", capture_key="demo"), tool="x")

    assert only.observed_at == SEEN


def test_a_repository_row_gives_its_fields(a_launch):
    row = a_launch(
        "ember",
        native_id="7",
        url="https://github.com/maker/ember",
        licence="Apache-2.0",
        tags=("MCP-server", "local-first", "self-hosted"),
        details={
            "full_name": "maker/ember",
            "created_at": "2026-07-08T23:30:00-05:00",
            "pushed_at": "2026-07-13T05:16:56Z",
        },
    )

    facts = {str(each.kind): (each.value, each.span) for each in read_facts(row, tool="x")}

    assert facts == {
        "created_at": ("2026-07-09", "created: 2026-07-08T23:30:00-05:00"),
        "entry_price": ("free", "license: Apache-2.0"),
        "licence": ("Apache-2.0", "license: Apache-2.0"),
        "maintained_at": ("2026-07-13", "last push: 2026-07-13T05:16:56Z"),
        "open_interface": ("MCP", "tags: MCP-server"),
        "repository": ("https://github.com/maker/ember", "https://github.com/maker/ember"),
        "runs_locally": (True, "tags: local-first"),
        "self_host": (True, "tags: self-hosted"),
    }


def test_a_licence_off_the_list_promises_neither_freedom_nor_price(a_launch):
    row = a_launch(licence="BUSL-1.1", details={"full_name": "a/b", "created_at": "soon"})

    assert values(row) == {"licence": "BUSL-1.1"}


def test_what_is_said_about_the_price_goes_before_what_the_licence_implies(a_launch):
    row = a_launch(
        licence="MIT",
        url="https://github.com/maker/ember",
        tagline="Our cloud has a free tier, then $9 per month.",
    )

    assert values(row)["entry_price"] == "freemium"


def test_a_library_row_is_installed_by_one_command(a_launch):
    row = a_launch(
        "wrenlet",
        native_id="wrenlet",
        tagline="A small language model with a context of 8,192 tokens.",
        url="https://ollama.com/library/wrenlet",
        launched_at=SEEN - timedelta(days=2),
        launched_at_source=LaunchDateSource.UPDATED,
        published_raw="Jul 11, 2026 2:09 PM UTC",
        details={"sizes": ["1b", "8x7b", "e2b"], "updated_at": "2026-07-11T14:09:00+00:00"},
    )

    assert values(row) == {
        "context_length": 8192,
        "entry_price": "free",
        "open_interface": "OpenAI-compatible API",
        "install": "ollama run wrenlet",
        "maintained_at": "2026-07-11",
        "parameters": "1B, 8x7B, E2B",
        "runs_locally": True,
    }


def test_a_library_row_without_a_date_says_nothing_of_upkeep(a_launch):
    row = a_launch("wrenlet", native_id="wrenlet", url="https://ollama.com/library/wrenlet")
    blog = a_launch("news", url="https://ollama.com/blog/news")

    assert "maintained_at" not in values(row)
    assert values(blog) == {}


@pytest.mark.parametrize(
    ("prices", "variants", "price", "entry"),
    [
        (("0.000003", "0.000015"), None, "$3 in, $15 out per million tokens", "paid"),
        (("0.0000005", "0.0000015"), None, "$0.50 in, $1.50 out per million tokens", "paid"),
        (("0.0000000375", "0.00000015"), None, "$0.0375 in, $0.15 out per million tokens", "paid"),
        (("0.00001", "0.00001"), None, "$10 per million tokens", "paid"),
        (("0.00000002", "0"), None, "$0.02 per million input tokens", "paid"),
        (("0", "0"), None, None, "free"),
        (("0.000001", "0.000002"), ("0", "0"), "$1 in, $2 out per million tokens", "freemium"),
        (None, ("0", "0"), None, "free"),
        (None, ("0.000001", "0"), None, None),
        (None, None, None, None),
    ],
)
def test_prices_per_token_are_said_per_million_and_exact(a_launch, prices, variants, price, entry):
    details = {"tokenizer": "Other"}
    if prices:
        details["prices"] = dict(zip(("prompt", "completion"), prices, strict=True))
    if variants:
        details["variants"] = {
            "free": dict(zip(("prompt", "completion"), variants, strict=True)),
            "beta": {},
        }

    found = values(a_launch(url="https://openrouter.ai/e/m", details=details))

    assert (found.get("price"), found.get("entry_price")) == (price, entry)


def test_a_model_priced_by_the_image_is_not_free(a_launch):
    row = a_launch(details={"prices": {"prompt": "0", "completion": "0", "image": "0.04"}})

    assert values(row) == {}


def test_weights_context_and_size_of_a_listed_model(a_launch):
    row = a_launch(
        "Ember 3B",
        details={"context_length": 32768, "hugging_face_id": "Emberworks/ember-3b"},
    )

    assert values(row) == {
        "context_length": 32768,
        "parameters": "3B",
        "repository": "https://huggingface.co/Emberworks/ember-3b",
        "runs_locally": True,
    }


@pytest.mark.parametrize(
    ("offer", "text", "price", "entry"),
    [
        (
            {"kind": "freemium", "amount": "20", "currency": "$", "unit": "month"},
            *("Free + from $20/mo", "from $20 per month", "freemium"),
        ),
        (
            {"kind": "paid", "amount": "6.75", "currency": "$", "unit": "month"},
            *("From $6.75/mo", "from $6.75 per month", "paid"),
        ),
        ({"kind": "paid", "amount": "9", "currency": "$"}, "From $9", None, "paid"),
        ({"kind": "free"}, "100% Free", None, "free"),
        ({"kind": "unknown"}, "No pricing", None, None),
        ({"kind": "paid", "amount": "many", "unit": "month"}, "From many", None, "paid"),
        ("free", "100% Free", None, None),
    ],
)
def test_a_directory_s_price_is_read_and_none_is_made_up(a_launch, offer, text, price, entry):
    row = a_launch(details={"price": offer, "price_text": text})

    found = values(row)

    assert (found.get("price"), found.get("entry_price")) == (price, entry)
    assert all(
        fact.span == f"price: {text}" for fact in read_facts(row, tool="x") if "price" in fact.kind
    )


def test_a_gateway_s_models_answer_by_the_interface_it_has(a_launch):
    row = a_launch(url="https://openrouter.ai/emberworks/ember-3b")

    assert values(row)["open_interface"] == "OpenAI-compatible API"


def test_claims_without_method_are_told_only_once_a_page_was_read():
    """A line of a listing has no room for a method: its absence there says nothing."""
    bare = fact(kind=FactKind.BENCHMARK, value="bare")
    shown = fact(kind=FactKind.BENCHMARK, value="reproducible")
    priced = fact(FactKind.PRICE, page=PageRole.PRICING)
    read = fact(kind=FactKind.DOCS, value=True, page=PageRole.README)

    told = fact(FactKind.BENCHMARK, "bare", span="It scored 4 of 5; the method is not said.")

    assert supported([bare, shown, priced]) == (shown, priced)
    assert supported([told]) == (told,)
    assert supported([bare, read]) == (bare, read)


def test_sizes_of_others_are_no_size_of_a_tool(a_launch):
    """A runtime names the models that run on it."""
    post = a_launch(tagline="Keeps a 20B model in memory, with 128K context")
    apps = a_launch("Atlas of 8.5M papers", tagline="All 8.5M papers of a 9M-parameter world")

    assert values(post) == values(apps) == {}


@pytest.mark.parametrize(
    ("url", "discussion", "page"),
    [
        (
            "https://www.producthunt.com/products/e",
            "https://www.producthunt.com/r/p/1",
            "https://www.producthunt.com/products/e",
        ),
        (
            "https://github.com/a/b",
            "https://news.ycombinator.com/item?id=1",
            "https://news.ycombinator.com/item?id=1",
        ),
        ("https://e.example", "https://letter.example/1", "https://letter.example/1"),
        ("https://e.example", None, "https://e.example"),
        (None, None, ""),
    ],
)
def test_the_page_of_a_fact_is_the_one_that_holds_the_words(a_launch, url, discussion, page):
    launch = a_launch(tagline="Join the waitlist", url=url, discussion_url=discussion)

    assert {each.url for each in read_facts(launch, tool="x")} == {page}


PRAISE = (
    "The best, most powerful and fastest editor ever made for teams. "
    "It opens a project, shows its files and waits for you."
)


def test_praise_counts_only_in_the_makers_own_copy(a_launch):
    own = a_launch(description=PRAISE, url="https://ember.example")
    letter = own.model_copy(update={"discussion_url": "https://letter.example/118"})
    own_blog = own.model_copy(update={"discussion_url": "https://blog.ember.example/1"})

    assert values(own)["superlatives"] == 13.6
    assert "superlatives" not in values(letter)
    assert "superlatives" in values(own_blog)
    assert "superlatives" not in values(a_launch(tagline="The best editor"))


def test_the_newest_fact_of_a_kind_stands():
    old, new = fact(value="MIT"), fact(value="Apache-2.0", days=3)

    assert current_facts([old, new]) == current_facts([new, old]) == (new,)


def test_several_rivals_stand_side_by_side():
    kind = FactKind.RIVAL_NAMED
    facts = [fact(kind, "Kiln"), fact(kind, "kiln", days=1), fact(kind, "Hearth")]

    assert [each.value for each in current_facts(facts)] == ["kiln", "Hearth"]


@pytest.mark.parametrize(
    "known",
    [
        fact(FactKind.RUNS_LOCALLY, value=True, days=-9),
        fact(FactKind.SELF_HOST, value=True),
        fact(FactKind.REPOSITORY, "https://huggingface.co/ember/ember-4b"),
    ],
)
def test_hosted_only_is_not_said_of_what_runs_elsewhere(known):
    """Neither where the tool's own facts show it, nor where another listing of the product does."""
    hosted = fact(FactKind.RUNS_LOCALLY, value=False)

    assert hosted not in current_facts([hosted, known])
    assert current_facts([hosted], kin=[known]) == ()


@pytest.mark.parametrize(
    "known",
    [
        fact(FactKind.RUNS_LOCALLY, value=False, source="b"),
        fact(FactKind.SELF_HOST, value=False),
        fact(FactKind.REPOSITORY, "https://github.com/ember/client"),
        fact(FactKind.DOCS, value=True),
    ],
)
def test_hosted_only_stands_where_nothing_shows_otherwise(known):
    hosted = fact(FactKind.RUNS_LOCALLY, value=False)

    assert hosted in current_facts([hosted, known])
    assert current_facts([hosted], kin=[known]) == (hosted,)


def test_a_stated_price_outranks_one_that_follows_from_a_licence():
    kind = FactKind.ENTRY_PRICE
    implied = fact(kind, "free", days=9, source="github", span="license: MIT")
    stated = fact(kind, "freemium", span="Free for one person, then $9 per month.")

    assert entry_price([implied, stated]) is EntryPrice.FREEMIUM
    assert entry_price([implied]) is EntryPrice.FREE
    assert entry_price([fact()]) is EntryPrice.UNKNOWN


@given(st.data())
def test_equal_facts_stand_in_one_order_whatever_the_input(data):
    facts = [
        fact(kind, value, source=source)
        for kind in (FactKind.LICENCE, FactKind.RIVAL_NAMED)
        for value in ("A", "B")
        for source in ("a", "b")
    ]

    assert current_facts(data.draw(st.permutations(facts))) == current_facts(facts)


REAL = {
    "hn_algolia": ("hackernews/algolia_show_hn_2026-07.json", "application/json"),
    "github_search": ("github/api_search_repositories_2026-07.json", "application/json"),
    "openrouter_models": ("openrouter/models_2025_full.json", "application/json"),
    "ollama_library": ("ollama/library_newest_2025-08.html", "text/html"),
}


@pytest.fixture(scope="module")
def real(read_capture):
    return {
        kind: read_capture(kind, path, url="https://x.example/", content_type=content_type)
        for kind, (path, content_type) in REAL.items()
    }


@pytest.mark.captures
def test_every_span_of_real_facts_occurs_in_the_launch(real):
    """Word for word in its texts, or as the parts of its fields."""
    for launches in real.values():
        for launch in launches:
            for each in read_facts(launch, tool="x"):
                texts = (launch.title, launch.tagline, launch.description, launch.url or "")
                fields = (launch.published_raw, launch.licence, *launch.tags, launch.details)
                parts = each.span.split(", ") if ": " in each.span else [each.span]
                told = " ".join(str(field) for field in fields)

                assert 0 < len(each.span) <= 300
                assert any(each.span in text for text in texts) or all(
                    part.partition(": ")[2] in told or part in told for part in parts
                ), each


@pytest.mark.captures
def test_facts_of_the_real_listings(real):
    """Licences by SPDX only, "-1" is no price, and each model's row has its price or none."""
    licences = [
        each.value
        for launch in real["github_search"]
        for each in read_facts(launch, tool="x")
        if each.kind == FactKind.LICENCE
    ]
    prices = {launch.native_id: values(launch).get("price") for launch in real["openrouter_models"]}

    assert licences == ["MIT"] * 7
    assert prices["openrouter/auto"] is None
    assert prices["anthropic/claude-sonnet-4"] == "$3 in, $15 out per million tokens"
    assert all(
        values(launch)["install"] == f"ollama run {launch.native_id}"
        for launch in real["ollama_library"]
    )


@pytest.mark.captures
def test_facts_of_real_announcements(real):
    posts = {launch.name: values(launch) for launch in real["hn_algolia"]}

    assert posts["Frugon"] | {"superlatives": None} == {
        "example": True,
        "install": "uvx frugon",
        "licence": "MIT",
        "repository": "https://github.com/Rodiun/frugon",
        "runs_locally": True,
        "superlatives": None,
    }
    assert posts["Wyrm"]["price"] == "$4.99 once"
    assert posts["Rowboat"]["rival_named"] == "Claude Desktop"
    assert "price" not in posts["Pulpie"]
    assert sum("entry_price" in facts for facts in posts.values()) == 1
