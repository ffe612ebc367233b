"""
Read a README, a model card or a licence: plain text, or Markdown with bits of HTML.

Pure: takes text of strangers, gives a page's lines and links. Commands in code blocks are lines like
any other, since they are what says how a product is installed.
"""

import re
from collections.abc import Iterator

from digest.model import PageLink, PageText
from digest.sources.page_text import MAX_LINE, MAX_LINES, MAX_LINKS, plain
from digest.sources.text import prose_of_html
from digest.sources.urls import web_url

MAX_CHARACTERS = 400_000
"""Of a file that are read; the longest READMEs have some 100,000."""
_HEAD = re.compile(r"\A---[ \t]*\n(?P<fields>.{0,20000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_LICENCE_FIELD = re.compile(
    r"^license:[ \t]*[\"']?(?P<name>[\w.-]{1,60})[\"']?[ \t]*$", re.MULTILINE
)
_IMAGE = re.compile(
    r"!\[[^\[\]]{0,300}\](?:\([^()\s]{0,1000}(?:\s[^()]{0,200})?\)|\[[^\[\]]{0,100}\])"
)
_LINK = re.compile(r"\[(?P<words>[^\[\]]{0,300})\]\((?P<url>[^()\s]{1,1000})(?:\s[^()]{0,200})?\)")
_REFERENCE = re.compile(r"^\s{0,3}\[[^\[\]]{1,100}\]:\s+(?P<url>\S{1,1000}).{0,300}$", re.MULTILINE)
_BARE = re.compile(r"(?<![(\[\"'=\w])https?://[^\s<>()\[\]\"'`]{4,1000}")
_HREF = re.compile(r"<a\b[^<>]{0,300}?href=[\"'](?P<url>[^\"'<>\s]{1,1000})[\"']", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_OPENING = re.compile(r"^[\s>]*(?:#{1,6}\s+|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+|\$\s+)?")
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3})(?=\S)([^*_\n]{1,300})(?<=\S)\1")
_RULE = re.compile(r"^[\s|:=*_~`-]*$")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")


def markdown_page(text: str, *, url: str) -> PageText:
    """
    Read a file.

    Args:
        text: All of it.
        url: Where it was found; relative addresses count from there.
    """
    text = text[:MAX_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n")
    head = _HEAD.match(text)
    body = text[head.end() :] if head else text
    field = _LICENCE_FIELD.search(head["fields"]) if head else None
    lines = tuple(_lines(_without_comments(body)))
    return PageText(
        title=lines[0] if lines else "",
        lines=lines,
        links=tuple(_links(body, base=url)),
        licence_field=field[0].strip() if field else "",
    )


def _lines(body: str) -> Iterator[str]:
    """Give lines; paragraphs wrapped over several are joined again, code is left as it is."""
    is_code = False
    paragraph: list[str] = []
    count = 0
    for raw in (*body.split("\n"), ""):
        is_fence = bool(_FENCE.match(raw))
        starts = is_fence or is_code or not raw.strip() or _begins(raw)
        if starts and paragraph:
            yield from _finished(" ".join(paragraph))
            paragraph.clear()
            count += 1
        if count >= MAX_LINES:
            return
        if is_fence:
            is_code = not is_code
        elif is_code:
            yield from _finished(_OPENING.sub("", raw, count=1), is_code=True)
            count += 1
        elif raw.strip():
            paragraph.append(raw[:MAX_LINE].strip())


def _begins(raw: str) -> bool:
    """Tell whether a line begins something of its own: a heading, a list's item, a table's row."""
    opening = _OPENING.match(raw)
    return bool(opening and opening[0].strip(" >")) or raw.lstrip().startswith(("|", "<"))


def _without_comments(text: str) -> str:
    """Drop HTML comments; one that never ends is dropped to the text's end."""
    kept = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        kept.append(text[at:start])
        end = text.find("-->", start)
        if end < 0:
            return "".join(kept)
        at = end + len("-->")
    return "".join((*kept, text[at:]))


def _finished(raw: str, *, is_code: bool = False) -> Iterator[str]:
    line = raw[: 2 * MAX_LINE]
    if not is_code:
        if _RULE.match(line):
            return
        line = _LINK.sub(r"\g<words>", _IMAGE.sub("", line))
        line = _REFERENCE.sub("", line)
        line = _OPENING.sub("", _EMPHASIS.sub(r"\2", line), count=1)
        if _TAG.search(line):
            line = prose_of_html(line, limit=MAX_LINE).replace("\n", " ")
        line = line.strip().strip("|").replace(" | ", " ")
    if words := plain(line):
        yield words


def _links(body: str, *, base: str) -> Iterator[PageLink]:
    found: dict[str, str] = {}
    for match in _LINK.finditer(_IMAGE.sub("image", body)):
        found.setdefault(match["url"], plain(match["words"], limit=300))
    for pattern in (_REFERENCE, _HREF):
        for match in pattern.finditer(body):
            found.setdefault(match["url"], "")
    for match in _BARE.finditer(body):
        found.setdefault(match[0].rstrip(".,;:!?"), "")
    for written, words in list(found.items())[:MAX_LINKS]:
        if url := web_url(written, base=base):
            yield PageLink(url=url, words=words)
