"""The programs that do the same job: ours and the peers that are found, each in a folder of its own."""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import HERE, Cost, run

PEERS = HERE / "peers"
SOURCE = '[[source]]\nname = "feed-{number}"\nkind = "feed"\nurl = "{url}"\nspacing_s = 0\n'


@dataclass(frozen=True, slots=True)
class Program:
    """One program that reads a list of feeds into a store."""

    name: str
    prepare: Callable[[Path, Sequence[str]], None]
    command: Callable[[Path], list[str]]
    rows: Callable[[Path], int]
    """How many entries it has stored."""
    has_warm: bool = True
    """False where a second run asks nobody, so that it says nothing."""

    def run(self, folder: Path) -> Cost:
        """Run it once on what its folder holds."""
        return run(self.command(folder), env=_environment(folder), log=folder / "log.txt")


def found(python: str | None) -> dict[str, Program | str]:
    """Give each program by name, or in a sentence why it is left out."""
    newsboat = shutil.which("newsboat")
    return {
        "ours": _ours(),
        "reader": _reader(python) if _has(python, "reader") else _missing("reader"),
        "scrapy": _scrapy(python) if _has(python, "scrapy") else _missing("scrapy"),
        "rss2email": _rss2email(python) if _has(python, "rss2email") else _missing("rss2email"),
        "newsboat": _newsboat(newsboat) if newsboat else "skipped: apt-get install newsboat",
    }


def _missing(name: str) -> str:
    return f"skipped: give --peers-python, an interpreter that has {name}"


def _has(python: str | None, module: str) -> bool:
    if python is None:
        return False
    site = Path(python).parent.parent
    return any(site.glob(f"lib/python3*/site-packages/{module}"))


def _environment(folder: Path) -> dict[str, str]:
    return {
        "DIGEST_DATABASE_URL": f"sqlite:///{folder / 'digest.db'}",
        "DIGEST_CAPTURES_DIR": str(folder / "captures"),
        "DIGEST_SOURCES": str(folder / "sources.toml"),
        "DIGEST_ALLOWED_PRIVATE_HOSTS": "127.0.0.0/8",
        "XDG_CONFIG_HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
    }


def _write_urls(folder: Path, urls: Sequence[str]) -> None:
    (folder / "urls").write_text("\n".join(urls) + "\n", encoding="utf-8")


def _counted(database: str, table: str) -> Callable[[Path], int]:
    def count(folder: Path) -> int:
        with sqlite3.connect(folder / database) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 # our names

    return count


def _ours() -> Program:
    def prepare(folder: Path, urls: Sequence[str]) -> None:
        text = "\n".join(SOURCE.format(number=n, url=url) for n, url in enumerate(urls))
        (folder / "sources.toml").write_text(text, encoding="utf-8")

    return Program(
        "ours",
        prepare,
        lambda _folder: [sys.executable, str(PEERS / "ours_feeds.py")],
        _counted("digest.db", "launch"),
    )


def _reader(python: str | None) -> Program:
    script = str(PEERS / "reader_feeds.py")
    return Program(
        "reader",
        _write_urls,
        lambda folder: [str(python), script, str(folder / "urls"), str(folder / "reader.db")],
        _counted("reader.db", "entries"),
    )


def _scrapy(python: str | None) -> Program:
    script = str(PEERS / "scrapy_feeds.py")
    return Program(
        "scrapy",
        _write_urls,
        lambda folder: [str(python), script, str(folder / "urls"), str(folder / "scrapy.db")],
        _counted("scrapy.db", "item"),
        has_warm=False,
    )


def _newsboat(path: str) -> Program:
    def prepare(folder: Path, urls: Sequence[str]) -> None:
        _write_urls(folder, urls)
        (folder / "config").write_text("reload-threads 10\n", encoding="utf-8")

    return Program(
        "newsboat",
        prepare,
        lambda folder: [
            *(path, "-x", "reload", "-u", str(folder / "urls")),
            *("-c", str(folder / "newsboat.db"), "-C", str(folder / "config")),
        ],
        _counted("newsboat.db", "rss_item"),
    )


def _rss2email(python: str | None) -> Program:
    def prepare(folder: Path, urls: Sequence[str]) -> None:
        for part in ("cur", "new", "tmp"):
            (folder / "mail" / part).mkdir(parents=True)
        head = (
            "[DEFAULT]\nto = reader@example.com\nfrom = feeds@example.com\n"
            f"email-protocol = maildir\nmaildir-path = {folder}\nmaildir-mailbox = mail\n"
        )
        feeds = "".join(f"[feed.feed-{n}]\nurl = {url}\n" for n, url in enumerate(urls))
        (folder / "rss2email.cfg").write_text(head + feeds, encoding="utf-8")

    return Program(
        "rss2email",
        prepare,
        lambda folder: [
            *(str(Path(str(python)).parent / "r2e"), "-c", str(folder / "rss2email.cfg")),
            *("-d", str(folder / "rss2email.json"), "run"),
        ],
        lambda folder: sum(1 for _ in (folder / "mail" / "new").iterdir()),
    )
