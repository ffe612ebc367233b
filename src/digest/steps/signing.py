"""The keys that sign mail, from the settings, and what there is to say of them before a send."""

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr

from digest.errors import DigestError, SettingsError
from digest.mail.dkim.keys import DkimKey, KeyKind, new_key, read_key
from digest.settings import Settings, TransportKind
from digest.settings.servers import LOOPBACK


def signing_keys(settings: Settings, *, sender_domain: str) -> tuple[DkimKey, ...]:
    """
    Give the keys that sign every mail, RSA first; none where none is set.

    Args:
        settings: Name the selectors, the files or the keys themselves.
        sender_domain: Of the address in From, in A-labels.

    Raises:
        SettingsError: A key cannot be read or used, or its domain does not vouch for the sender.
    """
    domain = settings.dkim_domain or sender_domain
    wanted = (
        ("DIGEST_DKIM", KeyKind.RSA, settings.dkim_selector),
        ("DIGEST_DKIM_ED25519", KeyKind.ED25519, settings.dkim_ed25519_selector),
    )
    if settings.dkim_selector and not is_aligned(domain, sender_domain):
        raise SettingsError(
            "DIGEST_DKIM_DOMAIN",
            f"{domain} does not vouch for {sender_domain} (DMARC): take that domain, or one above "
            "or below it",
        )
    kept = {
        KeyKind.RSA: (settings.dkim_key_file, settings.dkim_key),
        KeyKind.ED25519: (settings.dkim_ed25519_key_file, settings.dkim_ed25519_key),
    }
    return tuple(
        _key(*kept[kind], prefix=prefix, kind=kind, selector=selector, domain=domain)
        for prefix, kind, selector in wanted
        if selector
    )


def is_aligned(domain: str, sender_domain: str) -> bool:
    """Return True if a signature of ``domain`` counts for the sender's in DMARC's relaxed way."""
    return (
        domain == sender_domain
        or sender_domain.endswith(f".{domain}")
        or domain.endswith(f".{sender_domain}")
    )


def signing_remarks(
    settings: Settings, keys: Sequence[DkimKey], *, is_rehearsal: bool
) -> tuple[str, ...]:
    """
    Say what receivers may hold against the signatures, or against there being none.

    A relay may sign as well: on this machine nothing is said, elsewhere it is only a remark.
    """
    if settings.transport.is_service and settings.dkim_selector:
        name = settings.transport
        return (f"mail leaves without a signature of ours: {name} signs; unset DIGEST_DKIM_*",)
    if keys:
        return tuple(text for key in keys for text in key.remarks)
    host = settings.smtp_host
    if settings.transport is not TransportKind.SMTP or host in LOOPBACK or is_rehearsal:
        return ()
    unsigned = "mail leaves unsigned (DIGEST_DKIM_SELECTOR is not set)"
    return (f"{unsigned}; large receivers refuse it unless {host} signs: docs/sending.md",)


def write_new_key(path: Path, *, kind: KeyKind) -> None:
    """
    Write a new private key to a file that its owner alone can read.

    Raises:
        DigestError: The file exists, or cannot be written; nothing of it is left then.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise DigestError(
            f"{path} exists, and a key is never overwritten; name another file (and another "
            "selector: one name has one key)"
        ) from error
    except OSError as error:
        raise DigestError(f"{path} cannot be written ({error.strerror}); name another") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(new_key(kind))
    except OSError as error:
        path.unlink()
        raise DigestError(f"{path} cannot be written ({error.strerror}); name another") from error


def _key(
    file: Path | None,
    given: SecretStr | None,
    *,
    prefix: str,
    kind: KeyKind,
    selector: str,
    domain: str,
) -> DkimKey:
    setting = f"{prefix}_KEY_FILE" if file else f"{prefix}_KEY"
    try:
        pem = file.read_bytes() if file else given.get_secret_value().encode() if given else b""
    except OSError as error:
        raise SettingsError(
            setting, f"{file} cannot be read ({error.strerror}); mend its path or its rights"
        ) from error
    return read_key(pem, kind=kind, selector=selector, domain=domain, setting=setting)
