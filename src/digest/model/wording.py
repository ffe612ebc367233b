"""How dates and counts are said to readers, in one way everywhere; no locale is asked."""

from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(moment: date) -> str:
    """Say a date, such as ``2 July 2026``; a time is said by its own day."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Say how many, such as ``1 pair`` or ``1,200 pairs``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def joined(parts: tuple[str, ...], last: str = "and") -> str:
    """Say a list, such as ``a, b and c``; the empty list is the empty text."""
    if len(parts) < 2:  # noqa: PLR2004 # one part needs no joining word
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"
