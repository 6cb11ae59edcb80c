"""Periods and comparisons."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analytics.dashboards.rules import compare, period_of, read_days

NOW = datetime(2026, 3, 30, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "days"), [("7", 7), ("30", 30), ("90", 90), ("31", 30), ("x", 30), (None, 30)]
)
def test_only_offered_periods_are_read(text, days):
    assert read_days(text) == days


def test_a_period_ends_now_and_is_compared_up_to_the_same_hour():
    period = period_of(7, now=NOW, zone="UTC")
    assert period.start == datetime(2026, 3, 24, tzinfo=UTC)
    assert period.before_start == datetime(2026, 3, 17, tzinfo=UTC)
    assert period.before_end == datetime(2026, 3, 23, 10, tzinfo=UTC)
    assert period.day_starts[-1] == datetime(2026, 3, 30, tzinfo=UTC)
    assert len(period.day_starts) == len(period.before_day_starts) == 7
    assert period.label == "24 Mar \u2013 30 Mar 2026"


def test_days_begin_at_midnight_of_the_zone_also_when_the_clocks_change():
    days = period_of(7, now=NOW, zone="Europe/Berlin").day_starts
    assert [day.hour for day in days] == [0] * 7
    assert [day.astimezone(UTC).hour for day in days] == [23] * 6 + [22]


@pytest.mark.parametrize(
    ("value", "before", "good_when_high", "expected"),
    [
        (110, 100, True, ("+10.0%", "up", "good")),
        (90, 100, True, ("−10.0%", "down", "bad")),
        (110, 100, False, ("+10.0%", "up", "bad")),
        (90, 100, False, ("−10.0%", "down", "good")),
        (100, 100, True, ("no change", "", "")),
        (5, 0, True, ("from 0", "up", "good")),
        (5, None, True, ("", "", "")),
    ],
)
def test_a_change_is_good_or_bad_news(value, before, good_when_high, expected):
    former = None if before is None else Decimal(before)
    found = compare(Decimal(value), former, is_good_when_high=good_when_high)
    assert (found.text, found.direction, found.tone) == expected
