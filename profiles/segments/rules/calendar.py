"""Days of the calendar in UTC, with twins in SQL."""

from datetime import UTC, date, datetime, time


def start_of_day(day: date) -> datetime:
    """Return midnight UTC at the start of a day."""
    return datetime.combine(day, time(), tzinfo=UTC)


def next_anniversary(day: date, today: date) -> date:
    """Return the first anniversary of a day on or after today; 29 February falls on 28."""
    this_year = _in_year(day, today.year)
    return this_year if this_year >= today else _in_year(day, today.year + 1)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
