"""What the pages are made of: handed in once, so that a page asks nobody else."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from digest.delivery.webhooks.hooks import Webhook
from digest.model import Source
from digest.panel.rulebook import Rules
from digest.steps.gate import SendRules
from digest.store.engine import Database

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of the web app."""

    db: Database
    secret: bytes
    """Key that signs links."""
    base_url: str
    """Public address, without a slash at its end."""
    brand: str
    """Name of the newsletter."""
    contact: str
    """Address for corrections, questions and objections."""
    postal_address: str
    rules: Rules
    """What the method page is made from."""
    clock: Callable[[], datetime]
    """Aware, UTC."""
    mail_confirmation: Callable[[str, str], None]
    """Called with an address and a confirm URL; may raise a DigestError, which is logged."""
    job_labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Reader's words by job key."""
    sources: Callable[[], Sequence[Source]] = tuple
    """The sources file's; may raise a DigestError, which operators are shown."""
    build: Callable[[str], None] | None = None
    """Builds a week's issue anew; may raise a DigestError, which editors are shown."""
    send_rules: SendRules = SendRules()  # noqa: RUF009 # a frozen value
    """What an operator set of sends."""
    operator_password: SecretStr | None = None
    """What operators log in with; None: they are let in from this machine in a rehearsal only."""
    is_rehearsal: bool = False
    """True while the public address is a name for examples, or loopback."""
    hooks: Mapping[str, Webhook] = field(default_factory=lambda: MappingProxyType({}))
    """What takes the posts of mail services, by name; of the others nothing is taken."""
    ticks: Callable[[], float] = time.time
    """Seconds that pass even while ``clock`` stands still, as in a rehearsal; for limits."""
    templates: Path = HERE / "templates"
    static: Path = HERE / "static"

    def url(self, path: str) -> str:
        """Give the public address of a path that begins with a slash."""
        return self.base_url + path
