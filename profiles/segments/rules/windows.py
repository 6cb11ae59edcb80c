"""Spans of time and the windows in which touchpoints are counted.

Every edge is half open so that a state changes exactly at the instant it is due: a touchpoint at
`t` is inside “the last D” while `now < t + D`, and inside “between N and M ago” while
`t + N <= now < t + M`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from profiles.segments.rules.wording import plural

_UNITS = {"minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
# Ten years: beyond that a window is "ever", and timestamps stay far from their limits.
_LONGEST = timedelta(days=3_660)


class Part(BaseModel):
    """Base of everything in a rule: frozen, and unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Part):
    """A length of time; a day is 24 hours, whatever the calendar does."""

    amount: int = Field(ge=1, le=5_000_000)
    unit: Literal["minutes", "hours", "days", "weeks"]

    @model_validator(mode="after")
    def _not_endless(self) -> "Span":
        if self.length > _LONGEST:
            raise ValueError("A span may be ten years at most.")
        return self

    @property
    def length(self) -> timedelta:
        """The span as a timedelta."""
        return timedelta(seconds=self.amount * _UNITS[self.unit])

    def words(self) -> str:
        """Say the span: `3 days`, `1 hour`."""
        return plural(self.amount, self.unit.removesuffix("s"))


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""A moment in a rule; without an offset it is in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A window at one instant: `after < t`, `from <= t`, `t <= until`, `t < before`."""

    after: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies inside."""
        return (
            (self.after is None or moment > self.after)
            and (self.since is None or moment >= self.since)
            and (self.until is None or moment <= self.until)
            and (self.before is None or moment < self.before)
        )


class WindowPart(Part):
    """What every window answers; this one lets all of the past in."""

    def bounds(self, now: datetime) -> Bounds:
        """Return the window as of `now`."""
        return Bounds()

    @property
    def enters_after(self) -> timedelta | None:
        """How long after a touchpoint it comes into the window; None when it is in at once."""
        return None

    @property
    def leaves_after(self) -> timedelta | None:
        """How long after a touchpoint it falls out of the window; None for never."""
        return None

    def words(self) -> str:
        """Say the window."""
        return "ever"


class Ever(WindowPart):
    """All of the recorded past."""

    kind: Literal["ever"] = "ever"


class Last(WindowPart):
    """The time from `span` ago on."""

    kind: Literal["last"] = "last"
    span: Span

    def bounds(self, now: datetime) -> Bounds:
        """Return the window as of `now`."""
        return Bounds(after=now - self.span.length)

    @property
    def leaves_after(self) -> timedelta | None:
        """How long after a touchpoint it falls out of the window."""
        return self.span.length

    def words(self) -> str:
        """Say the window."""
        return f"in the last {self.span.words()}"


class Between(WindowPart):
    """The time from `farthest` ago to `nearest` ago, for people who lapsed."""

    kind: Literal["between"] = "between"
    nearest: Span
    farthest: Span

    @model_validator(mode="after")
    def _in_order(self) -> "Between":
        if self.nearest.length >= self.farthest.length:
            raise ValueError("The farthest edge must be longer ago than the nearest edge.")
        return self

    def bounds(self, now: datetime) -> Bounds:
        """Return the window as of `now`."""
        return Bounds(after=now - self.farthest.length, until=now - self.nearest.length)

    @property
    def enters_after(self) -> timedelta | None:
        """How long after a touchpoint it comes into the window."""
        return self.nearest.length

    @property
    def leaves_after(self) -> timedelta | None:
        """How long after a touchpoint it falls out of the window."""
        return self.farthest.length

    def words(self) -> str:
        """Say the window."""
        return f"between {self.nearest.words()} and {self.farthest.words()} ago"


class Fixed(WindowPart):
    """The time between two dates; either may be open."""

    kind: Literal["fixed"] = "fixed"
    start: Moment | None = None
    end: Moment | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Fixed":
        if self.start is None and self.end is None:
            raise ValueError("Give a start, an end, or both.")
        if self.start and self.end and self.start >= self.end:
            raise ValueError("The start must be before the end.")
        return self

    def bounds(self, now: datetime) -> Bounds:
        """Return the window, which does not move."""
        return Bounds(since=self.start, before=self.end)

    def words(self) -> str:
        """Say the window."""
        if self.start is None:
            return f"before {self.end:%Y-%m-%d}"
        if self.end is None:
            return f"since {self.start:%Y-%m-%d}"
        return f"from {self.start:%Y-%m-%d} until {self.end:%Y-%m-%d}"


Window = Annotated[Ever | Last | Between | Fixed, Field(discriminator="kind")]


def earliest(*moments: datetime | None) -> datetime | None:
    """Return the first of some moments; None stands for never."""
    return min((moment for moment in moments if moment is not None), default=None)


def next_edge(window: WindowPart, moment: datetime, now: datetime) -> datetime | None:
    """Return when a touchpoint at `moment` next comes into or falls out of the window."""
    edges = [
        moment + edge
        for edge in (window.enters_after, window.leaves_after)
        if edge is not None and moment + edge > now
    ]
    return min(edges, default=None)
