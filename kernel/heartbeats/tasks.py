"""The round trip: beat asks, the broker carries, a worker answers."""

from datetime import UTC, datetime

from celery import shared_task
from django.db import connection

from kernel.heartbeats.models import HeartbeatKind
from kernel.heartbeats.services import record_heartbeat


@shared_task(name="kernel.record_round_trip")
def record_round_trip() -> None:
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        record_heartbeat(cursor, name="tasks", kind=HeartbeatKind.TASKS, started_at=now, now=now)
