"""What everything that turns texts into vectors promises."""

from collections.abc import Sequence
from typing import Protocol

from digest.catalogue.vectors import Vector


class Embedder(Protocol):
    """Turns texts into vectors; used by one thread at a time."""

    @property
    def model(self) -> str:
        """What its vectors are kept under: those of another model cannot be compared with them."""
        ...

    @property
    def at_once(self) -> int:
        """Most texts of one call."""
        ...

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """
        Give the vector of each text, in their order, all of one size.

        Args:
            texts: 1 to ``at_once``, none of them blank.

        Raises:
            EmbeddingError: They cannot be had; nothing is known of any of them.
        """
        ...
