"""The places captures can lie in: a folder, or whatever an fsspec URL names (S3, SFTP, memory …)."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from digest.sources.shelves.base import Entry, Shelf
from digest.sources.shelves.folder import FolderShelf
from digest.sources.shelves.url import UrlShelf


def open_shelf(place: Path | str) -> Shelf:
    """Give the shelf at a path or URL; nothing is opened or made yet."""
    text = str(place)
    if "://" not in text:
        return FolderShelf(Path(text))
    parts = urlsplit(text)
    if parts.scheme in {"file", "local"}:
        return FolderShelf(Path(unquote(parts.netloc + parts.path)))
    return UrlShelf(text)


__all__ = ["Entry", "FolderShelf", "Shelf", "UrlShelf", "open_shelf"]
