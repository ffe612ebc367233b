"""
From settings to parts: the one list that says what the program is made of.

A part is loaded when it is first asked for: a run that only fetches needs no mail, no panel and no
web page, and loading them takes longer than the run.
"""

# ruff: noqa: PLC0415 # see above

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest import __version__
from digest.errors import SettingsError
from digest.settings import Settings, TransportKind
from digest.store.engine import Database
from digest.store.migrate import require_schema

if TYPE_CHECKING:
    from digest.catalogue.embedders.base import Embedder
    from digest.catalogue.established import CatalogueFile
    from digest.catalogue.jobs import JobClassifier
    from digest.delivery.marker import MarkerFile
    from digest.delivery.transports.base import Transport
    from digest.mail.dkim.keys import DkimKey
    from digest.mail.stationery import Brand
    from digest.model import Job, Source
    from digest.panel.base import Panel
    from digest.panel.llm.panel import LlmPanel
    from digest.panel.rules import Rules
    from digest.sources.captures import CaptureStore
    from digest.sources.fetch import Fetcher
    from digest.steps.desk import WeeklyParts
    from digest.steps.enrich import EnrichParts
    from digest.steps.gate import SendRules
    from digest.steps.ingest import IngestParts
    from digest.steps.remake import ReplayParts
    from digest.steps.shift import SendParts

SECRET_BYTES = 32
SHORTEST_SECRET = 16


@dataclass(frozen=True)
class Resources:
    """The parts, each built from the settings when it is first asked for."""

    settings: Settings
    db: Database

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
    def brand(self) -> "Brand":
        """How the newsletter names itself in mails."""
        return brand_of(self.settings)

    @cached_property
    def dkim_keys(self) -> "tuple[DkimKey, ...]":
        """The keys that sign every mail; none where none is set. Raises SettingsError."""
        from digest.steps.signing import signing_keys

        return signing_keys(self.settings, sender_domain=self.brand.domain)

    def signing_remarks(self) -> tuple[str, ...]:
        """What receivers may hold against the signatures of our mail, or their lack."""
        from digest.steps.signing import signing_remarks

        return signing_remarks(
            self.settings, self.dkim_keys, is_rehearsal=is_rehearsal(self.settings)
        )

    @cached_property
    def templates_dir(self) -> Path:
        """The folder of mail templates: the setting, else the shipped one, else the checkout's."""
        if self.settings.templates_dir is not None:
            return self.settings.templates_dir
        shipped = Path(str(files("digest"))) / "email_templates"
        if shipped.is_dir():
            return shipped
        return Path(__file__).parents[2] / "email_templates"

    @cached_property
    def secret(self) -> bytes:
        """The key that signs links. Raises SettingsError."""
        return load_secret(self.settings, self.db)

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

    def send_parts(self) -> "SendParts":
        """What a send works with."""
        from digest.steps.shift import SendParts

        return SendParts(
            db=self.db,
            brand=self.brand,
            secret=self.secret,
            clock=self.settings.clock,
            lease=timedelta(seconds=self.settings.lease_seconds),
            rules=self.send_rules(),
            marker=self.marker(),
            keys=self.dkim_keys,
            workers=self.settings.send_workers,
            helper=self._helper(),
        )

    def _helper(self) -> tuple[str, ...]:
        """The command of a process that helps a send; none where what one keeps stays with it."""
        if self.settings.transport in {TransportKind.FILE, TransportKind.MEMORY}:
            return ()
        return (sys.executable, "-m", "digest.cli.helper")

    def send_rules(self) -> "SendRules":
        """What an operator set of a send as a whole."""
        from digest.steps.gate import SendRules

        return SendRules(
            limits=self.settings.send_limits,
            stop_after=timedelta(hours=self.settings.send_stop_after_hours),
            canary=self.settings.send_canary,
            canary_wait=timedelta(minutes=self.settings.send_canary_minutes),
            approval_holds=timedelta(days=self.settings.approval_days),
        )

    def marker(self) -> "MarkerFile":
        """The file that tells a restored backup."""
        from digest.delivery.marker import MarkerFile

        return MarkerFile(self.settings.marker_beside(self.settings.captures_dir))

    def transport(self) -> "Transport":
        """A fresh way out for mail; close it after use."""
        match self.settings.transport:
            case TransportKind.SMTP:
                from digest.delivery.transports.smtp import SmtpTransport

                return SmtpTransport(
                    self.settings.smtp_host,
                    self.settings.smtp_port,
                    helo=self.brand.domain,
                    connections=self.settings.send_connections,
                    tls=self.settings.smtp_tls,
                    is_tls=self.settings.smtp_is_tls,
                    ca_file=self.settings.smtp_ca_file,
                    login=self.settings.smtp_login,
                )
            case TransportKind.FILE:
                from digest.delivery.transports.file import FileTransport

                return FileTransport(self.settings.outbox_dir)
            case TransportKind.MEMORY:
                from digest.delivery.transports.memory import MemoryTransport

                return MemoryTransport()


def brand_of(settings: Settings) -> "Brand":
    """Give how the newsletter names itself, without a database."""
    from digest.mail.stationery import Brand

    return Brand(
        name=settings.sender_name,
        base_url=settings.base_url,
        sender_name=settings.sender_name,
        sender_address=settings.sender_address,
        postal_address=settings.postal_address,
        bounce_address=settings.bounce_address,
        unsubscribe_address=settings.unsubscribe_address,
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


def real_time() -> datetime:
    """
    Give the real time, whatever DIGEST_NOW says.

    A lease of a worker that died must run out, and a host's rest be over, in a rehearsal as well.
    """
    return datetime.now(UTC)


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


def load_secret(settings: Settings, database: Database) -> bytes:
    """
    Give the key that signs links.

    Unset, a key is made once and kept beside a SQLite database, readable by its owner only; with
    PostgreSQL it must be set, since several machines have to share it.
    """
    if settings.secret is not None:
        value = settings.secret.get_secret_value()
        if len(value) < SHORTEST_SECRET and not is_rehearsal(settings):
            raise SettingsError(
                "DIGEST_SECRET",
                f"{len(value)} characters are too few; use 32 random ones: "
                'python -c "import secrets; print(secrets.token_urlsafe(32))"',
            )
        return value.encode()
    if database.dialect != "sqlite" or not database.url.database:
        raise SettingsError(
            "DIGEST_SECRET", "must be set when the database is PostgreSQL: all machines share it"
        )
    return _kept_secret(Path(database.url.database).with_name("secret"))


def is_rehearsal(settings: Settings) -> bool:
    """Return True while links point nowhere public: a name reserved for examples, or loopback."""
    host = urlsplit(settings.base_url).hostname or ""
    return host in {"localhost", "127.0.0.1", "::1"} or host.endswith((".example", ".example.com"))


def _kept_secret(path: Path) -> bytes:
    """Read the key kept in a file, made on first need: whole from the start, and never replaced."""
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            "DIGEST_SECRET",
            f"is not set, and the key in {path} cannot be used ({error.strerror}); "
            "set it, or mend that file's rights",
        ) from error
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            "DIGEST_SECRET",
            f"is not set, and {path} holds no whole key; restore that file from its backup, or "
            "remove it: then a new key is made, and links in mails already sent stop working",
        )
    return secret


def _make_secret(path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # readable by us alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(SECRET_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: its key holds
            path.hardlink_to(name)
    finally:
        Path(name).unlink()
