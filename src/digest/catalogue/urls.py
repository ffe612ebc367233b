"""
Say which addresses are the same page, and which stand for one product.

Pure and offline: takes an address as a source gave it, gives its canonical form and what it names.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters, digits
from urllib.parse import parse_qsl, urlencode, urlsplit

from digest.catalogue.redirectors import above_of, unwrapped
from digest.model.hosts import is_address
from digest.model.hosts import registrable as registrable  # noqa: PLC0414 # the rules here are its other half

KEPT = 8_192
"""Addresses whose canonical form is remembered: one launch is asked for its own several times."""

_TRACKING = frozenset(
    {"ref", "ref_src", "fbclid", "gclid", "msclkid", "yclid", "igshid", "app_id", "mkt_tok"}
)
_TRACKING_BEGINNINGS = ("utm_", "mc_", "_hs")
_ANCHORED = re.compile(
    r"/(?:change-?logs?|releases?|release-notes|updates|whats-?new|news|letters?|issues?)(?:/|$)"
)
"""Paths of pages that tell of many things, one under each anchor."""

LISTINGS = (
    "producthunt.com", "news.ycombinator.com", "reddit.com", "redd.it", "lobste.rs", "dev.to",
    "openrouter.ai", "ollama.com", "theresanaiforthat.com", "arxiv.org", "huggingface.co",
    "github.com", "gitlab.com", "alternativeto.net",
)  # fmt: skip
"""Places that announce or hold products of others; an address there is never a product's own site."""

SHARED_HOSTS = (
    "vercel.app", "github.io", "gitlab.io", "netlify.app", "pages.dev", "workers.dev", "web.app",
    "firebaseapp.com", "herokuapp.com", "onrender.com", "fly.dev", "railway.app", "replit.app",
    "hf.space", "streamlit.app", "lovable.app", "bolt.host", "apps.apple.com", "play.google.com",
    "microsoftstore.com", "chromewebstore.google.com", "addons.mozilla.org", "notion.site",
    "notion.so", "discord.gg", "discord.com", "t.me", "x.com", "twitter.com", "t.co", "bit.ly",
    "tinyurl.com", "lnkd.in", "linktr.ee", "linkedin.com", "facebook.com", "instagram.com",
    "youtube.com", "youtu.be", "vimeo.com", "docs.google.com", "drive.google.com",
    "sites.google.com", "forms.gle", "medium.com", "substack.com", "wordpress.com", "blogspot.com",
    "gumroad.com", "itch.io", "gist.github.com", "webflow.io", "framer.website", "carrd.co",
    "typeform.com", "airtable.com", "figma.com",
)  # fmt: skip
"""Hosts that many makers share: an address there proves nothing about who made what."""

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(f"{ascii_letters}{digits}-._~")
_NAMED_ON_HF = frozenset({"spaces", "datasets"})
_HF_PAGES = frozenset(
    {"blog", "chat", "collections", "docs", "join", "learn", "login", "models", "organizations"}
    | {"papers", "posts", "pricing", "tasks"}
)
_GITHUB_PAGES = frozenset(
    {"about", "apps", "collections", "enterprise", "explore", "features", "login", "marketplace"}
    | {"orgs", "settings", "sponsors", "topics", "trending", "users"}
)
_REPOSITORY_PAGES = frozenset({"releases", "readme", "wiki", "tags"})
_ARXIV = re.compile(
    r"/(?:abs|pdf|html|papers)/((?:[a-z-]+(?:\.[a-z]{2})?/)?\d{4}\.?\d{3,5})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Address:
    """A canonical address in its parts."""

    host: str
    path: str
    """Without the slash at its end; empty for the root."""
    query: str = ""
    fragment: str = ""

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{self.fragment}" if self.fragment else ""
        return f"https://{self.host}{self.path}{query}{fragment}"

    @property
    def words(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(part for part in self.path.split("/") if part)


def canonical_url(url: str) -> str | None:
    """
    Give the one form of an address that all its spellings share; None where it is no web address.

    Scheme https, host in lower case without ``www.`` and default port, no slash at the end, no
    known tracking parameter, the other parameters sorted; the fragment only where it selects
    content. GitHub's owner and repository are in lower case, redirectors are unwrapped.
    """
    address = canonical(url)
    return str(address) if address else None


@lru_cache(maxsize=KEPT)
def canonical(url: str) -> Address | None:
    """Give the canonical address in its parts; None where it is no web address."""
    try:
        parts = urlsplit(unwrapped(url.strip()))
        host = _ascii((parts.hostname or "").rstrip(".").removeprefix("www."))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return None
    path = re.sub(r"/{2,}", "/", _unescaped(parts.path)).rstrip("/")
    if host == "github.com":
        path = _github_path(path)
    return Address(
        host=host if port in {None, 80, 443} else f"{host}:{port}",
        path=path,
        query=_query(parts.query),
        fragment=parts.fragment if _selects(parts.fragment, path) else "",
    )


def _ascii(host: str) -> str:
    """Give a host as it goes over the wire: ``xn--bcher-kva.example`` for ``bücher.example``."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _unescaped(path: str) -> str:
    """Write each octet the one way RFC 3986 (6.2.2) prefers: ``~`` for ``%7E``, ``%2F`` for ``%2f``."""
    return _ESCAPE.sub(
        lambda found: char if (char := chr(int(found[1], 16))) in _UNRESERVED else found[0].upper(),
        path,
    )


def _github_path(path: str) -> str:
    parts = path.split("/")
    owned = [part.lower() for part in parts[:3]]
    owned[-1] = owned[-1].removesuffix(".git") if len(parts) == len(owned) else owned[-1]
    return "/".join([*owned, *parts[3:]])


def _query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [
        (name, value)
        for name, value in pairs
        if name.lower() not in _TRACKING and not name.lower().startswith(_TRACKING_BEGINNINGS)
    ]
    return urlencode(sorted(kept))


def _selects(fragment: str, path: str) -> bool:
    """Tell whether the fragment picks a page or an entry; else it only scrolls."""
    if fragment.startswith(("/", "!/")):
        return True
    return bool(fragment) and bool(_ANCHORED.search(path.lower())) and ":~:" not in fragment


def is_on(host: str, domains: Collection[str]) -> bool:
    """Tell whether a host is one of these domains or below one."""
    return any(above in domains for above in above_of(host))


def github_repository(address: Address) -> tuple[str, str] | None:
    """
    Give owner and repository, in lower case, of an address that stands for the whole repository.

    None for a file or folder inside one: a repository may hold several products.
    """
    words = address.words
    if address.host != "github.com" or len(words) < 2 or words[0] in _GITHUB_PAGES:  # noqa: PLR2004 # owner and repository
        return None
    rest = words[2:]
    is_branch = rest[:1] == ("tree",) and len(rest) == 2  # noqa: PLR2004 # tree/<branch>
    if rest and not is_branch and rest[0].lower() not in _REPOSITORY_PAGES:
        return None
    return words[0], words[1]


def hugging_face_id(address: Address) -> str | None:
    """Give ``owner/name``, ``spaces/owner/name`` or ``datasets/owner/name``, in lower case."""
    words = tuple(word.lower() for word in address.words)
    if address.host not in {"huggingface.co", "hf.co"} or not words or words[0] in _HF_PAGES:
        return None
    size = 3 if words[0] in _NAMED_ON_HF else 2
    return "/".join(words[:size]) if len(words) >= size else None


def arxiv_id(address: Address) -> str | None:
    """Give a paper's identifier without its version, from arXiv or Hugging Face's page of it."""
    if not is_on(address.host, ("arxiv.org", "huggingface.co", "hf.co")):
        return None
    found = _ARXIV.match(address.path)
    return found[1].lower() if found else None


def own_site(address: Address) -> str | None:
    """Give host and path where they can stand for one product; None on hosts that many share."""
    host = address.host.partition(":")[0]
    if "." not in host or is_on(host, LISTINGS) or is_on(host, SHARED_HOSTS) or is_address(host):
        return None
    path = re.sub(r"/(?:index|home)(?:\.\w{3,5})?$", "", address.path)
    return str(Address(address.host, path, address.query, address.fragment)).removeprefix(
        "https://"
    )


def maker_label(host: str) -> str:
    """Give the word a maker registered: ``example`` for ``docs.example.com``."""
    return registrable(host).partition(".")[0]
