"""Load the file that lists the sources, and fill in what its URLs leave open."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from digest.errors import DigestError, SourcesFileError
from digest.model import INCUMBENTS, Source
from digest.sources.address import stored_url
from digest.sources.asking import WAYS, Way
from digest.sources.options import options_fault
from digest.sources.paging import window_start
from digest.sources.parsers import KINDS
from digest.sources.urls import web_url

SHIPPED = "sources.toml"

_REQUIRED = ("name", "kind", "url")
_OPTIONS = tuple(Source.model_fields)
_PLACEHOLDER = re.compile(r"\{(.*?)\}")
_PLACEHOLDERS = ("since_date", "since_unix")


def load_sources(path: Path | None) -> tuple[Source, ...]:
    """
    Read a sources file.

    Args:
        path: The file; None for the one that ships with the program.

    Returns:
        The sources in the file's order, names unique; options left out are those of the kind.

    Raises:
        SourcesFileError: The file or an entry cannot be used; the text says which, why and what
            to do.
    """
    where = str(path) if path else f"the shipped {SHIPPED}"
    try:
        text = (path or files("digest.sources") / SHIPPED).read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise SourcesFileError(
            where, f"cannot be read ({error.strerror}); set DIGEST_SOURCES to an existing file"
        ) from error
    except UnicodeDecodeError as error:
        raise SourcesFileError(where, "is not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SourcesFileError(where, f"is not TOML: {error}; mend that line") from error
    return _sources(data, where)


def request_url(source: Source, now: datetime) -> str:
    """Give the URL to ask for now, with the time window filled in."""
    start = window_start(now)
    return source.url.replace("{since_date}", start.date().isoformat()).replace(
        "{since_unix}", str(int(start.timestamp()))
    )


def supplied_source(
    kind: str, *, name: str | None, url: str, known: Iterable[Source] = ()
) -> Source:
    """
    Give the source that a page given by an operator belongs to.

    Args:
        kind: Its kind.
        name: Its name; None for that of the kind.
        url: Where the page was saved from.
        known: The sources file's; one of that name and kind says how the page is read.

    Raises:
        DigestError: There is no such kind, the name is another kind's, or the kind needs options.
    """
    if kind not in KINDS:
        raise DigestError(
            f"{kind!r} is no kind of source{_nearest(kind, KINDS)}; use one of: {_list(KINDS)}"
        )
    told = name or kind
    if told == INCUMBENTS:
        raise DigestError(
            f"the name {INCUMBENTS!r} is the catalogue's of established tools; "
            "give another with --source"
        )
    named = next((source for source in known if source.name == told), None)
    if named and named.kind != kind:
        raise DigestError(
            f"source {told!r} of the sources file is of kind {named.kind}, not {kind}; "
            "name another with --source, or give the page as what it is"
        )
    if named:
        return named
    if fault := options_fault({}, kind=kind, known=KINDS[kind].options):
        raise DigestError(f"{fault}, and name that source with --source")
    about = KINDS[kind]
    entry = {"name": told, "kind": kind, "url": url, "label": about.label}
    try:
        return Source.model_validate({**entry, "floor": about.floor, "dated": about.is_dated})
    except ValidationError as error:
        raise DigestError(
            f"{told!r} cannot be a source's name; use small letters, digits, - and _, at most 60"
        ) from error


def _sources(data: Mapping[str, Any], where: str) -> tuple[Source, ...]:
    entries = data.get("source")
    if set(data) - {"source"}:
        stray = min(set(data) - {"source"})
        raise SourcesFileError(where, f"{stray!r} stands outside a [[source]] entry; move it there")
    if not isinstance(entries, list) or not entries:
        raise SourcesFileError(where, "has no [[source]] entry; add at least one")
    sources: dict[str, Source] = {}
    for number, entry in enumerate(entries, start=1):
        source = _source(entry, where=where, number=number)
        if source.name in sources:
            raise SourcesFileError(
                where, f"entry {number}: the name {source.name!r} is taken; give each its own"
            )
        sources[source.name] = source
    return tuple(sources.values())


def _source(entry: object, *, where: str, number: int) -> Source:
    """Check one entry and fill in what holds for its kind."""
    if not isinstance(entry, dict):
        raise SourcesFileError(where, f"entry {number} is no table; begin it with [[source]]")
    label = f"entry {number} ({entry.get('name', 'without a name')})"
    reason = _fault(entry)
    if reason:
        raise SourcesFileError(where, f"{label}: {reason}")
    kind = KINDS[entry["kind"]]
    usual = {
        "floor": kind.floor,
        "dated": kind.is_dated,
        "pages": WAYS.get(kind.name, Way()).pages,
    }
    try:
        return Source(**{**usual, **entry})
    except ValidationError as error:
        first = error.errors()[0]
        raise SourcesFileError(where, f"{label}: {first['loc'][0]}: {first['msg']}") from error


def _fault(entry: Mapping[str, Any]) -> str | None:
    """Give what is wrong with an entry, in the order a person mends it."""
    for option in entry:
        if option not in _OPTIONS:
            return (
                f"unknown option {option!r}{_nearest(option, _OPTIONS)}; known: {_list(_OPTIONS)}"
            )
    for option in _REQUIRED:
        if not isinstance(entry.get(option), str) or not entry[option]:
            return f'{option} is missing; add {option} = "..."'
    if entry["name"] == INCUMBENTS:
        return f"the name {INCUMBENTS!r} is the catalogue's of established tools; give it another"
    if entry["kind"] not in KINDS:
        return (
            f"unknown kind {entry['kind']!r}{_nearest(entry['kind'], KINDS)}; known: {_list(KINDS)}"
        )
    return _url_fault(entry["url"]) or _kind_fault(entry)


def _kind_fault(entry: Mapping[str, Any]) -> str | None:
    """Give what the kind has against an entry."""
    kind = KINDS[entry["kind"]]
    if kind.is_supplied:
        return (
            f"{kind.name} is never fetched, for its site lets no programs in; remove the entry, "
            f"save the page in a browser and give it with: digest capture add {kind.name}"
        )
    given = entry.get("options", {})
    if not isinstance(given, dict):
        return "options is no table; write [source.options] below the entry"
    return options_fault(given, kind=kind.name, known=kind.options)


def _url_fault(url: str) -> str | None:
    for name in _PLACEHOLDER.findall(url):
        if name not in _PLACEHOLDERS:
            known = ", ".join(f"{{{name}}}" for name in _PLACEHOLDERS)
            return f"unknown placeholder {{{name}}} in url; known: {known}"
    if web_url(url) is None:
        return f"{stored_url(url)!r} is no web address; begin it with https://"
    if "@" in urlsplit(url).netloc:
        return (
            "url holds a user name or password, and such an address is never fetched; take it out"
        )
    return None


def _nearest(word: str, known: Iterable[str]) -> str:
    found = get_close_matches(word, list(known), n=1)
    return f" (did you mean {found[0]!r}?)" if found else ""


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
