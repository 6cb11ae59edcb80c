"""What a dry run found, in the shape that pages show. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Any, Final

HEAVY: Final = 3
"""More messages than this of one journey are many."""
_Z95: Final = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A number of a dry run. Of a sample it is an estimate with its 95% interval."""

    value: int
    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        """Whether everybody was looked at."""
        return self.low == self.high

    def __str__(self) -> str:
        if self.is_exact:
            return f"{self.value:,}"
        return f"about {self.value:,} ({self.low:,} to {self.high:,})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One column of the page: what one definition would have done."""

    label: str
    people: int
    candidates: int
    share: float
    entered: Total
    held_out: Total
    days: tuple[tuple[str, int], ...]
    arrivals: dict[str, Total]
    ways: tuple[tuple[str, str, str, Total], ...]
    sends: tuple[tuple[str, str, Total], ...]
    held_back: tuple[tuple[str, str, str, Total], ...]
    heavy: Total
    cost: str
    inside: Total
    goals: Total


def estimate(count: int, share: float) -> Total:
    """Return a total of which a share of the people was looked at (a sample by hash of the person).

    The interval is the normal one of a binomial sample; people who count twice make it too narrow.
    """
    if share >= 1:
        return Total(value=count, low=count, high=count)
    value = count / share
    margin = _Z95 * sqrt(max(count, 1) * (1 - share)) / share
    return Total(
        value=round(value), low=max(count, round(value - margin)), high=round(value + margin)
    )


def read_outcome(
    label: str, result: dict[str, Any], *, heavy_from: int = HEAVY,
    prices: Mapping[str, Decimal] | None = None,
) -> Outcome:  # fmt: skip
    """Return the stored counts of one definition as a page shows them.

    `heavy_from` is the number of messages above which people got many; `prices` holds what a
    message of each channel costs.
    """
    share: float = result["share"]
    entered = sum(day["people"] for day in result["days"])
    held_out = sum(day["held_out"] for day in result["days"])
    arrivals, ways, goals = Counter[str](), Counter[tuple[str, str, str]](), 0
    for way in result["ways"]:
        if way["next_node"]:
            arrivals[way["next_node"]] += way["people"]
            ways[way["node"], way["next_node"], way["reason"]] += way["people"]
        goals += way["people"] if way["reason"] == "goal_reached" else 0
    sends, held_back = Counter[tuple[str, str]](), Counter[tuple[str, str, str]]()
    for row in result["sends"]:
        if row["outcome"] == "sent":
            sends[row["day"], row["channel"]] += row["messages"]
        else:
            held_back[row["channel"], row["outcome"], row["reason"]] += row["messages"]
    heavy = sum(people for n, people in result["heavy"].items() if int(n) > heavy_from)
    return Outcome(
        label=label, people=result["people"], candidates=result["candidates"], share=share,
        entered=estimate(entered, share), held_out=estimate(held_out, share),
        days=tuple((day["day"], day["people"]) for day in result["days"]),
        arrivals={name: estimate(count, share) for name, count in arrivals.items()},
        ways=tuple((*way, estimate(count, share)) for way, count in ways.items()),
        sends=tuple((*key, estimate(count, share)) for key, count in sorted(sends.items())),
        held_back=tuple((*key, estimate(count, share)) for key, count in sorted(held_back.items())),
        heavy=estimate(heavy, share), inside=estimate(result["inside"], share),
        goals=estimate(goals, share), cost=_say_cost(sends, share, prices or {}),
    )  # fmt: skip


def _say_cost(
    sends: Mapping[tuple[str, str], int], share: float, prices: Mapping[str, Decimal]
) -> str:
    """Say what the sent messages cost, and of which channels no price is known."""
    counts = Counter[str]()
    for (_, channel), messages in sends.items():
        counts[channel] += messages
    lacking = sorted(set(counts) - set(prices))
    if counts and len(lacking) == len(counts):
        return "cannot be estimated: no price is set for " + ", ".join(lacking)
    totals = {channel: estimate(n, share) for channel, n in counts.items() if channel in prices}
    low, value, high = (
        sum(
            (getattr(total, end) * prices[channel] for channel, total in totals.items()), Decimal(0)
        )
        for end in ("low", "value", "high")
    )
    told = f"{value:,.2f}" if low == high else f"about {value:,.2f} ({low:,.2f} to {high:,.2f})"
    return told + (f", without {', '.join(lacking)}" if lacking else "")
