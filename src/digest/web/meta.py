"""What machines read at the head of a page: title, description, canonical address, JSON-LD."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.model import Issue
from digest.web import urls, words
from digest.web.parts import Parts
from digest.web.prose import web_url
from digest.web.views import ComparisonView

SCHEMA = "https://schema.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """The head of one page; title and description are said once and used everywhere."""

    title: str
    description: str
    path: str
    """Canonical path."""
    kind: str = "website"
    """Open Graph type."""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    json_path: str | None = None
    is_listed: bool = True
    """False keeps search engines out."""
    linked_data: dict[str, Any] | None = None


def comparison_meta(
    view: ComparisonView,
    parts: Parts,
    *,
    published_at: datetime,
    updated_at: datetime | None = None,
) -> Meta:
    """Give the head of a comparison."""
    line = f"{view.comparison.answer.line} Panel: {view.split}."
    about = [_software(side.card.name, web_url(side.card.url)) for side in view.sides]
    return Meta(
        title=view.title,
        description=line,
        path=view.path,
        kind="article",
        published_at=published_at,
        json_path=f"{view.path}.json",
        updated_at=updated_at,
        linked_data=_article(
            parts,
            view.title,
            line,
            view.path,
            published_at=published_at,
            updated_at=updated_at,
            about=about,
        ),
    )


def issue_meta(issue: Issue, parts: Parts, *, published_at: datetime) -> Meta:
    """Give the head of an issue."""
    title = f"{issue.title} — No. {issue.number}, {words.week_label(issue.week)}"
    line = issue_line(issue)
    path = urls.issue(issue.week)
    return Meta(
        title=title,
        description=line,
        path=path,
        kind="article",
        published_at=published_at,
        json_path=f"{path}.json",
        linked_data=_article(parts, title, line, path, published_at=published_at),
    )


def issue_line(issue: Issue) -> str:
    """Say an issue in a line: its lead answer, else its note."""
    if issue.comparisons:
        return issue.comparisons[0].answer.line
    return issue.note or "A week without a pair worth comparing."


def _software(name: str, url: str | None) -> dict[str, Any]:
    data = {"@type": "SoftwareApplication", "name": name}
    return {**data, "url": url} if url else data


def _article(
    parts: Parts,
    title: str,
    line: str,
    path: str,
    *,
    published_at: datetime,
    updated_at: datetime | None = None,
    about: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Give schema.org's view; the author is software, never a person, and says so."""
    data = {
        "@context": SCHEMA,
        "@type": "Article",
        "headline": title,
        "description": line,
        "url": parts.url(path),
        "datePublished": published_at.isoformat(),
        "inLanguage": "en",
        "author": _software(parts.brand, parts.url("/")),
        "publisher": {"@type": "Organization", "name": parts.brand, "url": parts.url("/")},
    }
    if updated_at:
        data["dateModified"] = updated_at.isoformat()
    return {**data, "about": about} if about else data
