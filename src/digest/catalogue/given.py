"""
Read tools that somebody gives with their facts, a JSON object a line, instead of having them found.

Pure: takes text, gives values. What a line leaves out is worked out as for any other tool where that
can be done without looking elsewhere, and is unknown else.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, ValidationError, model_validator
from sqlmodel import Field

from digest.catalogue.conflicts import entry_price, licence_name
from digest.catalogue.fact_values import as_given
from digest.catalogue.names import product_key, slug_of
from digest.errors import GivenError
from digest.model import LONG_AGO, Fact, FactKind, Flag, Market, PageRole, Tool, Value

MAX_LINE = 1_000_000
"""Characters of a line; a longer one is no tool."""
GIVEN = "given"
"""Source of a fact whose line names none."""


def _moment(value: object) -> object:
    """Take a day for its first moment in UTC, and a time without a zone for one in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


class GivenFact(Value):
    """One fact as a line has it; ``value`` null or "unknown" is the same as no fact."""

    id: str | None = Field(default=None, max_length=80)
    """What reviews call it by; ``f1`` is the first of a tool's facts, where none is given."""
    kind: FactKind
    value: bool | int | float | str | None
    observed_at: Moment | None = None
    """None: observed now."""
    source: str = Field(default=GIVEN, max_length=60)
    page: PageRole | None = None
    url: str = ""
    span: str = Field(default="", max_length=300)
    """The words it stands on; its value where none are given."""

    @model_validator(mode="before")
    @classmethod
    def _fits_its_kind(cls, given: object) -> object:
        if not isinstance(given, Mapping) or "value" not in given:
            return given
        kind = next((each for each in FactKind if each == given.get("kind")), None)
        return {**given, "value": as_given(kind, given["value"])} if kind else given


class GivenLine(Value):
    """One line: a tool, and what is known of it."""

    name: str = Field(min_length=1, max_length=200)
    slug: str | None = Field(default=None, min_length=1, max_length=120)
    tagline: str = ""
    description: str = ""
    url: str | None = None
    site: str | None = None
    vendor: str | None = None
    product_key: str | None = None
    vendor_key: str | None = None
    job: str | None = None
    """Key of its job, taken as an editor's word; None: to be found."""
    job_confidence: float = Field(default=1.0, ge=0, le=1)
    launched_at: Moment | None = None
    """None: it was out long ago, nobody knows when; such a tool is never fresh."""
    tags: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    facts: tuple[GivenFact, ...] = ()
    market: Market | None = None
    """What is known around it; None: worked out from the other tools given."""


class GivenTool(Value):
    """A tool that was given, with its facts and what reviews call them."""

    tool: Tool
    facts: tuple[Fact, ...]
    """In the order of the line."""
    fact_ids: tuple[str, ...]
    """One for each of ``facts``, all different."""
    has_job: bool
    """False where the job is still to be found."""
    market: Market | None

    def ids_of(self, fact: Fact) -> tuple[str, ...]:
        """Give the ids of the facts that say the same on the same ground as this one."""
        return tuple(
            name for name, own in zip(self.fact_ids, self.facts, strict=True) if own == fact
        )


def json_lines(text: str, *, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """
    Give the JSON objects of a text, a line each, with their line's number from 1.

    Empty lines are passed over.

    Args:
        text: The text.
        name: What the text is called in errors, such as its file.

    Raises:
        GivenError: A line is no JSON object, or there is none at all.
    """
    is_empty = True
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        is_empty = False
        where = f"{name} line {number}"
        if len(line) > MAX_LINE:
            raise GivenError(where, f"longer than {MAX_LINE:,} characters; give one tool a line")
        try:
            value = json.loads(line, parse_constant=_no_constant)
            json.dumps(value, ensure_ascii=False).encode()  # half a character cannot be shown
        except (ValueError, RecursionError) as error:
            raise GivenError(
                where, f"no JSON ({_reason(error)}); wanted is one object a line"
            ) from None
        if not isinstance(value, dict):
            raise GivenError(where, "no JSON object; wanted is {...} with at least a name")
        yield number, value
    if is_empty:
        raise GivenError(name, "it is empty; wanted is one JSON object a line")


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no value")


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, UnicodeEncodeError):
        return "half a character, a lone surrogate"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


def read_given(
    text: str, *, name: str, now: datetime, jobs: Collection[str] | None = None
) -> tuple[GivenTool, ...]:
    """
    Read tools with their facts.

    Facts may be a list of objects, or an object of values by kind.

    Args:
        text: JSON objects, a line each; fields as in ``GivenLine``.
        name: What the text is called in errors.
        now: When facts without a date of their own were observed; aware.
        jobs: Keys of the jobs there are; None takes any.

    Raises:
        GivenError: A line is wrong, or two tools go by one slug; the text says which, and what is
            wanted.
    """
    tools: dict[str, GivenTool] = {}
    for number, fields in json_lines(text, name=name):
        where = f"{name} line {number}"
        given = _given(fields, where=where, now=now)
        slug = given.tool.slug
        if given.has_job and jobs is not None and given.tool.job not in jobs:
            raise GivenError(
                where,
                f"there is no job {given.tool.job}; digest jobs list names them, or leave it out",
            )
        if slug in tools:
            raise GivenError(where, f"a second tool with the slug {slug}; give one of them a slug")
        tools[slug] = given
    return tuple(tools.values())


def _given(fields: Mapping[str, Any], *, where: str, now: datetime) -> GivenTool:
    try:
        line = GivenLine.model_validate({**fields, "facts": _listed(fields.get("facts"))})
    except (ValidationError, ValueError) as error:
        raise GivenError(where, _wrong(error)) from None
    slug = line.slug or slug_of(line.name)
    if not slug:
        raise GivenError(where, "its name has no letter or digit; give it a slug")
    known = [fact for fact in line.facts if fact.value is not None]
    ids = _ids(known, where=where)
    facts = tuple(_fact(fact, tool=slug, url=line.url or "", now=now) for fact in known)
    return GivenTool(
        tool=_tool(line, slug, facts),
        facts=facts,
        fact_ids=ids,
        has_job=line.job is not None,
        market=line.market,
    )


def _listed(facts: object) -> object:
    if isinstance(facts, Mapping):
        return [{"kind": kind, "value": value} for kind, value in facts.items()]
    return facts or []


def _ids(facts: list[GivenFact], *, where: str) -> tuple[str, ...]:
    ids = tuple(fact.id or f"f{place}" for place, fact in enumerate(facts, start=1))
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice:
        raise GivenError(where, f"two facts have the id {twice}; give each its own")
    return ids


def _fact(given: GivenFact, *, tool: str, url: str, now: datetime) -> Fact:
    return Fact(
        tool=tool,
        kind=given.kind,
        value=given.value if given.value is not None else "",
        observed_at=given.observed_at or now,
        capture_key=GIVEN,
        source=given.source,
        page=given.page,
        url=given.url or url,
        span=given.span or f"{given.kind}: {given.value}"[:300],
    )


def _tool(line: GivenLine, slug: str, facts: tuple[Fact, ...]) -> Tool:
    return Tool(
        slug=slug,
        name=line.name,
        tagline=line.tagline,
        description=line.description,
        url=line.url or line.site,
        site=line.site,
        vendor=line.vendor,
        product_key=product_key(line.name) if line.product_key is None else line.product_key,
        vendor_key=slug_of(line.vendor or "") if line.vendor_key is None else line.vendor_key,
        job=line.job or "unsorted",
        job_confidence=line.job_confidence if line.job else 0.0,
        job_by="given" if line.job else "none",
        entry_price=entry_price(facts),
        licence=licence_name(facts),
        launched_at=line.launched_at or LONG_AGO,
        launch_dated=line.launched_at is not None,
        tags=line.tags,
        flags=tuple(sorted(set(line.flags))),
    )


def _wrong(error: ValidationError | ValueError) -> str:
    """Say the first thing that is wrong, with its place in the line."""
    if not isinstance(error, ValidationError):
        return f"{error}; mend it"
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = str(first["msg"]).replace("Input should be", "it should be")
    reason = reason.removeprefix("Value error, ")
    if first["type"] == "enum":
        return f"{place}: {reason}, not {first['input']!r}"
    if first["type"] == "extra_forbidden":
        return f"{place} is no field of a tool; wanted are {', '.join(GivenLine.model_fields)}"
    return f"{place}: {reason}"
