"""What a statistic answers: an estimate with its interval, or the reason why it cannot say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value and the interval that holds the truth with the stated confidence."""

    value: float
    low: float
    high: float
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """The statistic cannot be given; `reason` is a full sentence that says what is lacking."""

    reason: str
