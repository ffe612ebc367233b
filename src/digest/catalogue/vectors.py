"""
Pack the numbers that an embedding model gives of a text, so that they can be kept and compared.

Pure. A vector is 32-bit floats, the lowest octet first, of length 1: the product of two is their
cosine. As octets it takes a quarter of what a tuple would, and is the same in any database.
"""

import sys
from array import array
from collections.abc import Iterable
from hashlib import sha256
from math import isfinite, sqrt

OCTETS = 4
"""Of one number."""
MOST_NUMBERS = 8_192
"""More than any model gives; a longer vector is a mistake."""

Vector = bytes
"""A text's, packed."""


def packed(numbers: Iterable[float]) -> Vector:
    """
    Pack a model's numbers, drawn to length 1.

    Raises:
        ValueError: They are no direction: none, too many, all zero, or not finite.
    """
    given = [float(each) for each in numbers]
    length = sqrt(sum(each * each for each in given))
    if not given or len(given) > MOST_NUMBERS or not isfinite(length) or not length:
        raise ValueError(f"{len(given)} numbers that are no direction")
    found = array("f", (each / length for each in given))
    if sys.byteorder == "big":  # pragma: no cover # no such machine at hand
        found.byteswap()
    return found.tobytes()


def numbers_in(vector: Vector) -> int:
    """Give how many numbers a vector has."""
    return len(vector) // OCTETS


def text_key(text: str) -> str:
    """Give what a text is known by: the same text is never embedded twice."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
