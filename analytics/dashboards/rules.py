"""Periods, comparisons and figures of the dashboards. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

PERIODS = (7, 30, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The last days up to now, today included, and as many days before, up to the same hour."""

    days: int
    start: datetime
    now: datetime
    before_start: datetime
    before_end: datetime
    zone: str

    @property
    def day_starts(self) -> list[datetime]:
        """The start of each day, in the workspace's zone."""
        return _midnights(self.start, self.days, self.zone)

    @property
    def before_day_starts(self) -> list[datetime]:
        """The start of each day of the period before."""
        return _midnights(self.before_start, self.days, self.zone)

    @property
    def label(self) -> str:
        """The first and the last day in words."""
        first = self.start.astimezone(ZoneInfo(self.zone))
        last = self.now.astimezone(ZoneInfo(self.zone))
        return f"{first.day} {first:%b} – {last.day} {last:%b %Y}"  # noqa: RUF001


def read_days(text: str | None) -> int:
    """Read the length of the period from an address; anything unknown is 30 days."""
    return int(text) if text in {str(days) for days in PERIODS} else 30


def period_of(days: int, *, now: datetime, zone: str) -> Period:
    """Return the period of `days` days that ends now, cut at midnights of the zone."""
    local = now.astimezone(ZoneInfo(zone))
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(
        days=days,
        start=today - timedelta(days=days - 1),
        now=now,
        before_start=today - timedelta(days=2 * days - 1),
        before_end=local.replace(minute=0, second=0, microsecond=0) - timedelta(days=days),
        zone=zone,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """A change in words, its direction, and whether it is good news."""

    text: str
    direction: str
    tone: str


def compare(value: Decimal, before: Decimal | None, *, is_good_when_high: bool) -> Delta:
    """Say how a figure changed; nothing when there is nothing to compare with.

    From zero there is no percentage, so the former figure is said instead.
    """
    if before is None:
        return Delta(text="", direction="", tone="")
    if value == before:
        return Delta(text="no change", direction="", tone="")
    is_up = value > before
    tone = "good" if is_up == is_good_when_high else "bad"
    direction = "up" if is_up else "down"
    if before == 0:
        return Delta(text="from 0", direction=direction, tone=tone)
    change = (value - before) / before * 100
    sign = "+" if is_up else "−"
    return Delta(text=f"{sign}{abs(change):,.1f}%", direction=direction, tone=tone)


def _midnights(start: datetime, days: int, zone: str) -> list[datetime]:
    first = start.astimezone(ZoneInfo(zone))
    return [first + timedelta(days=day) for day in range(days)]
