"""Which launches are one product: safe keys merge, everything else keeps its own row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.catalogue.identity import MAX_VETOES, Standing, identify, may_be_tool
from digest.catalogue.keys import safe_keys
from digest.catalogue.lookalikes import Outline
from digest.model import MergeTier

GITHUB = "https://github.com/justmaker/colibri"


def found(launches, known=None, taken=()):
    """The identities, by slug."""
    return {each.slug: each for each in identify(launches, known=known or {}, taken=taken)}


def test_a_repository_row_has_both_its_number_and_its_name(a_launch):
    row = a_launch(
        source="github",
        native_id="190001",
        url=GITHUB,
        details={"full_name": "justmaker/colibri", "homepage": "https://discord.gg/x"},
    )

    assert safe_keys(row) == (
        "github_id:190001",
        "github:justmaker/colibri",
        "launch:github/190001",
    )


def test_listings_shared_hosts_and_homepages_give_no_key(a_launch):
    urls = ["https://www.producthunt.com/products/ember", "https://ember.vercel.app"]

    assert {safe_keys(a_launch(url=url)) for url in urls} == {("launch:hacker_news/Emberline",)}


def test_a_models_listing_declares_where_its_weights_are(a_launch):
    model = a_launch(url="https://openrouter.ai/ember/e", details={"hugging_face_id": "Ember/E-3B"})
    odd = a_launch(details={"hugging_face_id": "no owner"})

    assert "hf:ember/e-3b" in safe_keys(model)
    assert len(safe_keys(odd)) == 1


def test_an_address_too_long_for_a_product_gives_no_key(a_launch):
    assert len(safe_keys(a_launch(url=f"https://ember.example/{'a' * 400}"))) == 1


def test_the_same_repository_is_one_tool_whatever_the_title(a_launch):
    post = a_launch("Getting a large model to run on my slow computer", url=GITHUB)
    talk = a_launch("A 744B model on 25 GB", source="reddit", url=f"{GITHUB.upper()}/")

    (tool,) = found([post, talk]).values()

    assert tool.slug == "colibri"
    assert tool.tier is MergeTier.MERGE
    assert len(tool.launches) == 2


def test_a_renamed_repository_stays_the_tool_it_was(a_launch):
    renamed = a_launch(
        "kolibri", native_id="7", url=f"{GITHUB}-new", details={"full_name": "justmaker/kolibri"}
    )

    (tool,) = found([renamed], known={"github_id:7": "colibri"}, taken={"colibri"}).values()

    assert tool.slug == "colibri"
    assert tool.tier is MergeTier.MERGE


def test_a_new_owner_of_an_old_repository_name_is_another_tool_and_has_the_name_now(a_launch):
    """The old one was renamed and keeps its number; the younger repository has the higher one."""
    new = a_launch(
        "colibri", source="github", native_id="9", url=GITHUB,
        details={"full_name": "justmaker/colibri"},
    )  # fmt: skip
    post = a_launch("A bird that runs models at home on nothing", url=GITHUB)
    known = {"github:justmaker/colibri": "colibri"}
    standing = {"colibri": Standing("colibri", "Colibri", frozenset({"github_id:7", *known}))}

    tools = identify([new, post], known=known, taken={"colibri"}, standing=standing)

    (tool,) = tools
    assert tool.slug != "colibri"
    assert tool.launches == (("github", "9"), ("hacker_news", post.native_id))
    assert tool.claimed == ("github:justmaker/colibri",)
    assert any("other github_id" in veto for veto in tool.vetoes)


def test_an_old_reading_of_a_repository_does_not_take_its_name_back(a_launch):
    old = a_launch("colibri", native_id="7", url=GITHUB, details={"full_name": "justmaker/colibri"})
    known = {"github:justmaker/colibri": "colibri-2"}
    standing = {"colibri-2": Standing("colibri-2", "Colibri", frozenset({"github_id:9", *known}))}

    (tool,) = identify([old], known=known, taken={"colibri-2"}, standing=standing)

    assert tool.slug != "colibri-2"
    assert (tool.claimed, tool.keys[0]) == ((), "github_id:7")


@pytest.mark.parametrize("page", ["wiki", "wiki/Recipes", "releases/tag/v2", "tags"])
def test_a_page_below_a_repository_gives_its_key_only_to_a_launch_of_its_name(a_launch, page):
    url = f"{GITHUB}/{page}"

    assert "github:justmaker/colibri" in safe_keys(a_launch("Colibri 2.0", url=url))
    assert "github:justmaker/colibri" in safe_keys(
        a_launch("v2", tagline="Colibri reads.", url=url)
    )
    assert safe_keys(a_launch("Awesome Recipes", url=url)) == (
        "launch:hacker_news/Awesome Recipes",
    )


def test_a_repositorys_front_page_needs_no_name(a_launch):
    for end in ("", "/tree/main", "#readme"):
        assert "github:justmaker/colibri" in safe_keys(a_launch("Other", url=f"{GITHUB}{end}"))


def test_the_number_a_release_names_is_its_repositorys(a_launch):
    release = a_launch("colibri", url=GITHUB, details={"repository_id": "190001"})

    assert safe_keys(release)[0] == "github_id:190001"


def test_new_launches_do_not_join_two_known_tools(a_launch):
    """One has a key of each, and a third is at both: no rule makes two known tools one."""
    one = a_launch("Ember", source="a", url=GITHUB)
    other = a_launch("Ember", source="b", url=f"{GITHUB}2")
    both = a_launch("Ember", source="c", url=GITHUB, site=f"{GITHUB}2")
    known = {"github:justmaker/colibri": "ember", "github:justmaker/colibri2": "ember-two"}

    tools = found([one, other, both], known, set(known.values()))

    assert sorted(tools) == ["ember", "ember-two"]
    assert tools["ember"].launches == (("a", "Ember"), ("c", "Ember"))
    assert any("stands for" in veto for veto in tools["ember"].vetoes)


def test_a_launch_whose_own_key_is_known_is_that_tools_whatever_else_it_shares(a_launch):
    """So an editor's split holds although the address is shared."""
    split = a_launch("Ember", source="b", url=GITHUB)
    known = {"github:justmaker/colibri": "colibri", "launch:b/Ember": "ember"}

    (tool,) = found([split], known, {"colibri", "ember"}).values()

    assert tool.slug == "ember"


def test_a_known_tools_repository_refuses_another_at_the_same_site(a_launch):
    site = {"site:ember.example": "ember"}
    standing = {"ember": Standing("ember", "Ember", frozenset({"github:kiln/ember", *site}))}
    other = a_launch("Ember", url="https://ember.example", site=GITHUB)

    (tool,) = identify([other], known=site, taken={"ember"}, standing=standing)

    assert tool.slug != "ember"
    assert "site:ember.example: different github keys" in tool.vetoes


def test_a_known_tool_that_looks_alike_is_for_an_editor(a_launch):
    new = a_launch("Ember 2", url="https://ember-two.example")
    known = [Outline(slug="ember", name="Ember", product_key="ember")]

    (tool,) = identify([new], known={}, taken={"ember"}, catalogue=known)
    (settled,) = identify(
        [new], known={}, taken={"ember"}, catalogue=known, settled={("ember", "ember-2")}
    )

    assert tool.tier is MergeTier.REVIEW
    assert tool.resembles == (("ember", "same product name ember"),)
    assert settled.tier is MergeTier.DISTINCT


def test_papers_models_and_chains_of_keys_merge(a_launch):
    paper = a_launch("A paper", source="arxiv", url="http://arxiv.org/abs/2607.09424v1")
    daily = a_launch(
        "A paper", source="hf", url="https://huggingface.co/papers/2607.09424", site=GITHUB
    )
    post = a_launch("Show the code", source="hn", url=GITHUB)

    assert len(found([paper, daily, post])) == 1


def test_a_name_alone_never_merges(a_launch):
    one = a_launch("Ember", source="a", url="https://ember.example")
    other = a_launch("Ember", source="b", url="https://ember-app.example")
    third = a_launch("Ember", source="c", native_id="3")

    tools = found([one, other, third])

    assert sorted(tools) == ["ember", "ember-c", "ember-ember-app"]
    assert {tool.tier for tool in tools.values()} == {MergeTier.REVIEW}
    assert "same product name ember, not merged with ember-c" in tools["ember"].vetoes


def test_one_address_and_names_that_fit_are_one_tool(a_launch):
    one = a_launch("Ember", source="a", url="https://www.ember.example/?utm_source=a")
    other = a_launch("Ember 2.0", source="b", url="http://ember.example")

    assert len(found([one, other])) == 1


def test_one_address_and_other_names_are_two_tools(a_launch):
    """A vendor's front page is linked from all its announcements."""
    code = a_launch("Halyard Code", source="a", url="https://halyard.example")
    voice = a_launch("Halyard Voice", source="b", url="https://halyard.example/")

    tools = found([voice, code])

    assert "site:halyard.example" in tools["halyard-code"].keys
    assert "site:halyard.example" not in tools["halyard-voice"].keys
    assert any("names differ" in veto for veto in tools["halyard-voice"].vetoes)
    assert tools["halyard-voice"].tier is MergeTier.REVIEW


def test_other_repositories_on_one_site_are_two_tools(a_launch):
    one = a_launch("Ember", source="a", url="https://ember.example", site=GITHUB)
    other = a_launch("Ember", source="b", url="https://ember.example", site=f"{GITHUB}2")

    tools = found([one, other])

    assert len(tools) == 2
    assert any("different github keys" in veto for tool in tools.values() for veto in tool.vetoes)


@pytest.mark.parametrize(
    "urls",
    [
        [f"https://vidflux.example/{name}" for name in ("cut", "blur", "zoom", "dub")],
        [f"https://{name}.vidflux.example/" for name in ("cut", "blur", "zoom", "dub")],
        [f"https://vidflux.example/changelog#{name}" for name in ("cut", "blur", "zoom", "dub")],
    ],
)
def test_paths_subdomains_and_anchors_of_one_host_stay_apart(a_launch, urls):
    """Four tools of one maker stay four, for an editor to look at."""
    tools = found([a_launch(f"Tool {i}x", native_id=str(i), url=u) for i, u in enumerate(urls)])

    assert len(tools) == 4
    assert all(tool.tier is MergeTier.REVIEW for tool in tools.values())
    assert all("same host vidflux.example" in tool.vetoes[0] for tool in tools.values())


def test_a_shared_host_is_noted_as_the_veto_it_is(a_launch):
    pages = [
        a_launch("Ember", source=source, url="https://ember.vercel.app") for source in ("a", "b")
    ]

    tools = found(pages)

    assert len(tools) == 2
    assert all("shared host ember.vercel.app" in tool.vetoes for tool in tools.values())


def test_a_page_of_many_tools_keeps_few_vetoes(a_launch):
    many = [
        a_launch(f"Post{i:02}", native_id=str(i), url=f"https://blog.example/{i}")
        for i in range(12)
    ]

    assert all(len(tool.vetoes) == MAX_VETOES for tool in found(many).values())


def test_a_known_site_key_needs_a_name_that_fits(a_launch):
    known = {"site:ember.example": "ember"}
    fits = a_launch("Ember Wave 2", url="https://ember.example")
    not_it = a_launch("Kiln", url="https://ember.example")

    assert list(found([fits], known, {"ember"})) == ["ember"]
    (other,) = found([not_it], known, {"ember"}).values()
    assert other.slug == "kiln"
    assert "site:ember.example" not in other.keys
    assert "site:ember.example: names differ from ember" in other.vetoes


def test_keys_of_two_known_tools_do_not_join_them(a_launch):
    """The more telling key decides; that the other disagrees is noted."""
    both = a_launch("Ember", url=GITHUB, site="https://ember.example")

    (tool,) = found(
        [both], {"github:justmaker/colibri": "colibri", "site:ember.example": "ember"}
    ).values()

    assert tool.slug == "colibri"
    assert any("stands for ember" in veto for veto in tool.vetoes)


def test_new_launches_of_one_known_tool_come_as_one_identity(a_launch):
    one = a_launch("Ember", source="a", native_id="1")
    other = a_launch("Ember", source="b", native_id="2")

    (tool,) = found([one, other], {"launch:a/1": "ember", "launch:b/2": "ember"}).values()

    assert tool.launches == (("a", "1"), ("b", "2"))


def test_slugs_in_use_are_not_given_again(a_launch):
    first = a_launch("Ember", native_id="1")
    everything = {f"ember{end}" for end in ("", "-hacker-news")}

    (tool,) = found([first], taken=everything).values()
    (numbered,) = found([first], taken={*everything, tool.slug}).values()

    assert tool.slug.startswith("ember-")
    assert numbered.slug == f"{tool.slug}-2"


URLS = st.sampled_from(
    [None, GITHUB, f"{GITHUB}2", "https://ember.example", "https://kiln.example/a"]
)


@given(data=st.data())
def test_the_order_of_launches_does_not_matter_and_none_is_lost(a_launch, data):
    urls = data.draw(st.lists(st.tuples(st.sampled_from(["Ember", "Kiln"]), URLS), max_size=8))
    launches = [a_launch(name, native_id=str(i), url=url) for i, (name, url) in enumerate(urls)]

    result = identify(launches, known={}, taken=())

    assert identify(data.draw(st.permutations(launches)), known={}, taken=()) == result
    assert sorted(pair for tool in result for pair in tool.launches) == sorted(
        (each.source, each.native_id) for each in launches
    )
    assert len({tool.slug for tool in result}) == len(result)


@pytest.mark.parametrize(
    ("details", "site", "is_one"),
    [
        ({}, None, True),
        ({"is_paper": True}, None, False),
        ({"is_paper": True}, GITHUB, True),
        ({"is_release": True}, GITHUB, False),
        ({"is_trending": True}, GITHUB, False),
    ],
)
def test_papers_with_nothing_to_try_releases_and_trends_bring_no_tool(
    a_launch, details, site, is_one
):
    assert may_be_tool(a_launch(details=details, site=site)) is is_one
