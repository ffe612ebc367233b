"""The key that signs links: as it was set, or made once and kept beside a SQLite database."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from digest.errors import SettingsError
from digest.settings import Settings
from digest.store.engine import Database

SECRET_BYTES = 32
SHORTEST_SECRET = 16


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
