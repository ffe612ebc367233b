"""The nouns of the second resting place: jobs, tools, and the facts known about them."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value
from digest.model.captures import Flag
from digest.model.pages import PageRole


class EntryPrice(StrEnum):
    """What it costs to start. Unknown is a value, not "paid"."""

    FREE = "free"
    FREEMIUM = "freemium"
    PAID = "paid"
    CONTACT = "contact"
    UNKNOWN = "unknown"


class FactKind(StrEnum):
    """The claims a fact can make; the type of its value stands beside each."""

    ENTRY_PRICE = "entry_price"  # free | freemium | paid | contact
    PRICE = "price"  # text with amount, currency and unit
    LICENCE = "licence"  # SPDX identifier
    INSTALL = "install"  # the install or quickstart line
    DOCS = "docs"  # bool: documentation is linked or named
    EXAMPLE = "example"  # bool: a runnable example or demo exists
    WAITLIST = "waitlist"  # bool
    OPEN_INTERFACE = "open_interface"  # text: "OpenAI-compatible API", "MCP", "GGUF", "REST API"
    RUNS_LOCALLY = "runs_locally"  # bool
    SELF_HOST = "self_host"  # bool
    PLATFORMS = "platforms"  # text, comma list
    BENCHMARK = "benchmark"  # none | bare | reproducible
    MAINTAINED_AT = "maintained_at"  # ISO date of the last commit or release
    CREATED_AT = "created_at"  # ISO date the product or repository began
    SUPERLATIVES = "superlatives"  # float: superlatives per 100 words of the vendor's copy
    CONTEXT_LENGTH = "context_length"  # int, tokens
    PARAMETERS = "parameters"  # text such as "3B"
    RIVAL_NAMED = "rival_named"  # text: a product the announcement names as alternative
    VENDOR_SINCE = "vendor_since"  # ISO date the vendor or organisation began
    TERMS = "terms"  # bool: terms and privacy page published
    REPOSITORY = "repository"  # URL


class Fact(Value):
    """A dated claim about a tool, with the capture and the words it stands on."""

    tool: str = Field(max_length=120)
    kind: FactKind
    value: bool | int | float | str
    observed_at: AwareDatetime
    capture_key: str = Field(max_length=80)
    source: str = Field(max_length=60)
    """Name of the source the capture belongs to; of a page of the product's own, what and where."""
    page: PageRole | None = None
    """Which of the product's own pages says it; None where an announcement or listing claims it."""
    url: str
    """Page a reader can check."""
    span: str
    """
    The words the claim stands on, verbatim, at most 300 characters.

    Where a source has it in a field: what the field is, in words, and its value verbatim.
    """


class Job(Value):
    """What a tool is for; finer than a category. Pairs are made inside one job only."""

    key: str
    label: str
    category: str
    description: str
    synonyms: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    """Source tags that mean this job, in small letters: topics, pipeline tags, tasks."""
    titles: tuple[str, ...] = ()
    """Words that in the title of a post mean this job, in small letters."""
    of_models: bool = False
    """True where a model may do it: what a listing of models has gets no other job."""
    adjacent: tuple[str, ...] = ()
    fact_rows: tuple[FactKind, ...] = ()
    """Rows a comparison in this job shows, in this order."""


SURE_JOB = 0.6
"""Confidence from which a job is more than a guess: on a guess nobody is a rival, paired or labelled."""


class JobAssignment(Value):
    """Which job a tool does, how sure that is, and what came second."""

    job: str = "unsorted"
    confidence: float = Field(default=0.0, ge=0.0, le=1.0)
    by: str = "none"
    """editor, tags, text or none."""
    runner_up: str | None = None


class Tool(Value):
    """The product that was launched; launches of several sources may be one tool."""

    slug: str = Field(min_length=1, max_length=120)
    name: str
    tagline: str = ""
    description: str = ""
    url: str | None = None
    """Where a reader is sent: the product's own site where known, else the announcement."""
    site: str | None = None
    """Canonical own address; None where only a listing is known."""
    vendor: str | None = None
    product_key: str = ""
    """Same key, same product family (versions, waves): never paired with each other."""
    vendor_key: str = ""
    job: str = "unsorted"
    job_confidence: float = Field(default=0.0, ge=0.0, le=1.0)
    job_by: str = "none"
    job_runner_up: str | None = None
    entry_price: EntryPrice = EntryPrice.UNKNOWN
    licence: str | None = None
    launched_at: AwareDatetime
    """Earliest ``fresh_at`` of its launches."""
    launch_dated: bool = True
    """False where ``launched_at`` only bounds it: our first sight, or a listing's last change."""
    popularity: int | None = None
    popularity_metric: str | None = None
    sources: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()

    @property
    def family(self) -> str:
        """What its versions and listings have in common; its own slug where nothing is known."""
        return self.product_key or self.slug


class Peer(NamedTuple):
    """A tool as far as the market of its job goes: a job has too many for more."""

    slug: str
    family: str
    job: str
    job_confidence: float
    flags: tuple[Flag, ...]
    launched_at: datetime
    launch_dated: bool

    @classmethod
    def of(cls, tool: Tool) -> "Peer":
        """Give what counts of a tool."""
        return cls(**{name: getattr(tool, name) for name in cls._fields})


class MergeTier(StrEnum):
    """How sure it is that launches are one product: joined, left to an editor's eye, or apart."""

    MERGE = "merge"
    REVIEW = "review"
    DISTINCT = "distinct"


class Identity(Value):
    """One product and the launches that are it, with the evidence."""

    slug: str
    launches: tuple[tuple[str, str], ...]
    """(source, native_id), sorted."""
    keys: tuple[str, ...] = ()
    """Safe keys such as ``github:owner/repo``, ``arxiv:2607.09424``, ``site:example.com/app``."""
    tier: MergeTier = MergeTier.DISTINCT
    vetoes: tuple[str, ...] = ()
    claimed: tuple[str, ...] = ()
    """Keys that stood for another tool and stand for this one from now on: a name changed hands."""
    resembles: tuple[tuple[str, str], ...] = ()
    """(slug, reason) of other tools that an editor should compare it with, the likest first."""
