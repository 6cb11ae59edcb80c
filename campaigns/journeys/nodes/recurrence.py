"""Times that repeat, as the rules of calendars write them (RFC 5545), on the clock of a zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

# A rule that has no time within ten years never happens again.
_HORIZON = timedelta(days=3_660)


def check_recurrence(text: str) -> None:
    """Raise `ValueError` with words for people when a rule cannot be read or repeats too often."""
    _read(text, date(2026, 1, 1), time(9))
    if any(f"FREQ={often}" in text.upper() for often in ("HOURLY", "MINUTELY", "SECONDLY")):
        raise ValueError("a schedule repeats daily at most; use FREQ=DAILY, WEEKLY or MONTHLY")


def next_occurrence(
    text: str, *, begins_on: date, at: time, zone: ZoneInfo, after: datetime
) -> datetime | None:
    """Return the first instant of a rule after an instant, or `None` when there is none.

    The rule counts local days from `begins_on`. Wall times follow the contract of
    `rules.calendar`: one that a clock skips counts as much later, of one that comes twice the first.
    """
    local = after.astimezone(zone).replace(tzinfo=None)
    rule = _read(text, begins_on, at)
    found = rule.after(local - timedelta(days=1), inc=True)
    while found is not None and found <= local + _HORIZON:
        instant: datetime = found.replace(tzinfo=zone).astimezone(UTC)
        if instant > after:
            return instant
        found = rule.after(found)
    return None


def _read(text: str, begins_on: date, at: time) -> rrule:
    parts = text.upper().removeprefix("RRULE:")
    if "DTSTART" in parts or "\n" in parts:
        raise ValueError("give only the rule without dates, such as FREQ=WEEKLY;BYDAY=MO")
    try:
        rule = rrulestr(parts, dtstart=datetime.combine(begins_on, at), cache=False)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(
            "the schedule cannot be read; write for example FREQ=WEEKLY;BYDAY=MO"
        ) from error
    return cast("rrule", rule)
