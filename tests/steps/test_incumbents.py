"""Established tools enter the catalogue as launches that ship with the program."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.catalogue.established import CatalogueFile, as_established, launches_of, packaged
from digest.errors import GivenError
from digest.model import EntryPrice, FactKind, Launch, Tool
from digest.steps.export import export_launches
from digest.steps.research import research
from digest.steps.status import status
from digest.store import launches as launch_store
from digest.store import tools as tool_store

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LAUNCHED = datetime(2020, 5, 30, tzinfo=UTC)
REPOSITORY = "https://github.com/kilnworks/ember"
EMBER = f"""
[[tool]]
slug = "ember"
name = "Ember"
vendor = "Kilnworks"
job = "vector-db"
site = "https://ember.example"
repository = "{REPOSITORY}"
launched_on = 2020-05-30
tagline = "Keeps vectors beside their texts, in one file on disk"
description = "Ember keeps vectors. It is made by Kilnworks."

[[tool.fact]]
kind = "licence"
value = "MIT"
url = "{REPOSITORY}"
as_of = 2026-10-01
span = "MIT License"

[[tool.fact]]
kind = "entry_price"
value = "free"
url = "{REPOSITORY}"
as_of = 2026-10-01
span = "MIT License"
"""
GROVE = """
[[tool]]
slug = "grove"
name = "Grove"
vendor = "Arbor"
job = "agent-memory"
site = "https://grove.example"
launched_on = 2021-02-03
tagline = "Remembers what people told an assistant"
description = "Grove remembers. It is made by Arbor."

[[tool.fact]]
kind = "docs"
value = true
url = "https://grove.example/docs"
as_of = 2026-09-01
span = "Documentation"
"""


@pytest.fixture
def load(db, classifier):
    def run(*texts):
        files = [CatalogueFile(f"{number}.toml", text) for number, text in enumerate(texts)]
        return research(db, classifier=classifier, incumbents=files)

    return run


def news(native_id="1", **more):
    """A launch of the next version, as a site tells of it."""
    given = {
        "source": "hn",
        "native_id": native_id,
        "title": "Ember 2: write a newsletter in minutes",
        "name": "Ember 2",
        "tagline": "Writes newsletters and blog posts for busy founders.",
        "site": REPOSITORY,
        "launched_at": NOW - timedelta(days=2),
        "launched_at_source": "api",
        "popularity": 40,
        "popularity_metric": "points",
        "first_seen_at": NOW,
        "capture_key": f"key-{native_id}",
        "licence": "GPL-3.0-only",
    }
    return Launch(**given | more)


def put(db, *launches):
    with db.write() as session:
        launch_store.put_launches(session, launches, now=NOW)


def tool(db, slug="ember"):
    with db.read() as session:
        return tool_store.tool_by_slug(session, slug)


def facts(db, slug="ember"):
    with db.read() as session:
        return {fact.kind: fact for fact in tool_store.facts_of(session, [slug])[slug]}


def test_an_entry_is_a_tool_with_its_words_its_job_and_its_dated_facts(db, load):
    report = load(EMBER)

    found = tool(db)
    licence = facts(db)[FactKind.LICENCE]
    assert (report.launches, report.tools, report.facts) == (0, 1, 2)
    assert (found.name, found.vendor, found.vendor_key) == ("Ember", "Kilnworks", "kilnworks")
    assert (found.job, found.job_confidence, found.job_by) == ("vector-db", 1.0, "catalogue")
    assert (found.launched_at, found.launch_dated) == (LAUNCHED, True)
    assert (found.site, found.entry_price) == ("https://ember.example", EntryPrice.FREE)
    assert (licence.value, licence.span, licence.url) == ("MIT", "MIT License", REPOSITORY)
    assert licence.observed_at == datetime(2026, 10, 1, tzinfo=UTC)


def test_a_later_launch_joins_it_and_makes_it_neither_fresh_nor_another_tool(db, load):
    load(EMBER)
    put(db, news())

    load(EMBER)

    found = tool(db)
    with db.read() as session:
        assert tool_store.tool_slugs(session) == {"ember"}
    assert found.sources == ("hn", "incumbents")
    assert found.launched_at == LAUNCHED
    assert (found.name, found.job) == ("Ember", "vector-db")
    assert found.tagline == "Keeps vectors beside their texts, in one file on disk"
    assert found.description == "Ember keeps vectors. It is made by Kilnworks."
    assert found.popularity == 40, "what the launch brought besides is kept"


def test_an_editors_word_on_the_job_goes_before_the_entrys():
    """A copy with the job an editor chose, as research has it before the entry is looked at."""
    entry = launches_of([CatalogueFile("a.toml", EMBER)])[0]
    by_words = Tool(slug="ember", name="ember 2", launched_at=NOW, job="writing", job_by="text")
    by_editor = by_words.model_copy(update={"job": "writing", "job_by": "editor"})

    assert as_established(by_words, [news(), entry]).job == "vector-db"
    assert as_established(by_editor, [news(), entry]).job == "writing"
    assert as_established(by_editor, [news(), entry]).name == "Ember"
    assert as_established(by_words, [news()]) == by_words


def test_a_tool_that_was_found_before_becomes_the_established_one(db, load, classifier):
    put(db, news())
    research(db, classifier=classifier)
    slug = next(iter(_slugs(db)))
    assert tool(db, slug).launched_at == NOW - timedelta(days=2)

    load(EMBER)

    assert _slugs(db) == {slug}
    assert (tool(db, slug).launched_at, tool(db, slug).job) == (LAUNCHED, "vector-db")


def _slugs(db):
    with db.read() as session:
        return tool_store.tool_slugs(session)


def test_loading_again_changes_nothing_and_costs_no_work(db, load):
    load(EMBER, GROVE)
    before = tool(db)

    again = load(EMBER, GROVE)

    assert (again.tools, again.facts) == (0, 0)
    assert tool(db) == before


def test_a_newer_version_of_the_files_corrects_what_is_stored(db, load):
    load(EMBER)

    load(EMBER.replace("2020-05-30", "2019-01-02").replace('"MIT"', '"Apache-2.0"'))

    assert tool(db).launched_at == datetime(2019, 1, 2, tzinfo=UTC)
    assert facts(db)[FactKind.LICENCE].value == "Apache-2.0"


def test_an_entry_that_is_taken_out_leaves_the_tool_to_its_other_launches(db, load):
    load(EMBER, GROVE)
    put(db, news())
    load(EMBER, GROVE)

    load(GROVE)

    found = tool(db)
    assert found.sources == ("hn",)
    assert found.launched_at == NOW - timedelta(days=2)
    assert facts(db)[FactKind.LICENCE].value == "GPL-3.0-only"


def test_the_stored_catalogue_stays_where_none_is_given(db, load, classifier):
    load(EMBER)
    put(db, news())

    research(db, classifier=classifier)

    assert tool(db).sources == ("hn", "incumbents")


def test_they_are_told_apart_from_what_was_read(db, load):
    load(EMBER)
    put(db, news())

    counts = status(db).counts
    assert (counts["launches"], counts["established"]) == (1, 1)
    assert [each.native_id for each in export_launches(db)] == ["1"]
    assert [each.native_id for each in export_launches(db, sources=["incumbents"])] == ["ember"]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ("tool = [", r"catalogue file 0\.toml: it is not TOML"),
        ("", r"catalogue file 0\.toml: it has no \[\[tool\]\] entry"),
        (EMBER.replace('name = "Ember"\n', ""), r"entry 1 \(ember\): name: Field required"),
        (EMBER.replace('"free"', '"gratis"'), r"entry_price is one of contact, free, freemium"),
        (EMBER + GROVE.replace('"grove"', '"ember"'), r"ember stands in it twice"),
        (GROVE.replace("value = true", 'value = "yes"'), r"docs is true or false, not 'yes'"),
        (
            EMBER.replace('"licence"\nvalue = "MIT"', '"created_at"\nvalue = "2020"'),
            r'created_at is a day such as "2025-01-31"',
        ),
        (
            EMBER.replace('"licence"\nvalue = "MIT"', '"context_length"\nvalue = "128k"'),
            r"context_length is a number",
        ),
    ],
)
def test_a_bad_file_is_refused_and_nothing_is_stored(db, load, broken, told):
    with pytest.raises(GivenError, match=told):
        load(broken)

    assert _slugs(db) == set()


def test_everything_that_ships_becomes_a_tool_of_its_own(db, classifier):
    files = packaged()
    research(db, classifier=classifier, incumbents=files)

    with db.read() as session:
        found = tool_store.all_tools(session)
    entries = sum(file.text.count("[[tool]]") for file in files)
    assert len(found) == entries
    assert {each.job_by for each in found} == {"catalogue"}
    assert all(each.sources == ("incumbents",) for each in found)


def test_a_file_is_known_by_its_content():
    file = CatalogueFile("a.toml", EMBER)

    assert replace(file, text=GROVE).key != file.key
    assert replace(file, name="b.toml").key == file.key
