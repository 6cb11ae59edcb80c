"""What the numbers of a journey say, in a sentence that does not claim more than they show. Pure."""

from dataclasses import dataclass

from kernel.stats.estimates import Estimate, NotEstimable
from kernel.stats.proportions import Counts, newcombe_difference

# Below these a difference is chance: people in each arm whose window is over, and conversions in
# both arms together.
LEAST_PEOPLE = 100
LEAST_CONVERSIONS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyArms:
    """The two arms of a journey over entries whose window is over; `open` counts the rest."""

    treated: Counts
    held_out: Counts
    open: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The difference of the two rates, or why there is none, and the sentence for both."""

    difference: Estimate | NotEstimable
    sentence: str


def judge_journey(arms: JourneyArms) -> Verdict:
    """Compare the treated with the held-out people of a journey.

    People who were held out are a stable random share, so the difference is what the journey
    brought. The interval is a fixed 95% one (Newcombe 1998): it holds for one look.
    """
    lacking = _what_lacks(arms)
    difference = newcombe_difference(control=arms.held_out, variant=arms.treated)
    if lacking or isinstance(difference, NotEstimable):
        return Verdict(difference=NotEstimable(lacking), sentence=f"Too early to say: {lacking}")
    return Verdict(difference=difference, sentence=_say(difference))


def _what_lacks(arms: JourneyArms) -> str:
    for counts, who in ((arms.held_out, "held-out"), (arms.treated, "treated")):
        if counts.exposed < LEAST_PEOPLE:
            return (
                f"the window is over for {counts.exposed:,} {who} "
                f"{'person' if counts.exposed == 1 else 'people'}; {LEAST_PEOPLE} are needed."
            )
    conversions = arms.treated.converted + arms.held_out.converted
    if conversions < LEAST_CONVERSIONS:
        return (
            f"{conversions} {'person' if conversions == 1 else 'people'} converted; "
            f"{LEAST_CONVERSIONS} are needed."
        )
    return ""


def _say(difference: Estimate) -> str:
    low, high = _points(difference.low), _points(difference.high)
    if difference.low > 0:
        return (
            f"The journey brought {_points(difference.value)} more conversions for every 100 "
            f"people, between {low} and {high}."
        )
    if difference.high < 0:
        return (
            f"The journey cost {_points(-difference.value)} conversions for every 100 people, "
            f"between {_points(-difference.high)} and {_points(-difference.low)}."
        )
    return (
        f"No difference is shown yet: it lies between {low} and {high} conversions for every "
        "100 people."
    )


def _points(share: float) -> str:
    # A true minus sign is as wide as a figure.
    return f"{share * 100:.1f}".replace("-0.0", "0.0").replace("-", "−")
