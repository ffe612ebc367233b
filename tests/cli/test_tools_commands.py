"""``digest tools`` and ``digest identify`` as a person has them: documents, sentences, exit codes."""

import json
from pathlib import Path

import pytest

SAME_MINUTE = {
    "producthunt_feed": "producthunt/feed_2026-07-13.atom.xml",
    "hn_algolia": "hackernews/algolia_show_hn_2026-07.json",
    "github_search": "github/api_search_repositories_2026-07.json",
    "hf_papers": "huggingface/daily_papers_2026-07.json",
    "arxiv_api": "arxiv/api_query_csAI_csLG_2026-07-13.atom.xml",
    "reddit_rss": "reddit/LocalLLaMA_top_week_2026-07-13.rss.xml",
}


def hits(*rows: tuple[str, str, str]) -> str:
    """A response of the search: id, title and address of each hit."""
    return json.dumps(
        {
            "hits": [
                {
                    "objectID": native_id,
                    "title": title,
                    "url": url,
                    "created_at_i": 1_783_940_000,
                    "points": 3,
                    "author": "ada",
                    "_tags": ["story"],
                }
                for native_id, title, url in rows
            ]
        }
    )


EMBER = ("1", "Show HN: Ember – tickets from meetings", "https://github.com/kilnworks/ember")
AGAIN = ("2", "How Ember hears a meeting", "https://github.com/KilnWorks/Ember/")
OTHER = ("3", "Show HN: Lamp – light for code", "https://lamp.example")


@pytest.fixture
def parsed(digest):
    """Parses a made-up response and gives the file of what was printed."""

    def parse(name: str, *rows: tuple[str, str, str]) -> Path:
        body = digest.folder / f"{name}.body"
        body.write_text(hits(*rows))
        ran = digest("parse", "hn_algolia", body, "--content-type", "application/json", "--json")
        path = digest.folder / f"{name}.json"
        path.write_text(ran.out)
        return path

    return parse


def test_identify_prints_launches_tier_and_keys_and_nothing_else(digest, parsed):
    ran = digest("identify", parsed("a", EMBER, OTHER), parsed("b", AGAIN, EMBER), "--json")

    merged, alone = ran.json["tools"]
    assert ran.json.keys() == {"tools"}
    assert merged == {
        "launches": [["hn_algolia", "1"], ["hn_algolia", "2"]],
        "tier": "merge",
        "keys": ["github:kilnworks/ember", "launch:hn_algolia/1", "launch:hn_algolia/2"],
    }
    assert alone["launches"] == [["hn_algolia", "3"]]
    assert alone["tier"] == "distinct"


def test_one_file_given_twice_is_one_file(digest, parsed):
    path = parsed("a", EMBER, OTHER)

    assert digest("identify", path, path, "--json").out == digest("identify", path, "--json").out


def test_two_files_of_one_kind_that_mean_different_things_by_one_id_are_refused(digest):
    """Two blogs may both number their posts from 1, and parse calls both by their kind."""
    for name in ("kiln", "lamp"):
        items = [{"id": "1", "title": f"{name} 2.0", "url": f"https://{name}.example/1"}]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": name, "items": items}
        (digest.folder / f"{name}.feed").write_text(json.dumps(feed))
        ran = digest("parse", "feed", digest.folder / f"{name}.feed", "--json")
        (digest.folder / f"{name}.json").write_text(ran.out)

    sentence = digest("identify", "kiln.json", "lamp.json").sentence

    assert "both have a launch feed/1, and not the same one" in sentence
    assert "--source NAME" in sentence


def test_a_file_that_parse_did_not_print_is_said_so(digest):
    path = digest.folder / "odd.json"
    path.write_text('{"launches": 3}')

    assert "this is not what digest parse prints" in digest("identify", path).sentence
    assert "cannot be read" in digest("identify", digest.folder / "none.json").sentence


@pytest.mark.captures
def test_the_same_minute_set_has_exactly_three_merges(digest, captures_dir):
    """Fact 17: one tool and two papers stand in two places, and nothing else does."""
    paths = []
    for kind, name in SAME_MINUTE.items():
        ran = digest("parse", kind, captures_dir / name, "--json")
        path = digest.folder / f"{kind}.json"
        path.write_text(ran.out)
        paths.append(path)

    tools = digest("identify", *paths, "--json").json["tools"]

    merged = {tool["keys"][0]: tool["launches"] for tool in tools if tool["tier"] == "merge"}
    assert sum(len(tool["launches"]) for tool in tools) == 192
    assert len(tools) == 189
    assert merged.keys() == {"github:justvugg/colibri", "arxiv:2607.09424", "arxiv:2607.09657"}
    assert [source for source, _ in merged["github:justvugg/colibri"]] == [
        "hn_algolia",
        "reddit_rss",
    ]


def slugs(digest) -> list[str]:
    """All tools that stand alone."""
    return [tool["slug"] for tool in digest("tools", "list", "--json").json["tools"]]


def test_an_editor_merges_looks_and_undoes(built):
    first, second, *_ = before = slugs(built)

    merge = built("tools", "merge", first, second, "--by", "Ada", "--reason", "renamed", "--json")
    sheet = built("tools", "show", first, "--json").json
    undone = built("tools", "undo", merge.json["id"], "--by", "Bob")

    assert (merge.json["kind"], merge.json["by"], merge.json["undone_at"]) == ("merge", "Ada", None)
    assert sheet["parts"] == [second]
    assert {each["home"] for each in sheet["launches"]} == {first, second}
    assert sheet["decisions"][0]["reason"] == "renamed"
    assert undone.out == (
        f"decision 1, {second} is part of {first} (Ada: renamed); undone by Bob\n"
    )
    assert slugs(built) == before


def test_a_person_sees_the_queue_and_what_to_type(built):
    ran = built("tools", "list", "--review")

    assert ran.code == 0
    waiting = built("tools", "list", "--review", "--json").json["review"]
    assert ("digest tools merge KEEP OTHER" in ran.out) is bool(waiting)


def test_a_tools_sheet_is_shown_with_launches_and_keys(built):
    ran = built("tools", "show", slugs(built)[0])

    assert "launches" in ran.out
    assert "launch:" in ran.out
    assert "decisions: none" in ran.out


def test_mistakes_are_said_in_one_sentence(built):
    slug = slugs(built)[0]

    assert f"did you mean {slug}" in built("tools", "show", f"{slug}x").sentence
    assert "cannot be merged with itself" in (
        built("tools", "merge", slug, slug, "--by", "Ada").sentence
    )
    assert "give it as SOURCE/ID" in (
        built("tools", "split", slug, "--launch", "odd", "--by", "Ada").sentence
    )
    assert "name one flag" in built("tools", "flag", slug, "--by", "Ada").sentence
    assert "there is no decision 9" in built("tools", "undo", "9", "--by", "Ada").sentence


def test_a_flag_an_editor_sets_holds_a_tool_back_and_the_build_says_so(built):
    """Cleared again it may be paired as before."""
    chosen = built("build", "--week", "2026-W47", "--json").json["comparisons"][0]["tools"][0]

    built("tools", "flag", chosen, "--set", "suspect", "--by", "Ada", "--reason", "bait")
    held = built("build", "--week", "2026-W47", "--json").json
    built("tools", "flag", chosen, "--clear", "suspect", "--by", "Bob")
    lifted = built("build", "--week", "2026-W47", "--json").json

    reasons = {each["tool"]: each["reason"] for each in held["plan"]["rejections"]}
    assert reasons[chosen] == "flagged suspect"
    assert held["decisions"] == [f"decision 1, suspect set on {chosen} (Ada: bait)"]
    assert chosen in {slug for each in lifted["comparisons"] for slug in each["tools"]}
    assert lifted["decisions"][1] == f"decision 2, suspect cleared of {chosen} (Bob)"


def test_what_is_part_of_another_tool_is_neither_pinned_nor_banned(built):
    first, second, *_ = slugs(built)
    built("tools", "merge", first, second, "--by", "Ada")

    for wish in ("--pin", "--ban"):
        sentence = built("build", "--week", "2026-W47", wish, second).sentence
        assert f"{second} is part of {first} now; name that tool instead" in sentence
