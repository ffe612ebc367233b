"""
Give the catalogue of established tools that ships with the program, as launches like all others.

Pure but for reading the package's own files. An entry is our own words and facts we confirmed, each
with its page and its date; what a launch of the same product says later joins it by the same keys.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Annotated, Self

from pydantic import (
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from sqlmodel import Field

from digest.catalogue.fact_values import misfit
from digest.catalogue.names import product_key, slug_of
from digest.catalogue.urls import canonical_url
from digest.errors import GivenError
from digest.model import (
    INCUMBENTS,
    Fact,
    FactKind,
    Launch,
    LaunchDateSource,
    Tool,
    Value,
)

FOLDER = INCUMBENTS
BY_CATALOGUE = "catalogue"
"""Who said what an established tool is for."""
BY_EDITOR = "editor"


class StatedFact(Value):
    """One fact of an entry; ``as_of`` is the newest date that its page vouches for."""

    kind: FactKind
    value: StrictBool | StrictInt | StrictFloat | StrictStr
    url: str
    as_of: date
    span: str = Field(min_length=1, max_length=120)
    """The words on that page that it stands on, verbatim."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if wanted := misfit(self.kind, self.value):
            raise ValueError(f"a fact of kind {self.kind} is {wanted}, not {self.value!r}")
        return self


class Incumbent(Value):
    """One established tool, as its entry has it."""

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    name: str = Field(min_length=1)
    vendor: str = Field(min_length=1)
    job: str
    site: str
    repository: str | None = None
    launched_on: date
    """First public release, or the start of its repository."""
    tagline: str
    description: str
    tags: tuple[str, ...] = ()
    fact: tuple[StatedFact, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """One file of the catalogue; its key changes with any letter of it."""

    name: str
    text: str

    @property
    def key(self) -> str:
        """The hash of its content, which stands where other launches have their capture."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def packaged() -> tuple[CatalogueFile, ...]:
    """Give the files that ship with the program, by name."""
    folder = files("digest.catalogue") / FOLDER
    found = [each for each in folder.iterdir() if each.name.endswith(".toml")]
    ordered = sorted(found, key=lambda each: each.name)
    return tuple(CatalogueFile(each.name, each.read_text(encoding="utf-8")) for each in ordered)


def read_catalogue(file: CatalogueFile) -> tuple[Incumbent, ...]:
    """
    Read the entries of one file.

    Raises:
        GivenError: The file cannot be used; the text says where, and why.
    """
    where = f"catalogue file {file.name}"
    try:
        entries = tomllib.loads(file.text).get("tool", [])
    except tomllib.TOMLDecodeError as error:
        raise GivenError(where, f"it is not TOML: {error}; mend that line") from error
    if not entries:
        raise GivenError(where, "it has no [[tool]] entry; add one, or remove the file")
    found = []
    for number, entry in enumerate(entries, start=1):
        label = f"{where}, entry {number} ({entry.get('slug', 'without a slug')})"
        try:
            found.append(Incumbent.model_validate(entry))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise GivenError(label, f"{place}: {first['msg']}") from error
    return tuple(found)


def launches_of(catalogue: Iterable[CatalogueFile]) -> tuple[Launch, ...]:
    """
    Give the launches that the entries of these files stand for.

    Raises:
        GivenError: A file cannot be used, or two entries have one slug.
    """
    found: dict[str, Launch] = {}
    for file in catalogue:
        for entry in read_catalogue(file):
            if entry.slug in found:
                raise GivenError(
                    f"catalogue file {file.name}",
                    f"{entry.slug} stands in it twice, or in another file; take one out",
                )
            found[entry.slug] = _launch(entry, key=file.key)
    return tuple(found.values())


def _launch(entry: Incumbent, *, key: str) -> Launch:
    launched_at = _midnight(entry.launched_on)
    return Launch(
        source=INCUMBENTS,
        native_id=entry.slug,
        title=entry.name,
        name=entry.name,
        tagline=entry.tagline,
        description=entry.description,
        url=entry.site,
        site=entry.repository or entry.site,
        launched_at=launched_at,
        launched_at_source=LaunchDateSource.TEXT,
        author=entry.vendor,
        tags=entry.tags,
        details={"job": entry.job, "facts": [each.model_dump(mode="json") for each in entry.fact]},
        first_seen_at=max(launched_at, *(_midnight(each.as_of) for each in entry.fact)),
        capture_key=key,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def stated_facts(launch: Launch, *, tool: str) -> tuple[Fact, ...]:
    """Give the facts of an entry as they stand in it, in its order."""
    stated = (StatedFact.model_validate(each) for each in launch.details["facts"])
    return tuple(
        Fact(
            tool=tool,
            kind=each.kind,
            value=each.value,
            observed_at=_midnight(each.as_of),
            capture_key=launch.capture_key,
            source=launch.source,
            url=each.url,
            span=each.span,
        )
        for each in stated
    )


def as_established(tool: Tool, launches: Sequence[Launch]) -> Tool:
    """
    Give a tool as its entry of the catalogue has it; one without an entry stays as it is.

    Name, maker, address, words and job are the entry's, whatever later launches say. An editor's
    word on the job goes before it.
    """
    entry = next((each for each in launches if each.source == INCUMBENTS), None)
    if entry is None:
        return tool
    vendor = entry.author or ""
    told: dict[str, object] = {
        "name": entry.name,
        "tagline": entry.tagline,
        "description": entry.description,
        "url": entry.url,
        "site": canonical_url(entry.url or ""),
        "vendor": vendor,
        "vendor_key": slug_of(vendor),
        "product_key": product_key(entry.name),
    }
    if tool.job_by != BY_EDITOR:
        told |= {"job": entry.details["job"], "job_confidence": 1.0, "job_by": BY_CATALOGUE}
        told["job_runner_up"] = None
    return tool.model_copy(update=told)
