"""
From settings to parts: the one list that says what the program is made of.

A part is loaded when it is first asked for: a run that only fetches needs no mail, no panel and no
web page, and loading them takes longer than the run.
"""

# ruff: noqa: PLC0415 # see above

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from digest import __version__
from digest.errors import SettingsError
from digest.settings import Settings
from digest.store.engine import Database
from digest.store.migrate import require_schema
from digest.wiring.mail import MailResources, brand_of, real_time
from digest.wiring.secret import is_rehearsal, load_secret

if TYPE_CHECKING:
    from digest.catalogue.embedders.base import Embedder
    from digest.catalogue.established import CatalogueFile
    from digest.catalogue.jobs import JobClassifier
    from digest.model import Job, Source
    from digest.panel.base import Panel
    from digest.panel.llm.panel import LlmPanel
    from digest.panel.rules import Rules
    from digest.sources.captures import CaptureStore
    from digest.sources.fetch import Fetcher
    from digest.steps.desk import WeeklyParts
    from digest.steps.enrich import EnrichParts
    from digest.steps.ingest import IngestParts
    from digest.steps.remake import ReplayParts

__all__ = [
    "Resources",
    "brand_of",
    "is_rehearsal",
    "load_secret",
    "model_panel",
    "open_resources",
    "real_time",
]


@dataclass(frozen=True)
class Resources(MailResources):
    """The parts, each built from the settings when it is first asked for."""

    @cached_property
    def sources(self) -> "tuple[Source, ...]":
        """The sources of sources.toml, in its order. Raises SourcesFileError."""
        from digest.sources.config import load_sources

        return load_sources(self.settings.sources)

    @cached_property
    def labels(self) -> dict[str, str]:
        """Names for readers by source name; of what no sources file has as well."""
        from digest.model import INCUMBENTS
        from digest.sources.parsers import KINDS

        ours = {INCUMBENTS: "Catalogue of established tools"}
        walled = {kind.name: kind.label for kind in KINDS.values() if kind.is_supplied}
        return ours | walled | {source.name: source.label or source.name for source in self.sources}

    @cached_property
    def captures(self) -> "CaptureStore":
        """The store of responses; nothing of it is opened yet."""
        from digest.sources.captures import CaptureStore

        return CaptureStore(self.settings.captures_dir)

    def replay_parts(self) -> "ReplayParts":
        """What a replay works with."""
        from digest.steps.remake import ReplayParts

        return ReplayParts(db=self.db, captures=self.captures, sources=self.sources)

    def fetcher(self) -> "Fetcher":
        """A fetcher for one run; use it as an async context manager."""
        from digest.delivery.workers import is_alive, this_worker
        from digest.sources.fetch import Fetcher
        from digest.sources.hosts import HostBook
        from digest.store import sources as source_store
        from digest.store.hosts import HostTable

        with self.db.read() as session:
            known_robots = source_store.robots_texts(session)
        hosts = HostTable(self.db)
        hosts.take_from_dead(is_alive=is_alive, now=real_time())
        return Fetcher(
            user_agent=f"digest/{__version__} (+{self.settings.contact_url})",
            allowed_private_hosts=self.settings.allowed_private_hosts,
            clock=self.settings.clock,
            known_robots=known_robots,
            book=HostBook(hosts, holder=this_worker(), clock=real_time),
            secrets=self.settings.source_secrets,
        )

    @cached_property
    def jobs(self) -> "tuple[Job, ...]":
        """The jobs taxonomy."""
        from digest.catalogue.jobs import load_jobs

        return load_jobs()

    @cached_property
    def classifier(self) -> "JobClassifier":
        """What says which job a tool does."""
        from digest.catalogue.jobs import JobClassifier

        return JobClassifier(self.jobs, seen_by=self.embedder.model if self.embedder else None)

    @cached_property
    def embedder(self) -> "Embedder | None":
        """What tells the meaning of texts; None, and words alone decide, unless one is set."""
        from digest.catalogue.embedders.choice import chosen_embedder

        return chosen_embedder(
            model=self.settings.embeddings_model,
            url=self.settings.embeddings_url,
            key=self.settings.embeddings_key,
            timeout_s=self.settings.embeddings_seconds,
        )

    @cached_property
    def incumbents(self) -> "tuple[CatalogueFile, ...]":
        """The catalogue of established tools that ships with the program."""
        from digest.catalogue.established import packaged

        return packaged()

    @cached_property
    def rules(self) -> "Rules":
        """The rule panel's rules."""
        from digest.panel.rules import load_rules

        return load_rules()

    @cached_property
    def panel(self) -> "Panel":
        """Who reviews what readers will see: a model where one is set, else the checklist."""
        if self.settings.panel_model is None:
            from digest.panel.base import RulePanel

            return RulePanel()
        return model_panel(self.settings, self.rules)

    @cached_property
    def templates_dir(self) -> Path:
        """The folder of mail templates: the setting, else the shipped one, else the checkout's."""
        if self.settings.templates_dir is not None:
            return self.settings.templates_dir
        shipped = Path(str(files("digest"))) / "email_templates"
        if shipped.is_dir():
            return shipped
        return Path(__file__).parents[3] / "email_templates"

    def ingest_parts(self, fetcher: "Fetcher") -> "IngestParts":
        """What ingestion works with."""
        from digest.steps.ingest import IngestParts

        return IngestParts(
            db=self.db, fetcher=fetcher, captures=self.captures, clock=self.settings.clock
        )

    def enrich_parts(self, fetcher: "Fetcher") -> "EnrichParts":
        """What visiting tools' own pages works with."""
        from digest.steps.enrich import EnrichParts

        return EnrichParts(
            db=self.db, fetcher=fetcher, captures=self.captures, clock=self.settings.clock
        )

    def weekly_parts(self) -> "WeeklyParts":
        """What a build works with."""
        from digest.steps.desk import WeeklyParts

        return WeeklyParts(
            db=self.db,
            jobs=self.jobs,
            rules=self.rules,
            brand=self.brand,
            templates_dir=self.templates_dir,
            zone=self.settings.zone,
            labels=self.labels,
            switched_off=tuple(source.name for source in self.sources if not source.enabled),
            panel=self.panel,
            captures=self.captures,
        )


def model_panel(settings: Settings, rules: "Rules") -> "LlmPanel":
    """Give the panel of models that the settings name. Raises SettingsError."""
    try:
        from digest.panel.llm.assembly import assemble
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"pydantic_ai", "genai_prices"}:
            raise
        raise SettingsError(
            "DIGEST_PANEL_MODEL",
            "needs the extra llm, which is not installed: pip install 'digest[llm]', or leave the "
            "variable empty for the checklist",
        ) from error
    return assemble(settings, rules)


@contextmanager
def open_resources(settings: Settings) -> Iterator[Resources]:
    """
    Open the database on the right schema and hand out the parts.

    Raises:
        StoreError: The database cannot be opened.
        SchemaError: Its schema is not this program's.
    """
    database = Database(settings.database_url)
    try:
        require_schema(database)
        yield Resources(settings=settings, db=database)
    finally:
        database.close()
