"""The noun of the editors' desk: what an editor asks of one week's plan."""

from enum import StrEnum

from pydantic import AwareDatetime
from sqlmodel import Field

from digest.model.base import Value


class WishKind(StrEnum):
    """What an editor can ask of a plan."""

    PIN = "pin"
    BAN = "ban"
    REPLACE = "replace"
    ORDER = "order"
    FREEZE = "freeze"


class Wish(Value):
    """
    What an editor asks of a week's plan; it holds until it is undone, and is never lost.

    =======  ====================================================================
    kind     ``pairs``
    =======  ====================================================================
    pin      one pair ``slug+slug`` that must be in; or ``slug``, with its best rival
    ban      one pair or tool that must stay out
    replace  one chosen pair, in whose place the next best is wanted
    order    pairs in the order they shall stand in, the first ones of the issue
    freeze   none: the plan stays as it is
    =======  ====================================================================
    """

    id: int = Field(default=0, ge=0)
    """Its number, from 1 over all weeks; 0 until it is stored."""
    week: str = Field(max_length=8)
    kind: WishKind
    pairs: tuple[str, ...] = ()
    is_forced: bool = False
    """A pin that outranks "one product" and "already published"; it needs a note."""
    note: str = ""
    by: str = Field(min_length=1, max_length=120)
    made_at: AwareDatetime
    undone_by: str | None = Field(default=None, max_length=120)
    undone_at: AwareDatetime | None = None

    @property
    def stands(self) -> bool:
        """True until it is undone."""
        return self.undone_at is None

    @property
    def told(self) -> str:
        """What is asked, in a few words."""
        if self.kind is WishKind.FREEZE:
            return "freeze the plan"
        verb = "force" if self.is_forced else str(self.kind)
        return f"{verb} {', '.join(self.pairs)}"

    @property
    def line(self) -> str:
        """The wish in one line, with its number and its editor."""
        note = f": {self.note}" if self.note else ""
        undone = "" if self.stands else f"; undone by {self.undone_by}"
        return f"wish {self.id}, {self.told} ({self.by}{note}){undone}"
