"""How our token travels: in the envelope sender, and by name where a service writes its own."""

TOKEN_NAME = "digest-token"  # noqa: S105 # a name
"""Of a tag or a piece of metadata that holds our token."""
ID_NAME = "digest-id"
"""Of a piece of metadata that holds our Message-ID, without its angle brackets."""


def token_of(sender: str) -> str | None:
    """Give TOKEN of ``local+TOKEN@domain``, whatever it means; None where there is none."""
    _, plus, token = sender.rpartition("@")[0].rpartition("+")  # local may hold one as well
    return (plus and token) or None
