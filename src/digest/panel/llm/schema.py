"""
The wire form of a model's answers: what it has to fill in, and in which order.

Case for skip and criteria come before any judgement, and there is no verdict to fill in: that is
computed. These types never leave the model panel.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = "1"
"""Part of the key under which a review is kept; change it with any field."""


class Wire(BaseModel):
    """What all wire types share: nothing but the fields that are asked for."""

    model_config = ConfigDict(extra="forbid")


class CriterionAnswer(Wire):
    """The answer to one question."""

    key: str = Field(description="The question's key, as given.")
    answer: Literal["yes", "no", "unknown"] = Field(
        description="unknown wherever the evidence does not say; it never harms the tool."
    )
    evidence_id: str | None = Field(
        default=None, description="Snippet such as E3 that answers it; null where unknown."
    )
    quote: str | None = Field(
        default=None,
        max_length=200,
        description="Words of that snippet, copied exactly, with the whole clause.",
    )


class Cited(Wire):
    """Words of one snippet that the take rests on."""

    evidence_id: str
    quote: str = Field(max_length=200, description="Copied exactly from that one snippet.")


class ReviewAnswer(Wire):
    """One reviewer's answer on one tool."""

    criteria: list[CriterionAnswer] = Field(
        description="Every question of the list exactly once, in its order."
    )
    case_for_skip: str = Field(
        min_length=1, max_length=200, description="The strongest argument against the tool."
    )
    take: str = Field(
        max_length=1_200,
        description="40 to 90 words of English that weigh what speaks for and against, each claim "
        "followed by its snippet in brackets, such as [E3].",
    )
    breaks_when: str = Field(
        min_length=1, max_length=140, description="Where it stops being a good choice."
    )
    named_rivals: list[str] = Field(
        default_factory=list, max_length=4, description="Products for the same job, if named."
    )
    citations: list[Cited] = Field(min_length=1, max_length=4)


class NoteAnswer(Wire):
    """What a model says of two tools side by side."""

    preferred: Literal["first", "second", "neither"]
    note: str = Field(
        max_length=800, description="20 to 60 words of English on what tells the two apart."
    )
    citations: list[Cited] = Field(min_length=1, max_length=4)
