"""Rates of people, their intervals, and the difference between two rates. Pure."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from kernel.stats.estimates import Estimate, NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many of so many people converted; people, not messages."""

    converted: int
    exposed: int

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        if not 0 <= self.converted <= self.exposed:
            raise ValueError(f"{self.converted} of {self.exposed} is not a share of people.")


def wilson(counts: Counts, *, confidence: float = 0.95) -> Estimate | NotEstimable:
    """Estimate a rate with its score interval, which stays inside 0 to 1.

    Source: Wilson, Probable inference, the law of succession, and statistical inference, JASA
    22:209 (1927). Not estimable when nobody was exposed.
    """
    if counts.exposed == 0:
        return NotEstimable("Nobody has been exposed yet.")
    low, high = _wilson_bounds(counts, confidence)
    return Estimate(
        value=counts.converted / counts.exposed, low=low, high=high, confidence=confidence
    )


def newcombe_difference(
    *, control: Counts, variant: Counts, confidence: float = 0.95
) -> Estimate | NotEstimable:
    """Estimate the difference of two rates, variant minus control, as a fraction.

    The hybrid score interval without continuity correction, good also for few people.
    Source: Newcombe, Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17:873-890 (1998), method 10. Not estimable when a side is empty.
    """
    if control.exposed == 0 or variant.exposed == 0:
        return NotEstimable("One of the two groups has nobody in it yet.")
    p_variant = variant.converted / variant.exposed
    p_control = control.converted / control.exposed
    low_variant, high_variant = _wilson_bounds(variant, confidence)
    low_control, high_control = _wilson_bounds(control, confidence)
    difference = p_variant - p_control
    below = sqrt((p_variant - low_variant) ** 2 + (high_control - p_control) ** 2)
    above = sqrt((high_variant - p_variant) ** 2 + (p_control - low_control) ** 2)
    return Estimate(
        value=difference, low=difference - below, high=difference + above, confidence=confidence
    )


def _wilson_bounds(counts: Counts, confidence: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    n, share = counts.exposed, counts.converted / counts.exposed
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if counts.converted == 0 else center - half
    high = 1.0 if counts.converted == n else center + half
    return low, high
