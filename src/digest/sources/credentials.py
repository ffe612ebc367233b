"""
Which credentials a kind shows to which host, and what to say where one is missing.

Pure: takes secrets and a request's target, gives headers. A secret goes to the host it belongs to
and to no other; over plain http only to a private host that the operator named.
"""

import base64
from dataclasses import dataclass, field

from digest.errors import BlockedError
from digest.sources.address import AllowedHosts, Target, read_url, stored_url


@dataclass(frozen=True, slots=True)
class Credential:
    """What lets a kind in: one token, or a client's name and secret that a token is had for."""

    host: str
    """The host the token belongs to."""
    settings: tuple[str, ...]
    """Names of the variables: the token's, or the client's identifier and secret."""
    is_needed: bool = False
    """True where nothing is to be had without it."""
    token_host: str = ""
    """Where a client's secret is exchanged for a token (OAuth client credentials)."""
    token_path: str = ""

    def needs(self, url: str, what: str) -> BlockedError:
        """Make the error for a source that has nothing to show; ``what`` is to be done."""
        return BlockedError(
            stored_url(url),
            f"needs an account of your own: {what}, or switch the source off with enabled = false",
        )


PRODUCT_HUNT = Credential("api.producthunt.com", ("DIGEST_PRODUCTHUNT_TOKEN",), is_needed=True)
GITHUB = Credential("api.github.com", ("DIGEST_GITHUB_TOKEN",))
HUGGING_FACE = Credential("huggingface.co", ("DIGEST_HUGGINGFACE_TOKEN",))
REDDIT = Credential(
    "oauth.reddit.com",
    ("DIGEST_REDDIT_CLIENT_ID", "DIGEST_REDDIT_CLIENT_SECRET"),
    is_needed=True,
    token_host="www.reddit.com",  # noqa: S106 # a name
    token_path="/api/v1/access_token",  # noqa: S106 # an address
)


@dataclass(frozen=True, slots=True)
class Pass:
    """An Authorization header, and the one host that may see it."""

    host: str
    header: str = field(repr=False)

    def fits(self, target: Target, *, allowed: AllowedHosts) -> bool:
        """Say whether ``target`` may see it: its own host, over https or in a private rehearsal."""
        return target.host == self.host and (target.scheme == "https" or allowed.names(target))


def pass_host(credential: Credential, url: str, *, allowed: AllowedHosts) -> str | None:
    """
    Give the host that a credential is shown to when ``url`` is asked.

    Returns:
        The credential's own host, or a private one that the operator named: a rehearsal of it; None
        where ``url`` is elsewhere, which may not see it.
    """
    target = read_url(url)
    is_at_home = target.host == credential.host or allowed.names(target)
    return target.host if is_at_home else None


def bearer(token: str) -> str:
    """Give the header's value for a token."""
    return f"Bearer {token}"


def basic(identifier: str, secret: str) -> str:
    """Give the header's value for a client's identifier and secret."""
    return "Basic " + base64.b64encode(f"{identifier}:{secret}".encode()).decode()
