"""What pairing decides by: weights, floors, caps and rests, in one frozen value with a hash."""

from sqlmodel import Field

from digest.model import SURE_JOB, Value


class PairingConfig(Value):
    """Every number of the pairing; the defaults are the published method."""

    min_job_confidence: float = Field(default=SURE_JOB, ge=0, le=1)
    min_coverage: float = Field(default=0.5, ge=0, le=1)
    min_calls: int = Field(default=2, ge=0)
    """Reviewers that must have made a call on each side."""
    substitutability: float = 0.40
    """This and the next four are the weights of the score's parts; together they are 1."""
    rivalry: float = 0.15
    freshness: float = 0.20
    balance: float = 0.10
    contrast: float = 0.15
    freshness_days: float = Field(default=14, gt=0)
    """Days after which freshness has fallen to 1/e."""
    diversity: float = Field(default=0.75, ge=0, le=1)
    """Weight of the score against likeness to pairs already chosen (MMR)."""
    vendor_likeness: float = 0.8
    category_likeness: float = 0.5
    per_job: int = 1
    per_category: int = 2
    floor: float = 0.45
    """Score below which a pair is not worth a reader's time."""
    target: int = 5
    """Pairs wanted; only pins make it more."""
    maximum: int = 7
    repeat_weeks: int = 26
    """Weeks after which a pair may return, if there is new evidence that changed what readers saw."""
    rest_issues: int = 4
    """Issues a tool rests after it was in one."""
    incumbent_rest_issues: int = 2
    """The same for a tool that is not new this week."""
    near: int = Field(default=60, ge=1)
    """Older tools of its job that a new one is looked at beside, the likeliest by text and tags."""
    near_fresh: int = Field(default=200, ge=1)
    """The same of new ones: all of them, but in a flood."""
    kept: int = Field(default=200, ge=0)
    """Best pairs not chosen that the plan remembers, besides each new tool's own best."""
    kept_of_one: int = Field(default=5, ge=1)
    """Most of them that one new tool has: a model meets forty others, and hides all that follow."""
