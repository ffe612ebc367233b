"""What addresses of APIs must look like, in settings."""

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def api_root(value: str, *, key: str) -> str:
    """
    Give the root of an API without a slash at its end.

    Args:
        value: As it was set.
        key: The variable that the server's key belongs in.

    Raises:
        ValueError: It is no address, or holds a login.
    """
    if "@" in value:  # not repeated: it may hold a password
        raise ValueError(f"holds a login; give the key in {key}")
    try:
        parts = urlsplit(value)
        _ = parts.port  # raises where it is no port number
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError(f"{value!r} is not of the form https://host/v1")
    return value.rstrip("/")
