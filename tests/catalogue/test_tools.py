"""The tool that launches make: names, texts, addresses, makers, dates and counts."""

from datetime import UTC, datetime, timedelta

import pytest

from digest.catalogue.facts import read_facts
from digest.catalogue.tools import build_tool
from digest.model import (
    EntryPrice,
    Flag,
    Identity,
    JobAssignment,
    LaunchDateSource,
    Popularity,
)

SEEN = datetime(2026, 7, 13, 14, 9, tzinfo=UTC)
JOB = JobAssignment(job="local-runtime", confidence=0.9, by="tags", runner_up="small-llm")


def built(*launches, facts=()):
    """The tool these launches make."""
    return build_tool(Identity(slug="ember", launches=()), launches, facts, JOB)


def test_a_tool_is_put_together_from_all_its_launches(a_launch):
    post = a_launch(
        "Emberline",
        url="https://github.com/Maker/emberline",
        site="https://github.com/Maker/emberline",
        discussion_url="https://news.ycombinator.com/item?id=7",
        tagline="one binary that runs GGUF models",
        launched_at=SEEN - timedelta(days=2),
        launched_at_source=LaunchDateSource.API,
        popularity=300,
        popularity_metric=Popularity.POINTS,
        tags=("show_hn",),
        flags=(Flag.SPONSORED,),
    )
    row = a_launch(
        "emberline",
        source="github",
        url="https://github.com/Maker/emberline",
        author="Maker",
        licence="MIT",
        launched_at=SEEN - timedelta(days=9),
        launched_at_source=LaunchDateSource.REPO_CREATED,
        popularity=40,
        popularity_metric=Popularity.STARS,
        tags=("GGUF", "llm"),
    )

    tool = built(post, row, facts=[*read_facts(row, tool="ember")])

    assert tool.model_dump(exclude_defaults=True) == {
        "slug": "ember",
        "name": "Emberline",
        "tagline": "One binary that runs GGUF models",
        "url": "https://github.com/Maker/emberline",
        "site": "https://github.com/maker/emberline",
        "vendor": "Maker",
        "product_key": "emberline",
        "vendor_key": "maker",
        "job": "local-runtime",
        "job_confidence": 0.9,
        "job_by": "tags",
        "job_runner_up": "small-llm",
        "entry_price": EntryPrice.FREE,
        "licence": "MIT",
        "launched_at": SEEN - timedelta(days=9),
        "popularity": 40,
        "popularity_metric": "stars",
        "sources": ("github", "hacker_news"),
        "tags": ("gguf", "llm"),
        "flags": (Flag.SPONSORED,),
    }
    assert built(row, post, facts=[*read_facts(row, tool="ember")]) == tool


def test_where_only_a_listing_is_known_there_is_no_site(a_launch):
    listed = a_launch(
        "Aftercall",
        url="https://www.producthunt.com/products/aftercall",
        discussion_url="https://www.producthunt.com/r/p/1",
    )

    tool = built(listed)

    assert (tool.url, tool.site) == ("https://www.producthunt.com/products/aftercall", None)
    assert (tool.vendor, tool.vendor_key) == (None, "")
    assert (tool.launched_at, tool.launch_dated) == (SEEN, False)
    assert (tool.popularity, tool.popularity_metric) == (None, None)
    assert tool.entry_price is EntryPrice.UNKNOWN
    assert tool.licence is None


@pytest.mark.parametrize(
    ("url", "discussion", "shown"),
    [
        (None, "https://news.ycombinator.com/item?id=7", "https://news.ycombinator.com/item?id=7"),
        (None, None, None),
        ("mailto:x@y.example", None, "mailto:x@y.example"),
    ],
)
def test_a_text_post_sends_readers_to_its_discussion(a_launch, url, discussion, shown):
    assert built(a_launch(url=url, discussion_url=discussion)).url == shown


def test_its_own_site_goes_before_a_repository(a_launch):
    repository = a_launch(source="a", url="https://github.com/maker/ember")
    page = a_launch(source="b", url="https://ember.example/?utm_source=b")

    tool = built(repository, page)

    assert (tool.url, tool.site) == ("https://ember.example/?utm_source=b", "https://ember.example")


def test_a_product_page_of_another_name_tells_family_and_maker(a_launch):
    """Simba Voice Agents are listed under Speechify."""
    page = "https://www.producthunt.com/products/{}"

    voice = built(a_launch("Simba Voice Agents", url=page.format("speechify")))
    plain = built(a_launch("Speechify 2.0", url=page.format("speechify-4")))
    other = built(a_launch("Simba", url="https://www.producthunt.com/about"))

    assert (voice.product_key, voice.vendor_key) == ("speechify", "speechify")
    assert (plain.product_key, plain.vendor_key) == ("speechify", "")
    assert (other.product_key, other.vendor_key) == ("simba", "")


def test_the_makers_name_is_written_as_the_maker_writes_it(a_launch):
    model = a_launch("Pro 5", url="https://openrouter.ai/halcyonic/pro-5", author="Halcyonic")
    own_name = a_launch("MeetSage", url="https://meetsage.example/")
    listed = a_launch(
        "pebble",
        url="https://ollama.com/library/pebble",
        tagline="A family of small models by Pebblemoor AI for summaries.",
        details={"sizes": ["1b"]},
    )
    unsaid = listed.model_copy(update={"tagline": "A 1B model, fine-tuned from Llama."})

    assert (built(model).vendor, built(model).vendor_key) == ("Halcyonic", "halcyonic")
    assert (built(own_name).vendor, built(own_name).vendor_key) == ("MeetSage", "meetsage")
    assert built(listed).vendor == "Pebblemoor AI"
    assert built(unsaid).vendor is None


def test_a_date_of_update_is_no_launch_date(a_launch):
    row = a_launch(
        launched_at=SEEN - timedelta(days=1), launched_at_source=LaunchDateSource.UPDATED
    )

    assert not built(row).launch_dated


def test_a_licence_without_an_identifier_is_shown_by_its_name(a_launch):
    launch = a_launch(tagline="Available under the Pebble Community Licence.")

    assert built(launch, facts=read_facts(launch, tool="ember")).licence == "Pebble-Community"


def test_the_highest_count_of_the_most_lasting_metric_stands(a_launch):
    counts = [
        a_launch(native_id=str(i), popularity=count, popularity_metric=metric)
        for i, (count, metric) in enumerate(
            [(900, Popularity.POINTS), (5, Popularity.PULLS), (7, Popularity.PULLS)]
        )
    ]

    tool = built(*counts, a_launch())

    assert (tool.popularity, tool.popularity_metric) == (7, "pulls")


@pytest.mark.captures
def test_every_tool_of_a_real_listing_is_whole(read_capture):
    launches = read_capture(
        "ollama_library",
        "ollama/library_newest_2025-08.html",
        url="https://ollama.com/library",
        content_type="text/html",
    )

    tools = [built(launch, facts=read_facts(launch, tool="ember")) for launch in launches]

    assert len(tools) == 176
    assert {tool.entry_price for tool in tools} == {EntryPrice.FREE}
    assert all(len(tool.description.split()) <= 80 for tool in tools)
    assert len({tool.product_key for tool in tools}) < len(tools)
    assert not [tool for tool in tools if tool.launch_dated]


def test_a_place_that_was_paid_for_raises_no_attention(a_launch):
    """The sponsored listing has the higher count; the tool keeps the flag and the honest number."""
    paid = a_launch(
        native_id="1", popularity=9_000, popularity_metric="stars", flags=("sponsored",)
    )
    earned = a_launch(native_id="2", popularity=7, popularity_metric="points")

    tool = built(paid, earned)

    assert (tool.popularity, tool.popularity_metric) == (7, "points")
    assert tool.flags == ("sponsored",)
