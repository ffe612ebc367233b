"""The catalogue of established tools that ships: every entry is one that a comparison can stand on."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from digest.catalogue.amounts import amounts_in
from digest.catalogue.established import launches_of, packaged, read_catalogue
from digest.catalogue.jobs import load_jobs
from digest.catalogue.keys import kind_of, safe_keys
from digest.catalogue.names import slug_of
from digest.catalogue.urls import canonical, registrable
from digest.model import FactKind
from digest.panel.language import problems

ENTRIES = [(file.name, entry) for file in packaged() for entry in read_catalogue(file)]
ESTABLISHED_AFTER = timedelta(days=150)
"""A tool younger than that was still a launch when its newest fact was looked up."""
REGISTRIES = frozenset({"pypi", "pythonhosted", "npmjs", "crates", "rubygems"})
"""First words of the domains of package registries, which no file of ours names."""
PAIRED = {job.key for job in load_jobs() if job.description}

each_entry = pytest.mark.parametrize(
    "entry", [entry for _, entry in ENTRIES], ids=[entry.slug for _, entry in ENTRIES]
)


@each_entry
def test_an_entry_reads_like_an_editor_wrote_it(entry):
    words = len(entry.description.split())
    sentences = re.findall(r"[.](?:\s|$)", entry.description)

    assert 40 <= len(entry.tagline) <= 90, "a tagline has 40 to 90 characters"
    assert entry.tagline[-1] not in ".!?", "a tagline has no full stop"
    assert 50 <= words <= 80, f"a description has 50 to 80 words, not {words}"
    assert 2 <= len(sentences) <= 4, "a description has two to four sentences"
    for text in (entry.tagline, entry.description):
        assert not problems(text)
        assert text == " ".join(text.split())


@each_entry
def test_an_entry_has_a_job_an_address_and_the_slug_of_its_name(entry):
    assert entry.job in PAIRED, "jobs.toml has the keys"
    assert entry.slug == slug_of(entry.name)
    for url in filter(None, (entry.site, entry.repository)):
        assert url.startswith("https://")
        assert canonical(url)


@each_entry
def test_facts_are_dated_stand_on_a_page_and_say_one_thing_once(entry):
    today = datetime.now(UTC).date()
    kinds = Counter(fact.kind for fact in entry.fact if fact.kind is not FactKind.RIVAL_NAMED)

    assert not [kind for kind, number in kinds.items() if number > 1]
    assert entry.launched_on <= max(fact.as_of for fact in entry.fact)
    assert entry.launched_on <= today - ESTABLISHED_AFTER, "an established tool is no launch"
    for fact in entry.fact:
        assert fact.as_of <= today, f"{fact.kind}: a date to come vouches for nothing"
        assert fact.url.startswith("https://")
        assert registrable(canonical(fact.url).host).partition(".")[0] not in REGISTRIES
        assert fact.span == fact.span.strip()
        if fact.kind is FactKind.PRICE:
            assert amounts_in(fact.value), "a price has an amount and a currency"
        if fact.kind in {FactKind.MAINTAINED_AT, FactKind.CREATED_AT, FactKind.VENDOR_SINCE}:
            assert fact.value <= fact.as_of.isoformat()
            assert fact.value[:4] in fact.span, "the words that are cited show the date"


def test_no_two_entries_are_one_product():
    launches = launches_of(packaged())
    keys = Counter(key for launch in launches for key in safe_keys(launch))
    names = Counter(launch.name.casefold() for launch in launches)

    assert [key for key, number in keys.items() if number > 1 and kind_of(key) != "launch"] == []
    assert [name for name, number in names.items() if number > 1] == []
