"""What a mail says of one recipient, before it is known which mail of ours that was about. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from digest.model import FeedbackKind

WORST_FIRST = (
    FeedbackKind.COMPLAINT,
    FeedbackKind.HARD,
    FeedbackKind.POLICY,
    FeedbackKind.SOFT,
    FeedbackKind.UNSUBSCRIBE,
    FeedbackKind.AUTO_REPLY,
    FeedbackKind.DELIVERED,
    FeedbackKind.NONE,
)
MAX_RECIPIENTS = 100
"""Recipients of one report that are told: our mails have one each."""

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,64}@[^\s<>()\[\],;:\"\\@]{1,255}")
_BLOTTED = re.compile(r"(xx+|\*+|redacted.*|removed)@.*|.*@redacted.*", re.IGNORECASE)
"""How providers make an address unreadable before they tell of a complaint."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One recipient and what became of it; ``words`` are the server's, of any length."""

    kind: FeedbackKind
    recipient: str | None = None
    status: str | None = None
    words: str = ""


def address_in(text: str) -> str | None:
    """Give the first address in a text, or None; an address blotted out is none."""
    found = _ADDRESS.search(text)
    if not found:
        return None
    address = found[0].rstrip(".")
    return address if address.isprintable() and not _BLOTTED.fullmatch(address) else None


def worst_of_each(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep the worst finding of each recipient, in the order recipients first came up."""
    worst: dict[str, Finding] = {}
    for finding in findings:
        key = (finding.recipient or "").lower()
        known = worst.get(key)
        if known is None or _rank(finding) < _rank(known):
            worst[key] = finding
    return tuple(worst.values())


def _rank(finding: Finding) -> int:
    return WORST_FIRST.index(finding.kind)
