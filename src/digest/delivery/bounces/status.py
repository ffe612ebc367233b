"""
Judge one refused recipient: what its status code and the server's words say about the address.

Pure. Codes are those of RFC 3463 and its registry (RFC 5248). The rule in short: an address that does
not exist is hard, what is refused for what we are or sent is policy and nobody's fault but ours,
and all the rest, doubts included, is soft.
"""

import re

from digest.model import FeedbackKind

_HARD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.310"})
"""No such mailbox, no such domain, no address, moved, null MX, disabled; Exchange's unknown domain."""
_POLICY = frozenset({"5.1.7", "5.1.8"})
"""The sender's address is not liked: ours to mend, as all of 5.7.x."""
_SOFT = frozenset({"5.2.2", "5.2.3", "5.2.4", "5.3.4", "5.4.7"})
"""Full, too large for it, a list's trouble, too large for the server, too long on the way."""

_STATUS = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?![\d.]*\d)")
_REFUSAL = r"([45]\.[0-7]\.\d{1,3})(?![\d.]*\d)"
_AFTER_CODE = re.compile(rf"\b[45]\d\d[ -]{{1,2}}\(?#?{_REFUSAL}")
_ALONE = re.compile(rf"(?<![\d.]){_REFUSAL}")
_CODE = re.compile(r"(?<![\d.#])([245]\d\d)(?=[ -]|$)")
_ADDRESS = re.compile(r"[^\s<>]{1,64}@[^\s<>]{1,255}")
_LINE_START = re.compile(r"\s[245]\d\d-(?:[245]\.\d\.\d{1,3} )?")
"""The code that opens each line of a long reply: sentences run across it."""

_NO_MAILBOX = re.compile(
    r"""
    \b(?:user|mailbox|recipient|account|address(?:ee)?|alias|person)\b[^.;:]{0,40}\b
        (?:unknown|not\ (?:be\ )?found|(?:does\ not|doesn'?t|do\ not)\ exist|not\ exist|is\ invalid
        |no\ longer|disabled|inactive|deactivated|not\ active|closed|not\ known|unavailable)
    |\b(?:unknown|no\ such|invalid|bad|non-?existent|inactive|unrouteable|undeliverable)\ (?:local\ )?
        (?:user|mailbox|recipient|account|address|alias|person|destination)
    |\bnot\ a\ valid\ (?:user|mailbox|recipient|account|address)
    |no\ mailbox\ (?:here\ )?by\ that\ name|no\ mailbox\ here|recip(?:ient)?not\ ?found
    |not\ our\ customer|recipient\ address\ rejected:\ access\ denied
    |not\ listed\ in\ (?:the\ )?(?:domino|directory)|no\ longer\ (?:valid|on\ server|exists)
    |(?:doesn'?t|does\ not)\ have\ an?\ .{0,40}\baccount
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_DOMAIN = re.compile(
    r"(?:host|domain)(?: or domain)?(?: name)? (?:not found|unknown|does not exist|doesn'?t exist)"
    r"|(?:unknown|no such|non-?existent) (?:host|domain)|\bnxdomain\b|null mx"
    r"|all relevant mx records point to non-existent hosts|couldn'?t find any host"
    r"|couldn'?t be found|unrouteable mail domain",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(?:mail)?(?:box|folder|account|storage|inbox|disk|postfach|quota)\b[^.;]{0,30}\b"
    r"(?:full|voll|exceeded|exhausted|limit)"
    r"|over[ -]?quota|exceed\w{0,3}[^.;]{0,40}(?:quota|storage|mailbox size)"
    r"|insufficient (?:disk |system )?(?:storage|space)|out of (?:storage|disk|space)"
    r"|(?:is|too) full\b|not enough (?:disk )?(?:space|storage)",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:spam|junk|unsolicited|dnsbl|rbl|spamhaus|barracuda|spamcop|phish\w*|malware|virus"
    r"|dmarc|spf|dkim|unauthenticated|blocked|banned|reputation|prohibit\w{0,5}|suspicious|ptr)\b"
    r"|black-?\ ?list|block-?\ ?list|\bdeny-?\ ?list|listed (?:by|at|in|on) \S+\.\S+"
    r"|reverse dns|policy|policies|violat|content (?:rejected|denied|filter)|bulk (?:mail|sender)"
    r"|authentication (?:required|requirements|check|failed|level)|access denied"
    r"|not (?:allowed|permitted|authori[sz]ed)"
    r"|sender (?:address )?(?:rejected|denied|refused)|mail rejected by|message rejected as",
    re.IGNORECASE,
)
_ABOUT_US = re.compile(
    r"sender (?:address|domain|verify)|(?:helo|ehlo) command|client (?:host|ip|address)"
    r"|from address|mail from\b|return-path|reverse|\bptr\b|sending (?:ip|host|server)",
    re.IGNORECASE,
)
"""Whose domain was not found, whose address was rejected: the sender's."""
_BUSY = re.compile(
    r"receiving (?:mail|email|messages) (?:at a rate|too (?:quickly|fast))|gr[ae]y-?list",
    re.IGNORECASE,
)
_LATER = re.compile(
    rf"{_BUSY.pattern}|try again later|temporar|timed? ?out|expired|retry time"
    r"|too many (?:connections|messages|recipients)",
    re.IGNORECASE,
)


def judged(status: str | None, words: str) -> tuple[FeedbackKind, str | None]:
    """
    Judge a recipient that was given up.

    Args:
        status: What the report's Status field says, or None.
        words: The server's reply or the report's text, any length that was cut to reason.

    Returns:
        HARD, SOFT or POLICY, with the code that was judged: one in the words beats a Status that
        names no detail (5.0.0, 5.1.0). None where none was written.
    """
    code = _code_of(status, words)
    plain = _plain(words)
    if code is None:
        reply = _CODE.search(words)
        passes = reply is not None and reply[1][0] == "4"
        return FeedbackKind.SOFT if passes else _by_words(plain), None
    # 4.x.x said "later" to the end, whatever its words; 2.x.x with "failed" contradicts itself.
    return (_by_code(code, plain) if code[0] == "5" else FeedbackKind.SOFT), code


def has_reason(words: str) -> bool:
    """Tell whether text names a reason at all: a code, or words that are known here."""
    plain = _plain(words)
    known = (_NO_MAILBOX, _NO_DOMAIN, _FULL, _REFUSED, _ABOUT_US, _LATER)
    has_code = refusal_in(words) is not None or _CODE.search(words) is not None
    return has_code or any(pattern.search(plain) for pattern in known)


def status_in(field: str) -> str | None:
    """Give the code of a Status field; many have remarks behind it."""
    found = _STATUS.search(field)
    return found[1] if found else None


def refusal_in(words: str) -> str | None:
    """Give the 4.x.x or 5.x.x in a text: behind a reply code, or the first that stands alone."""
    found = _AFTER_CODE.search(words) or _ALONE.search(words)
    return found[1] if found else None


def _plain(words: str) -> str:
    """Give words on one line, without addresses: ``spam@…`` and ``quota@…`` are people."""
    return " ".join(_LINE_START.sub(" ", _ADDRESS.sub("", words)).split())


def _code_of(status: str | None, words: str) -> str | None:
    given, told = status_in(status or ""), refusal_in(words)
    if given is None or (given.endswith(".0") and told is not None and not told.endswith(".0")):
        return told or given
    return given


def _by_code(code: str, plain: str) -> FeedbackKind:
    if code.startswith("5.7.") or code in _POLICY:
        return FeedbackKind.POLICY
    if code in _SOFT:
        return FeedbackKind.SOFT
    if code not in _HARD:
        return _by_words(plain)
    # A lasting code for what lasts a day, or for us: seen often enough to look at the words as well.
    if _BUSY.search(plain) or (_FULL.search(plain) and not _NO_MAILBOX.search(plain)):
        return FeedbackKind.SOFT
    if _REFUSED.search(plain) and not _names_nobody(plain):
        return FeedbackKind.POLICY
    return FeedbackKind.HARD


def _by_words(plain: str) -> FeedbackKind:
    if _FULL.search(plain):
        return FeedbackKind.SOFT
    is_ours = _ABOUT_US.search(plain) is not None
    if not is_ours and _names_nobody(plain):
        return FeedbackKind.HARD
    if (is_ours or _REFUSED.search(plain)) and not _LATER.search(plain):
        return FeedbackKind.POLICY
    return FeedbackKind.SOFT


def _names_nobody(plain: str) -> bool:
    return bool(_NO_MAILBOX.search(plain) or _NO_DOMAIN.search(plain))
