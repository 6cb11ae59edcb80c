"""Axes: round ticks, and figures as people write them. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Format = Callable[[float], str]
"""How a figure is written, with its unit."""

_STEPS = (1, 2, 2.5, 5, 10)
"""Ticks are these multiples of a power of ten; people read them at a glance."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear axis from `low` to `high` with evenly spaced ticks, both ends included."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        """Return where the value lies on the axis, 0 at `low` and 1 at `high`."""
        return (value - self.low) / (self.high - self.low)


def linear(values: Sequence[float], *, zero: bool = True, count: int = 4) -> Scale:
    """Return an axis with about `count` steps that holds all values; `zero` includes 0."""
    known = [value for value in values if math.isfinite(value)] + ([0.0] if zero else [])
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if low == high:
        low, high = (low, low + 1) if low >= 0 else (low, 0.0)
    step = _round_step((high - low) / count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(number * step, 10) for number in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in _STEPS if step * power >= raw * (1 - 1e-9))


def picked(count: int, *, most: int = 7) -> list[int]:
    """Return which of `count` labels to print: evenly spaced, at most `most`, the first included."""
    if count <= 0:
        return []
    every = max(1, math.ceil(count / most))
    return list(range(0, count, every))


def plain(value: float) -> str:
    """Write a figure in full: 12,840 or 3.5."""
    if value == int(value):
        return _minus(f"{int(value):,}")
    return _minus(f"{value:,.2f}".rstrip("0").rstrip("."))


def compact(value: float) -> str:
    """Write a figure for an axis: 12.8k, 3.4M."""
    size = abs(value)
    for limit, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if size >= limit:
            return f"{plain(round(value / limit, 1))}{unit}"
    return plain(value)


def percent(value: float) -> str:
    """Write a rate between 0 and 1 as per cent: 4.3%."""
    return _minus(f"{value * 100:.1f}%".replace(".0%", "%"))


def _minus(text: str) -> str:
    return text.replace("-", "−")
