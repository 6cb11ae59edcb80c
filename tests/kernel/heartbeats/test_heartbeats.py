from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from kernel.heartbeats.models import Heartbeat, HeartbeatKind
from kernel.heartbeats.selectors import list_pulses
from kernel.heartbeats.services import record_heartbeat
from kernel.heartbeats.tasks import record_round_trip

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def record(name: str, kind: HeartbeatKind, *, ago: timedelta) -> None:
    with connection.cursor() as cursor:
        record_heartbeat(cursor, name=name, kind=kind, started_at=NOW - ago, now=NOW - ago)


def test_second_sign_of_life_overwrites_the_first():
    record("beat", HeartbeatKind.BEAT, ago=timedelta(minutes=5))
    record("beat", HeartbeatKind.BEAT, ago=timedelta(seconds=1))
    assert list(Heartbeat.objects.values_list("name", "last_at")) == [
        ("beat", NOW - timedelta(seconds=1))
    ]


def test_process_is_late_after_30_seconds_and_forgotten_after_a_day():
    record("on time", HeartbeatKind.WORKER, ago=timedelta(seconds=30))
    record("late", HeartbeatKind.WORKER, ago=timedelta(seconds=31))
    record("gone", HeartbeatKind.WORKER, ago=timedelta(days=1))
    assert [(p.name, p.is_late) for p in list_pulses(now=NOW)] == [
        ("late", True),
        ("on time", False),
    ]


def test_round_trip_task_leaves_its_own_sign():
    before = datetime.now(UTC)
    record_round_trip()
    row = Heartbeat.objects.get(name="tasks")
    assert row.kind == HeartbeatKind.TASKS
    assert row.last_at >= before
