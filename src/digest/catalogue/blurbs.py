"""
Read what is said of tools, a JSON object a line, to have their jobs found.

Pure: takes text, gives values. Only the fields that tell a job are looked at; others may stand
beside them, so that any file of tools will do.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from digest.catalogue.given import json_lines
from digest.catalogue.job_text import Described
from digest.errors import GivenError

Words = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Tags = Annotated[list[str], BeforeValidator(lambda value: [] if value is None else value)]


class Blurb(BaseModel):
    """One line; what is null is the same as left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    name: str = Field(min_length=1)
    vendor: Words = ""
    tagline: Words = ""
    description: Words = ""
    tags: Tags = []


def read_blurbs(text: str, *, name: str) -> tuple[Described, ...]:
    """
    Read tools, in the order of their lines.

    Args:
        text: JSON objects, a line each.
        name: What the text is called in errors, such as its file.

    Raises:
        GivenError: A line is wrong; the text says which, and what is wanted.
    """
    return tuple(
        _described(fields, where=f"{name} line {number}")
        for number, fields in json_lines(text, name=name)
    )


def _described(fields: dict[str, object], *, where: str) -> Described:
    try:
        line = Blurb.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = str(first["msg"]).replace("Input should be", "it should be")
        told = "wanted is a name, and a tagline, a description, tags where there are any"
        raise GivenError(where, f"{place}: {reason}; {told}") from None
    return Described(line.name, line.vendor, line.tagline, line.description, tuple(line.tags))
