"""Read GitHub's repository search (api.github.com/search/repositories)."""

from functools import partial

from digest.model import (
    Capture,
    Flag,
    Launch,
    LaunchDateSource,
    Outcome,
    Popularity,
    Reading,
    Source,
)
from digest.sources.flags import Repository, suspect_reasons
from digest.sources.readings import doubtful, failed, gather, launch_of, ok_empty, suspect
from digest.sources.urls import web_url
from digest.sources.wire import (
    JsonObject,
    count_at,
    flag_at,
    id_at,
    iso_at,
    object_at,
    raw_at,
    read_json,
    rows_at,
    text_at,
    texts_at,
    without_nothing,
)

VERSION = "1"

_NO_LICENCE = frozenset({"", "NOASSERTION", "NONE"})
"""What GitHub says where it does not know; a licence file alone is none either."""


def parse(body: bytes, capture: Capture, source: Source) -> Reading:
    """Read one page of repositories; never raises."""
    data = read_json(body, capture)
    if isinstance(data, Reading):
        return data
    items = rows_at(data, "items")
    if items is None:
        return _refusal(text_at(data, "message"))
    is_partial = flag_at(data, "incomplete_results") is True
    if not items and not is_partial and count_at(data, "total_count") == 0:
        return ok_empty("the search found nothing (total_count 0)")
    if not items:
        return suspect("no items, though the search does not say that it found nothing")
    reading = gather(items, partial(_launch, capture, source))
    if is_partial:
        return doubtful(reading, "GitHub ran out of time: incomplete_results is set")
    return reading


def _refusal(message: str) -> Reading:
    if "rate limit" in message.lower():
        return Reading(outcome=Outcome.BLOCKED, reason=f"GitHub refuses: {message}")
    if message:
        return failed(f"GitHub answered with an error: {message}")
    return suspect("no list of items: layout unknown")


def _launch(capture: Capture, source: Source, item: object) -> Launch | None:
    if not isinstance(item, dict):
        return None
    url = web_url(raw_at(item, "html_url"))
    created_at = iso_at(item, "created_at")
    repository = _repository(item)
    reasons = suspect_reasons(repository)
    return launch_of(
        capture,
        source,
        native_id=id_at(item, "id"),  # stable, while names change hands
        title=text_at(item, "full_name"),
        name=repository.name,
        tagline=repository.description,
        url=url,
        site=url,
        launched_at=created_at,
        launched_at_source=LaunchDateSource.REPO_CREATED if created_at else None,
        published_raw=text_at(item, "created_at") or None,
        popularity=count_at(item, "stargazers_count"),
        popularity_metric=Popularity.STARS,
        author=text_at(object_at(item, "owner"), "login") or None,
        tags=repository.topics,
        licence=_licence(item),
        details=_details(item, reasons),
        flags=(Flag.SUSPECT,) if reasons else (),
    )


def _repository(item: JsonObject) -> Repository:
    return Repository(
        name=text_at(item, "name"),
        description=text_at(item, "description"),
        topics=texts_at(item, "topics"),
        has_licence=bool(object_at(item, "license")),
        homepage=web_url(raw_at(item, "homepage")),
        stars=count_at(item, "stargazers_count") or 0,
        forks=count_at(item, "forks_count") or 0,
        size_kb=count_at(item, "size"),
        created_at=iso_at(item, "created_at"),
        pushed_at=iso_at(item, "pushed_at"),
        updated_at=iso_at(item, "updated_at"),
    )


def _licence(item: JsonObject) -> str | None:
    spdx = text_at(object_at(item, "license"), "spdx_id")
    return None if spdx.upper() in _NO_LICENCE else spdx


def _details(item: JsonObject, reasons: tuple[str, ...]) -> dict[str, object]:
    """Keep what facts are made of; the homepage is here because it is no identity."""
    owner = object_at(item, "owner")
    return without_nothing(
        {
            "full_name": text_at(item, "full_name"),
            "created_at": text_at(item, "created_at"),
            "pushed_at": text_at(item, "pushed_at"),
            "updated_at": text_at(item, "updated_at"),
            "language": text_at(item, "language"),
            "homepage": web_url(raw_at(item, "homepage")),
            "stars": count_at(item, "stargazers_count"),
            "forks": count_at(item, "forks_count"),
            "open_issues": count_at(item, "open_issues_count"),
            "size_kb": count_at(item, "size"),
            "is_fork": flag_at(item, "fork"),
            "is_archived": flag_at(item, "archived"),
            "owner_type": text_at(owner, "type"),
            "suspect_reasons": list(reasons),
        }
    )
