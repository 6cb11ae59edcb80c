"""A month as weeks of days, with what starts on each."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from campaigns.broadcasts.models import Broadcast


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `is_other` when it belongs to the month before or after."""

    on: date
    is_other: bool
    is_today: bool
    broadcasts: list[Broadcast]


@dataclass(frozen=True, slots=True)
class Month:
    """The first days of a month and of its neighbors, in a time zone."""

    start: datetime
    end: datetime
    before: date
    today: date
    weeks: tuple[tuple[Day, ...], ...] = ()

    def fill(self, broadcasts: Iterable[Broadcast]) -> "Month":
        """Return the month with its days."""
        zone = self.start.tzinfo
        by_day: dict[date, list[Broadcast]] = {}
        for each in broadcasts:
            if each.starts_at:
                by_day.setdefault(_shown_on(each, zone), []).append(each)
        first = self.start.date()
        weeks = tuple(
            tuple(
                Day(day, day.month != first.month, day == self.today, by_day.get(day, []))
                for day in week
            )
            for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
        )
        return Month(self.start, self.end, self.before, self.today, weeks)


def month_of(text: str, *, now: datetime) -> Month:
    """Return the month of a text such as 2026-11; without a valid one that of `now`."""
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=now.tzinfo)
        year, month = first.year, first.month
        if not 2000 <= year <= 2200:
            year, month = now.year, now.month
    except ValueError:
        year, month = now.year, now.month
    following = (year + month // 12, month % 12 + 1)
    before = (year - (month == 1), (month - 2) % 12 + 1)
    return Month(
        start=datetime(year, month, 1, tzinfo=now.tzinfo),
        end=datetime(*following, 1, tzinfo=now.tzinfo),
        before=date(*before, 1),
        today=now.date(),
    )


def _shown_on(broadcast: Broadcast, zone: tzinfo | None) -> date:
    if broadcast.timing == "local" and broadcast.local_on:
        return broadcast.local_on
    return broadcast.starts_at.astimezone(zone).date() if broadcast.starts_at else date.min
