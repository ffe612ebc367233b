"""Read what ships with the program of jobs: the jobs, and what there is to learn them from."""

import tomllib
from importlib.resources import files
from typing import Any

from digest.catalogue.established import launches_of, packaged
from digest.catalogue.job_text import Described, described
from digest.model import Job

Correction = tuple[Described, str]
"""A tool as it is described, and the job it was given."""


def load_jobs() -> tuple[Job, ...]:
    """Give the jobs of jobs.toml, in its order; ``other`` and ``unsorted`` are among them."""
    return tuple(Job(**row) for row in _read("jobs.toml")["job"])


def load_exemplars() -> dict[str, tuple[str, ...]]:
    """Give the sentences of exemplars.toml by job: what makers write of tools of that job."""
    return {job: tuple(texts) for job, texts in _read("exemplars.toml").items()}


def load_confirmed() -> tuple[Correction, ...]:
    """Give the established tools that ship with the program, each with its job."""
    return tuple((described([each]), str(each.details["job"])) for each in launches_of(packaged()))


def prototypes(job: Job) -> tuple[str, ...]:
    """Give the texts of jobs.toml that tell of a job."""
    if not job.description:
        return ()
    return (f"{job.label} . {job.description}", " . ".join(job.synonyms), *job.synonyms)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("digest.catalogue").joinpath(name).read_text(encoding="utf-8"))
