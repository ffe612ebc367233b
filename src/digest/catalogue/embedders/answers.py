"""
Read vectors out of what an embeddings API answers.

Pure: takes parsed JSON, gives vectors, or says what is wrong with it.
"""

from itertools import pairwise

from pydantic import BaseModel, ConfigDict, ValidationError

from digest.catalogue.vectors import Vector, packed


class _Item(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")
    data: list[_Item]


def vectors_in(answer: object, *, of: int) -> list[Vector]:
    """
    Give the vectors of an answer, in the order of the texts.

    Args:
        answer: Parsed JSON, of any shape.
        of: How many texts were asked for.

    Raises:
        ValueError: It is no whole answer; the text says what is wrong.
    """
    try:
        items = sorted(_Answer.model_validate(answer).data, key=lambda item: item.index)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_url=False)[0]["loc"])
        raise ValueError(f"sent no list of embeddings ({where or 'the whole of it'})") from None
    if [item.index for item in items] != list(range(of)):
        raise ValueError(f"sent {len(items)} embeddings for {of} texts, or numbered them wrongly")
    if any(len(one.embedding) != len(two.embedding) for one, two in pairwise(items)):
        raise ValueError("sent embeddings of different sizes")
    try:
        return [packed(item.embedding) for item in items]
    except ValueError as error:
        raise ValueError(f"sent {error}") from None
