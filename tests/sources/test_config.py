"""A sources file is used whole, or refused in one sentence that says where and what to do."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from digest.errors import DigestError, SourcesFileError
from digest.model import Source
from digest.sources import config
from digest.sources.config import load_sources, request_url, supplied_source

ENTRY = '[[source]]\nname = "a"\nkind = "feed"\nurl = "https://a.example/feed"\n'

PAGE = ENTRY.replace('"feed"', '"html_list"') + "[source.options]\n"


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "sources.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_the_shipped_file_names_real_endpoints():
    sources = load_sources(None)

    assert all(source.url.startswith("https://") for source in sources)
    assert all(source.label for source in sources)
    (github,) = (source for source in sources if "api.github.com" in source.url)
    assert github.spacing_s >= 6, "10 searches a minute without a token"


def test_an_entry_gets_the_defaults_of_its_kind(write):
    text = ENTRY.replace('"feed"', '"producthunt_feed"')

    (source,) = load_sources(write(text))

    assert (source.name, source.floor, source.dated) == ("a", 5, False)


def test_an_entry_may_say_otherwise(write):
    (source,) = load_sources(write(ENTRY + "floor = 0\ndated = false\nspacing_s = 0.5\n"))

    assert (source.floor, source.dated, source.spacing_s) == (0, False, 0.5)


def test_an_entry_may_hold_options(write):
    (source,) = load_sources(write(PAGE + "item = 'li'\ntitle = 'h2'\n"))

    assert source.options == {"item": "li", "title": "h2"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY.replace('"feed"', '"fede"'), "entry 1 (a): unknown kind 'fede' (did you mean 'feed'?); known: "),
        (ENTRY.replace('"feed"', '"zzz"'), "entry 1 (a): unknown kind 'zzz'; known: "),
        (ENTRY + ENTRY, "entry 2: the name 'a' is taken"),
        (ENTRY.replace('name = "a"\n', ""), 'entry 1 (without a name): name is missing; add name = "..."'),
        (ENTRY.replace("https://a.example/feed", ""), "entry 1 (a): url is missing"),
        (ENTRY + "flor = 3\n", "entry 1 (a): unknown option 'flor' (did you mean 'floor'?); known: "),
        (ENTRY + 'floor = "many"\n', "entry 1 (a): floor: Input should be a valid integer"),
        (ENTRY + "floor = -1\n", "entry 1 (a): floor: "),
        (ENTRY.replace('"a"', '"Über"'), "entry 1 (Über): name: "),
        (ENTRY.replace("https://a.example/feed", "a.example/feed"), "'a.example/feed' is no web address"),
        (ENTRY.replace("a.example/feed", "a.example/{yesterday}"), "unknown placeholder {yesterday} in url; known: {since_date}, {since_unix}"),
        (ENTRY + "options = 3\n", "entry 1 (a): options is no table; write [source.options] below the entry"),
        (ENTRY + "[source.options]\nitem = 'a'\n", "entry 1 (a): the kind 'feed' takes no options; remove options.item"),
        (PAGE + "title = 'h2'\n", 'entry 1 (a): options.item is missing; add item = "..." below [source.options]'),
        (PAGE + "item = 'a['\ntitle = 'h2'\n", "entry 1 (a): options.item: 'a[' is no CSS selector (Malformed attribute selector at position 1); mend it"),
        (ENTRY.replace('"feed"', '"taaft_listing"'), "entry 1 (a): taaft_listing is never fetched, for its site lets no programs in; remove the entry, save the page"),
        (ENTRY + "floor = = 3\n", "is not TOML: Invalid value (at line 5"),
        ("", "has no [[source]] entry"),
        ("source = 3\n", "has no [[source]] entry"),
        ("source = [3]\n", "entry 1 is no table"),
        ('name = "a"\n' + ENTRY, "'name' stands outside a [[source]] entry"),
        (b"\xff\xfe", "is not UTF-8 text"),
    ],
)  # fmt: skip
def test_a_fault_is_said_with_its_place(write, text, said):
    path = write(text)

    with pytest.raises(SourcesFileError) as caught:
        load_sources(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(SourcesFileError, match=r"nowhere\.toml: cannot be read .*DIGEST_SOURCES"):
        load_sources(tmp_path / "nowhere.toml")


def test_every_option_is_documented_in_the_shipped_file():
    text = (Path(config.__file__).parent / config.SHIPPED).read_text(encoding="utf-8")

    assert all(f"\n# {option} " in text for option in Source.model_fields)


WINDOW = "https://a.example/?d={since_date}&u={since_unix}"


def test_a_window_begins_at_midnight_seven_days_back(make_source):
    source = make_source("feed").model_copy(update={"url": WINDOW})

    url = request_url(source, datetime(2026, 7, 13, 14, 9, tzinfo=UTC))

    assert url == "https://a.example/?d=2026-07-06&u=1783296000"


def test_a_window_is_the_same_all_day(make_source):
    """Else no validator would ever match, and every request would be a full one."""
    source = make_source("feed").model_copy(update={"url": WINDOW})
    day = datetime(2026, 7, 13, tzinfo=UTC)
    tokyo = timezone(timedelta(hours=9))

    urls = {request_url(source, day + timedelta(hours=hours)) for hours in range(24)}

    assert len(urls) == 1
    assert request_url(source, (day + timedelta(hours=23)).astimezone(tokyo)) in urls


def test_a_url_without_a_window_is_asked_as_it_is(make_source):
    source = make_source("feed")

    assert request_url(source, datetime(2026, 7, 13, tzinfo=UTC)) == source.url


def test_no_source_takes_the_name_of_the_established_tools(tmp_path):
    """Its launches would stand among entries that ship, and go with the next version of them."""
    file = tmp_path / "sources.toml"
    file.write_text(
        '[[source]]\nname = "incumbents"\nkind = "feed"\nurl = "https://news.example/feed"\n'
    )

    with pytest.raises(SourcesFileError, match="the name 'incumbents' is the catalogue's"):
        load_sources(file)
    with pytest.raises(DigestError, match="give another with --source"):
        supplied_source("feed", name="incumbents", url="https://news.example/feed")
