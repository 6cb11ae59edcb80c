"""Times of day on a person's own clock.

The contract: the target is the first allowed wall time at or after the arrival. In the hour that a
clock skips, a wall time counts as much later as the clock skipped (02:30 is 03:30); in the hour that
comes twice, the first one counts. A zone that nobody knows is the step's own.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def next_local_time(
    arrived_at: datetime, *, at: time, weekdays: Collection[int], zone: ZoneInfo
) -> datetime:
    """Return the first instant at or after the arrival at which it is `at` on an allowed weekday.

    No weekdays means every day. Weekdays are counted from Monday as 0.
    """
    today = arrived_at.astimezone(zone).date()
    for days in range(-1, 10):
        day = today + timedelta(days=days)
        instant = _instant(day, at, zone)
        if instant >= arrived_at and (not weekdays or day.weekday() in weekdays):
            return instant
    raise ValueError("weekdays are numbers from 0 (Monday) to 6 (Sunday)")


def days_later(arrived_at: datetime, *, days: int, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant at which it is `at`, so many days of the calendar after the arrival's."""
    return _instant(arrived_at.astimezone(zone).date() + timedelta(days=days), at, zone)


def date_instant(day: date, *, year: int, offset_days: int, at: time, zone: ZoneInfo) -> datetime:
    """Return when a day returns in a year, so many days later; 29 February returns as the 28th."""
    try:
        returned = day.replace(year=year)
    except ValueError:
        returned = day.replace(year=year, day=28)
    return _instant(returned + timedelta(days=offset_days), at, zone)


def find_zone(name: str | None, *, fallback: str) -> ZoneInfo:
    """Return a zone by name, or the fallback where the name is empty or unknown."""
    for wished in (name, fallback):
        try:
            return ZoneInfo(wished or "")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
