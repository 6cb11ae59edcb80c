"""What a broadcast may be, when it starts, and when it must stop. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from kernel.stats.estimates import Estimate, NotEstimable
from kernel.stats.proportions import Counts, newcombe_difference, wilson

AT_ONCE: Final = (100,)
GRADUALLY: Final = (5, 25, 100)
# No place on earth is further ahead of UTC.
_FARTHEST: Final = timedelta(hours=14)
# What a person whose outcome is counted can be; the sums add up to the audience.
PLACES: Final = ("waiting", "held_out", "twice", "queued", "sent", "held_back", "failed", "unknown")


class Status(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    GATHERING = "gathering"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class Timing(StrEnum):
    """When the messages leave."""

    NOW = "now"
    AT = "at"
    LOCAL = "local"
    BEST = "best"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A rate that must not be exceeded: its name in the figures, in words, and the most percent."""

    figure: str
    words: str
    percent: Decimal


def decide_start(
    timing: str, *, send_at: datetime | None, local: tuple[date, time] | None, now: datetime
) -> datetime:
    """Return when the audience is gathered: never in the past, and before the first zone's turn."""
    if timing == Timing.LOCAL and local:
        return max(now, datetime.combine(*local, tzinfo=UTC) - _FARTHEST)
    if timing == Timing.AT and send_at:
        return max(now, send_at)
    return now


def find_breach(limits: list[Limit], figures: dict[str, Any]) -> str:
    """Return in words which limit is surely exceeded, or an empty text.

    Surely: the whole interval of the rate lies above the limit, so that a few unlucky messages
    of a small share do not stop a broadcast.
    """
    sent = int(figures.get("left", 0))
    for limit in limits:
        count = min(int(figures.get(limit.figure, 0)), sent)
        rate = wilson(Counts(converted=count, exposed=sent))
        if isinstance(rate, Estimate) and rate.low * 100 > limit.percent:
            return (
                f"{count:,} of {sent:,} messages {limit.words}: {rate.value:.1%}, surely more than "
                f"{rate.low:.1%}. The limit is {limit.percent.normalize():f}%."
            )
    return ""


def say_effect(figures: dict[str, Any]) -> str:
    """Return in words what the broadcast changed against its holdout, with the interval."""
    treated = Counts(converted=figures["treated_converted"], exposed=figures["treated"])
    held_out = Counts(converted=figures["control_converted"], exposed=figures["control"])
    difference = newcombe_difference(control=held_out, variant=treated)
    if isinstance(difference, NotEstimable):
        return f"Cannot be estimated. {difference.reason}"
    return (
        f"{difference.value * 100:+.1f} percentage points, 95% interval "
        f"{difference.low * 100:+.1f} to {difference.high * 100:+.1f} "
        f"({treated.converted:,} of {treated.exposed:,} against {held_out.converted:,} of "
        f"{held_out.exposed:,} held out)."
    )
