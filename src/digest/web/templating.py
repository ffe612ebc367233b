"""The template room: what every template may use, with everything escaped unless it is Markup."""

import hashlib
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from digest.errors import RenderError
from digest.model import Choice
from digest.model.wording import counted, day, joined, moved
from digest.web import prose, urls, words
from digest.web.health_views import moment
from digest.web.meta import Meta
from digest.web.parts import Parts


class Site:
    """The parts, and the pages made of them."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._room = _environment(parts)

    def page(
        self,
        template: str,
        *,
        meta: Meta,
        status: int = HTTPStatus.OK,
        headers: dict[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Give a page made of a template."""
        text = self._room.get_template(template).render(meta=meta, **values)
        return HTMLResponse(text, status_code=status, headers=headers)

    def notice(
        self,
        title: str,
        *lines: str,
        path: str,
        status: int = HTTPStatus.OK,
        action: tuple[str, str] | None = None,
        onward: tuple[str, str] = ("To the latest issue", urls.HOME),
        headers: dict[str, str] | None = None,
    ) -> HTMLResponse:
        """
        Give a short page: a heading, a few lines and at most one button.

        Args:
            title: Heading.
            lines: One paragraph each, at least one.
            path: Canonical path, without any token.
            status: HTTP status.
            action: Words on the button, and the path it posts to.
            onward: Words of the link below, and its path.
            headers: Besides those every answer has.
        """
        meta = Meta(title=title, description=lines[0], path=path, is_listed=False)
        values = {"title": title, "lines": lines, "action": action, "onward": onward}
        return self.page("notice.html", meta=meta, status=status, headers=headers, **values)


def _environment(parts: Parts) -> Environment:
    if not (parts.templates / "base.html").is_file():
        raise RenderError(str(parts.templates), "no base.html there; the installation is damaged")
    room = Environment(
        loader=FileSystemLoader(parts.templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    room.globals.update(
        parts=parts,
        urls=urls,
        words=words,
        counted=counted,
        joined=joined,
        moved=moved,
        choices=[choice.value for choice in Choice],
        style=f"{urls.STATIC}/digest.css?v={_version(parts.static / 'digest.css')}",
    )
    room.filters.update(
        day=day,
        iso=datetime.isoformat,
        prose=prose.prose,
        unbroken=prose.unbroken,
        web_url=prose.web_url,
        host=prose.host,
        moment=moment,
        week=words.week_label,
    )
    return room


def _version(path: Path) -> str:
    """Give eight digits that change with the file, so that browsers may keep it for a year."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
