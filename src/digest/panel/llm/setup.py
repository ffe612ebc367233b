"""How the model panel is set up: judges, caps, patience; one frozen value, part of every review's key."""

from enum import StrEnum

from digest.model import Reviewer, Value
from digest.panel.llm.caps import Limits
from digest.panel.llm.judges import Judge


class OutputForm(StrEnum):
    """How a model is made to fill in the form: not every server knows every way."""

    TOOL = "tool"
    SCHEMA = "schema"
    PROMPT = "prompt"


class Setup(Value):
    """What an operator chose."""

    judges: dict[Reviewer, Judge]
    spares: tuple[Judge, ...] = ()
    """Asked where a judge would judge a tool of its own maker."""
    limits: Limits
    prices: tuple[float, float] | None = None
    """US dollars per million tokens in and out; None: the price list's."""
    form: OutputForm = OutputForm.TOOL
    temperature: float | None = None
    most_out: int = 2_000
    """Tokens of one answer."""
    review_s: float = 60.0
    """Seconds for one review, waiting and second try included."""
    run_s: float = 900.0
    at_once: int = 4
    writes_notes: bool = False

    @property
    def all_judges(self) -> tuple[Judge, ...]:
        """Every model once: the reviewers' in panel order, then the spare ones."""
        return tuple(dict.fromkeys((*(self.judges[each] for each in Reviewer), *self.spares)))
