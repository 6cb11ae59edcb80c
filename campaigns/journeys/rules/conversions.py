"""What the conversions of a version say, with their intervals. Pure."""

from typing import Final

from kernel.stats.estimates import Estimate, NotEstimable
from kernel.stats.proportions import Counts, newcombe_difference, wilson

# As for the journeys of the Overview: below these a difference is chance.
LEAST_PEOPLE: Final = 100
LEAST_CONVERSIONS: Final = 25


def say_share(counts: Counts) -> str:
    """Say a share with its 95% interval, or that it cannot be estimated."""
    found = wilson(counts)
    if isinstance(found, NotEstimable):
        return "cannot be estimated: nobody yet"
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"


def compare_arms(*, control: Counts, variant: Counts) -> Estimate | NotEstimable:
    """Return the difference of two shares with its 95% interval (Newcombe 1998), or what is lacking."""
    for counts in (control, variant):
        if counts.exposed < LEAST_PEOPLE:
            people = "person" if counts.exposed == 1 else "people"
            return NotEstimable(
                f"one side has {counts.exposed:,} {people}; {LEAST_PEOPLE} are needed."
            )
    conversions = control.converted + variant.converted
    if conversions < LEAST_CONVERSIONS:
        return NotEstimable(f"{conversions} converted; {LEAST_CONVERSIONS} are needed.")
    return newcombe_difference(control=control, variant=variant)


def say_difference(found: Estimate | NotEstimable) -> str:
    """Say a difference in percentage points with its interval, or why there is none."""
    if isinstance(found, NotEstimable):
        return f"cannot be estimated: {found.reason.rstrip('.')}"
    return f"{_points(found.value)} points ({_points(found.low)} to {_points(found.high)})"


def _points(share: float) -> str:
    # A true minus sign is as wide as a figure.
    return f"{share * 100:+.1f}".replace("-0.0", "+0.0").replace("-", "−")
