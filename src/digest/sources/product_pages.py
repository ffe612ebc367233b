"""
Read a response of a product's own site: is it content, and what does it say.

Pure: bytes in, a reading out, whatever they are. An error page that is served as a success, a
login, a parked domain or a page that only scripts fill is never content; each says why.
"""

import re
from collections.abc import Sequence
from typing import Any

from digest.model import Capture, PageOutcome, PageReading, PageText
from digest.sources.charset import MAX_DAMAGE, decode
from digest.sources.markdown import markdown_page
from digest.sources.page_text import (
    asks_for_password,
    headings,
    length_of,
    page_text,
    parse_markup,
)
from digest.sources.readings import is_challenge, is_html

READER_VERSION = "pages-1"
"""Validators belong to it: pages are fetched whole again once they are read in another way."""
MAX_OCTETS = 8 * 1024 * 1024
"""Of a page; the largest honest price page seen has 2.6 MB."""
FEWEST_CHARACTERS = 200
"""Below it a page for people says nothing worth a fact."""
FEWEST_IN_FILES = 20
"""The same for a README or a licence."""
SHORT = 1_500
"""Characters below which a page whose words speak of an error is one."""
_SHOWN = 80

_ERROR_TITLE = re.compile(
    r"^\W*(?:error\W*|http\W*)?(?:40[0134]|410|50[0-4])\b"
    r"|\b(?:error|status)\W{0,3}(?:40[0134]|410|50[0-4])\b"
    r"|\b(?:page|site|domain|deployment|project|document|content)\s(?:you\W+\w+\W+)?"
    r"(?:(?:was|is|could|can)\s?(?:not|n['’]t)|cannot|can['’]t|couldn['’]t)\s(?:be\s)?found\b"
    r"|\b(?:page|file|deployment|site) not found\b|^\W*not found\W*$|\b404\b.{0,20}not found\b"
    r"|页面(?:不存在|未找到|找不到)|找不到(?:该|此)?页面|ページが見つかりません"
    r"|\bseite (?:wurde )?nicht gefunden\b|\bpage (?:introuvable|non trouvée)\b"
    r"|\bpágina no encontrada\b",
    re.IGNORECASE,
)
_ERROR_WORDS = re.compile(
    r"\b(?:this|that|the|your) page (?:you (?:were|are|['’]re)[\w ]{0,30} )?"
    r"(?:does(?:n['’]t| not) exist|no longer exists|could(?:n['’]t| not) be found|"
    r"can(?:['’]t|not) be found|isn['’]t (?:here|available)|has (?:been )?(?:moved|removed))\b"
    r"|\bnothing (?:was found|here)\b|\bapplication error: a (?:client|server)-side exception\b"
    r"|\bsomething went wrong\b|\binternal server error\b|\bbad gateway\b"
    r"|\bservice (?:temporarily )?unavailable\b|\bthere isn['’]t a github pages site here\b"
    r"|\bdeployment_not_found\b|\bno such (?:app|bucket|site)\b|\bdown for (?:maintenance|repairs)\b",
    re.IGNORECASE,
)
_PARKED = re.compile(
    r"\b(?:domain (?:name )?(?:is|may be) (?:for sale|parked|available)|buy this domain|"
    r"this domain (?:has expired|is (?:registered|parked))|domain parking|parked (?:free|domain)|"
    r"future home of|welcome to nginx|apache2? .{0,20}default page|iis windows server|"
    r"(?:website|site) (?:is )?(?:coming soon|under construction))\b"
    r"|该域名(?:正在)?出售|域名停放",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\b(?:sign|log) ?in (?:to|with|required)\b|\bplease (?:sign|log) ?in\b|\bforgot (?:your )?password\b"
    r"|^\W*(?:sign|log) ?in\b",
    re.IGNORECASE,
)
_COOKIE_WALL = re.compile(
    r"\b(?:accept|reject|allow|manage) (?:all |your )?(?:cookies?|consent)|\bwe (?:use|value) (?:cookies|your privacy)\b"
    r"|\bbefore you continue\b",
    re.IGNORECASE,
)
_SCRIPTS = re.compile(
    r"\benable javascript\b|\bjavascript (?:is )?(?:required|disabled)\b", re.IGNORECASE
)


def read_product_page(capture: Capture, body: bytes) -> PageReading:
    """
    Read one response whose status was good.

    Args:
        capture: Its description; the final address is what links count from.
        body: Its octets, decoded.
    """
    if len(body) > MAX_OCTETS:
        return unreadable(f"{len(body):,} octets, more than any page about a product has")
    decoded = decode(body, capture.content_type)
    if decoded.damage > MAX_DAMAGE or "\0" in decoded.text:
        return unreadable("no text: " + (capture.content_type[:_SHOWN] or "no type is stated"))
    if is_challenge(decoded.text):
        return PageReading(
            outcome=PageOutcome.BLOCKED, reason="a bot check (challenge page) instead of content"
        )
    if is_html(decoded.text) or "html" in capture.content_type.lower():
        return _read_html(decoded.text, capture.final_url)
    return _read_file(decoded.text, capture)


def _read_html(text: str, url: str) -> PageReading:
    root = parse_markup(text)
    if root is None:
        return unreadable("an empty page")
    page = page_text(root, url=url)
    if reason := _trouble(page, root, raw=text):
        return unreadable(reason)
    return PageReading(outcome=PageOutcome.OK, page=page)


def _read_file(text: str, capture: Capture) -> PageReading:
    kind = capture.content_type.partition(";")[0].strip().lower()
    if kind and not kind.startswith("text/") and kind != "application/octet-stream":
        return unreadable(f"no web page but {kind[:_SHOWN]}")
    page = markdown_page(text, url=capture.final_url)
    length = sum(map(len, page.lines))
    if length < FEWEST_IN_FILES:
        return unreadable(f"only {length} characters of text")
    if length < SHORT and _ERROR_TITLE.search(page.lines[0]):
        return unreadable(f"an error page served as a success: {page.lines[0][:_SHOWN]!r}")
    return PageReading(outcome=PageOutcome.OK, page=page)


def unreadable(reason: str) -> PageReading:
    """A page that came and holds nothing to read."""
    return PageReading(outcome=PageOutcome.UNREADABLE, reason=reason)


def _trouble(page: PageText, root: Any, *, raw: str) -> str | None:
    """Say why a page is no content; long text is content whatever it mentions."""
    length = length_of(page)
    titles = (page.title, *headings(root))
    if length < 2 * SHORT and (found := _said(_ERROR_TITLE, titles)):
        return f"an error page served as a success: {found!r}"
    if length < SHORT and (reason := _trouble_of_short(page, root, length)):
        return reason
    return _thin(length, raw) if length < FEWEST_CHARACTERS else None


def _trouble_of_short(page: PageText, root: Any, length: int) -> str | None:
    told = "\n".join((page.title, *page.lines[:40]))
    if found := _said(_PARKED, (told,)):
        return f"a parked domain or an empty server: {found!r}"
    is_very_short = length < SHORT // 2
    if is_very_short and (found := _said(_ERROR_WORDS, (told,))):
        return f"an error page served as a success: {found!r}"
    if asks_for_password(root) or (is_very_short and _LOGIN.search(page.title)):
        return "a login instead of content"
    if length < 2 * FEWEST_CHARACTERS and _COOKIE_WALL.search(told):
        return "a question about cookies instead of content"
    return None


def _thin(length: int, raw: str) -> str:
    needs = "; it wants JavaScript, which is not run" if _SCRIPTS.search(raw) else ""
    return f"only {length} characters of text{needs}"


def _said(pattern: re.Pattern[str], texts: Sequence[str]) -> str | None:
    """Give the words that fit in the first of these texts that has some."""
    found = (pattern.search(text) for text in texts)
    return next((match[0].strip()[:_SHOWN] for match in found if match), None)
