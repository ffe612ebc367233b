"""
Say which jobs a source's tags, and the words of a title, stand for.

Pure: takes jobs with their tags and titles, then a tool's; gives keys of jobs.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest.catalogue.job_text import Described, telling_text
from digest.model import Job


class TagTable:
    """The jobs by the tags and titles that stand for them."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        """Take the jobs in use."""
        self._tags = {tag: job.key for job in jobs for tag in job.tags}
        self._titles = {title: job.key for job in jobs for title in job.titles}
        self._title = re.compile(
            # "for fine-tuning", "with agent memory" name what goes with a tool, not what it is
            r"(?<!\w)(?<!for )(?<!with )(?<!your )"
            rf"(?:{'|'.join(map(re.escape, self._titles)) or '(?!)'})(?!\w)",
            re.IGNORECASE,
        )

    def named_by(self, tags: Iterable[str]) -> list[str]:
        """Give the job of each tag that stands for one, in the tags' order."""
        small = dict.fromkeys(tag.lower() for tag in tags)
        return [self._tags[tag] for tag in small if tag in self._tags]

    def titled(self, tool: Described, *, ordinary: frozenset[str]) -> set[str]:
        """Give the jobs that words of the title name; not those in the tool's own name."""
        if not self._title.search(tool.tagline):
            return set()
        title = telling_text(replace(tool, description=""), ordinary=ordinary)
        return {self._titles[found.lower()] for found in self._title.findall(title)}


def leading(hits: Sequence[str]) -> str | None:
    """Give what stands there more often than anything else; None where two do, or nothing."""
    (first, most), (_, next_most), *_ = [*Counter(hits).most_common(2), ("", 0), ("", 0)]
    return first if most > next_most else None
