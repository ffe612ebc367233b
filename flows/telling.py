"""What a send says to people while it runs: in the log of its run, and beside its progress."""

import logging
from dataclasses import dataclass


@dataclass(slots=True)
class Told:
    """Told by the sender, in its own thread; what stands just now is shown by another."""

    week: str
    log: logging.Logger | logging.LoggerAdapter[logging.Logger]
    """Of the run: only what it is told stands on the run's page."""
    trouble: str = ""
    """What is waited for just now, such as a mail server that is away."""

    def troubles(self, sentence: str) -> None:
        """Hear of trouble; an empty sentence says that it is over."""
        self.trouble = sentence
        self.log.warning("%s", sentence or "the trouble is over; sending goes on")

    def remark(self, sentence: str) -> None:
        """Hear of what stops nothing."""
        self.log.warning("%s", sentence)

    @property
    def described(self) -> str:
        """What the number of the progress means, and why it stands still where it does."""
        means = f"Mails of {self.week} with a named end"
        return f"{means}. {self.trouble}" if self.trouble else means
