"""From files of parsed launches to identities, by the rules that research goes by; no database."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from digest.catalogue.identity import identify
from digest.errors import DigestError
from digest.model import Identity, Launch, Reading


def identify_files(paths: Sequence[Path]) -> tuple[Identity, ...]:
    """
    Group the launches of several files into products.

    A launch that stands in several files with the same content is one. Where files name one source
    and one native id for different announcements, they are readings of different sources.

    Args:
        paths: Files as ``digest parse … --json`` prints them.

    Raises:
        DigestError: A file cannot be read, or two tell different things of one launch.
    """
    return identify(_once(paths), known={}, taken=())


def _once(paths: Iterable[Path]) -> list[Launch]:
    """Give each launch once, as it was read last."""
    found: dict[tuple[str, str], tuple[Launch, Path]] = {}
    for path in paths:
        for launch in _launches(path):
            key = (launch.source, launch.native_id)
            before = found.get(key)
            if before and not _are_one(before[0], launch):
                raise DigestError(
                    f"{path} and {before[1]} both have a launch {'/'.join(key)}, and not the same "
                    "one; parse each with a source of its own: digest parse ... --source NAME"
                )
            if before is None or before[0].first_seen_at < launch.first_seen_at:
                found[key] = (launch, path)
    return [launch for launch, _ in found.values()]


def _are_one(one: Launch, other: Launch) -> bool:
    """Tell whether two readings are of one announcement: counts and titles change, one address stays."""
    if (one.url or one.discussion_url) is None:
        return one.title == other.title
    return one.url == other.url or one.discussion_url == other.discussion_url is not None


def _launches(path: Path) -> tuple[Launch, ...]:
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DigestError(
            f"{path}: cannot be read ({error.strerror}); name a file that can"
        ) from error
    try:
        return Reading.model_validate_json(text).launches
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole of it"
        raise DigestError(
            f"{path}: this is not what digest parse prints with --json ({where}: {first['msg']})"
        ) from error
