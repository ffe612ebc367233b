"""
Records in DNS that publish a key's public half: how they are written, and what is wrong with one.

Pure: takes keys and texts, gives texts.
"""

import re
from collections.abc import Iterator, Sequence

from digest.mail.dkim.keys import DkimKey
from digest.mail.dkim.verifying import tag_list

LONGEST_STRING = 255
"""Octets of one string of a TXT record (RFC 1035 3.3)."""


def strings(text: str) -> tuple[str, ...]:
    """Cut a record's text into strings; receivers join them with nothing between (RFC 6376 3.6.2.2)."""
    return tuple(text[at : at + LONGEST_STRING] for at in range(0, len(text), LONGEST_STRING))


def zone_line(key: DkimKey) -> str:
    """Give the record as a line of a zone file."""
    return f"{key.name}. IN TXT " + " ".join(f'"{part}"' for part in strings(key.record))


def problems(key: DkimKey, found: Sequence[str]) -> tuple[str, ...]:
    """
    Say why receivers would not find a key's signatures good.

    Args:
        key: As it signs.
        found: The texts of all TXT records at its name, the strings of each joined.

    Returns:
        A sentence for each reason; empty when nothing is wrong.
    """
    if not found:
        return ("no TXT record is there; publish the one of digest dkim record",)
    if len(found) > 1:
        return (f"{len(found)} TXT records are there, where one may stand; take the others away",)
    return tuple(f"the record {reason}" for reason in _reasons(key, found[0]))


def _reasons(key: DkimKey, text: str) -> Iterator[str]:
    tags = tag_list(text)
    if not re.match(r"\s*v\s*=\s*DKIM1\s*(;|$)", text) and "v" in tags:
        yield "does not begin with v=DKIM1"
    published = tags.get("p")
    if published is None:
        yield "has no p=, so it is no DKIM record or was not pasted whole"
    elif not published:
        yield "is revoked (p= is empty): sign with another selector"
    elif tags.get("k", "rsa") != key.kind:
        yield f"is of an {tags.get('k', 'rsa')} key, and mail is signed with an {key.kind} one"
    elif published != key.public:
        is_cut = key.public.startswith(published)
        yield "was not pasted whole" if is_cut else "is of another key than the one that signs"
    if "y" in tags.get("t", "").split(":"):
        yield "says that the domain only tests (t=y): receivers may take the mail for unsigned"
    if "sha256" not in tags.get("h", "sha256").split(":"):
        yield "allows no SHA-256 (h=)"
    if not {"*", "email"} & set(tags.get("s", "*").split(":")):
        yield "is not for mail (s=)"
