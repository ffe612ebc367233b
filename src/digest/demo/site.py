"""
Serve the demo week over real HTTP on loopback, at the paths and with the manners of the real sites.

Takes the files of ``week/``; gives a base URL and a count of what was asked. It knows nothing of
who asks.
"""

import gzip
import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from types import TracebackType
from typing import ClassVar, Self
from urllib.parse import urlsplit

LAST_MODIFIED = datetime(2026, 11, 20, 8, 45, tzinfo=UTC)
"""When the pages last changed, in the demo's own time: a quarter of an hour before its now."""

ROBOTS = b"User-agent: *\nDisallow: /search?\nDisallow: /r/\nAllow: /\n"

_FILES: Mapping[str, tuple[str, str]] = {
    "/feed": ("producthunt.atom.xml", "application/atom+xml; charset=utf-8"),
    "/api/v1/search_by_date": ("hacker_news.json", "application/json; charset=utf-8"),
    "/search/repositories": ("github_search.json", "application/json; charset=utf-8"),
    "/api/v1/models": ("openrouter.json", "application/json"),
    "/library": ("ollama.html", "text/html; charset=utf-8"),
    "/changelog/atom.xml": ("changelog.atom.xml", "application/atom+xml; charset=utf-8"),
    "/letter/feed.json": ("letter.feed.json", "application/feed+json; charset=utf-8"),
}


@dataclass(frozen=True)
class Page:
    """One resource: its bytes, their type, and the validator they go by."""

    body: bytes
    content_type: str

    @cached_property
    def etag(self) -> str:
        """Weak validator: the plain and the gzip form are one page."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    @cached_property
    def gzipped(self) -> bytes:
        """The body as gzip, the same bytes every time."""
        return gzip.compress(self.body, mtime=0)

    def is_known(self, *, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """
        Tell whether a conditional request already holds this page (RFC 9110, 13.2.2).

        Returns:
            True where 304 is the answer; False where the page must be sent. A date counts only
            where no tag is given.
        """
        if if_none_match is not None:
            tags = {tag.strip() for tag in if_none_match.split(",")}
            return self.etag in tags or "*" in tags
        if if_modified_since is None:
            return False
        try:
            return parsedate_to_datetime(if_modified_since) >= LAST_MODIFIED
        except (ValueError, TypeError):  # no date, or one without a zone
            return False


def demo_pages() -> dict[str, Page]:
    """All pages of the demo week, by path; the query does not matter."""
    week = resources.files("digest.demo") / "week"
    pages = {
        path: Page((week / name).read_bytes(), content_type)
        for path, (name, content_type) in _FILES.items()
    }
    pages["/robots.txt"] = Page(ROBOTS, "text/plain; charset=utf-8")
    return pages


def demo_sources(base: str) -> str:
    """
    Give the demo's sources.toml with its URLs below ``base``.

    Args:
        base: Where the site listens, such as ``http://127.0.0.1:8080``.
    """
    template = (resources.files("digest.demo") / "sources.toml").read_text(encoding="utf-8")
    return template.replace("{base}", base.rstrip("/"))


class _Server(ThreadingHTTPServer):
    """The listening socket with its pages and its counts."""

    daemon_threads = True

    def __init__(self, pages: Mapping[str, Page], *, port: int) -> None:
        self.pages = pages
        self.answers: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def note(self, path: str, status: int) -> None:
        """Count one answer; called from many threads."""
        with self._lock:
            self.answers[path, status] += 1


class _Handler(BaseHTTPRequestHandler):
    """One connection: GET and HEAD, kept open, compressed where asked."""

    protocol_version = "HTTP/1.1"
    server_version = "DemoSite"
    timeout = 30  # seconds an idle connection is kept
    server: _Server
    _NOT_FOUND: ClassVar[Page] = Page(b"not found\n", "text/plain; charset=utf-8")

    def do_GET(self) -> None:
        """Answer with the page, or with 304 where the client holds it."""
        path = urlsplit(self.path).path
        page = self.server.pages.get(path)
        if page is None:
            self._answer(path, HTTPStatus.NOT_FOUND, self._NOT_FOUND)
        elif page.is_known(
            if_none_match=self.headers["If-None-Match"],
            if_modified_since=self.headers["If-Modified-Since"],
        ):
            self._answer(path, HTTPStatus.NOT_MODIFIED, page)
        else:
            self._answer(path, HTTPStatus.OK, page)

    do_HEAD = do_GET  # noqa: N815 # the library's name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the library's name
        """Stay silent: the counts are the log."""

    def _answer(self, path: str, status: HTTPStatus, page: Page) -> None:
        self.server.note(path, status)
        is_gzip = "gzip" in self.headers.get("Accept-Encoding", "")
        body = page.gzipped if is_gzip else page.body
        self.send_response(status)
        self.send_header("Vary", "Accept-Encoding")
        if status is not HTTPStatus.NOT_FOUND:
            self.send_header("ETag", page.etag)
            self.send_header("Last-Modified", format_datetime(LAST_MODIFIED, usegmt=True))
        if status is not HTTPStatus.NOT_MODIFIED:  # a 304 carries no content headers
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(body)))
            if is_gzip:
                self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if status is not HTTPStatus.NOT_MODIFIED and self.command == "GET":
            self.wfile.write(body)


class DemoSite:
    """
    The demo week as a web site on 127.0.0.1, while the ``with`` block lasts.

    Args:
        port: Port to listen on; 0 takes a free one.
        pages: What is served, by path; the demo week where not given.

    Raises:
        OSError: On entering, where the port is taken.
    """

    def __init__(self, *, port: int = 0, pages: Mapping[str, Page] | None = None) -> None:
        self._port = port
        self._pages = demo_pages() if pages is None else pages

    def __enter__(self) -> Self:
        """Listen; the socket is ready when this returns."""
        self._server = _Server(self._pages, port=self._port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def base(self) -> str:
        """Base URL, such as ``http://127.0.0.1:43017``, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def answers(self) -> Counter[tuple[str, int]]:
        """Answers so far by (path, status); a copy."""
        return Counter(self._server.answers)

    @property
    def requests(self) -> int:
        """All requests so far, robots.txt included."""
        return self._server.answers.total()
