from datetime import UTC, datetime, timedelta

import pytest

from kernel.http.rate import Rate, take

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
RATE = Rate(per_second=2, burst=3)
pytestmark = pytest.mark.django_db


def waits(*seconds, name="a"):
    found = (take(name, rate=RATE, now=NOW + timedelta(seconds=s)) for s in seconds)
    return [None if wait is None else wait.total_seconds() for wait in found]


def test_burst_passes_then_the_caller_waits_for_one_step():
    assert waits(0, 0, 0, 0, 0) == [None, None, None, 0.5, 0.5]


def test_long_run_is_the_rate():
    assert waits(0, 0, 0, 0.5, 0.5, 1.0, 1.25) == [None, None, None, None, 0.5, None, 0.25]


def test_pause_refills_no_more_than_the_burst():
    waits(0, 0, 0)
    assert waits(3600, 3600, 3600, 3600) == [None, None, None, 0.5]


def test_callers_do_not_share_a_bucket():
    assert waits(0, 0, 0, 0)[-1] == 0.5
    assert waits(0, name="b") == [None]
