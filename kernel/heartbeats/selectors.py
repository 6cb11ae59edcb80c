"""Who is alive, as the operations page and /readyz ask it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.heartbeats.models import Heartbeat, HeartbeatKind

# A sign of life comes every few seconds; several may be missed while a process restarts.
LATE_AFTER = timedelta(seconds=30)
# A process that was silent for so long has been removed, not lost.
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """One process and the age of its last sign of life."""

    name: str
    kind: HeartbeatKind
    started_at: datetime
    last_at: datetime
    age: timedelta
    is_late: bool


def list_pulses(*, now: datetime) -> list[Pulse]:
    """Return every process seen within the last day, by kind and name."""
    rows = Heartbeat.objects.filter(last_at__gt=now - FORGOTTEN_AFTER).order_by("kind", "name")
    return [
        Pulse(
            name=row.name,
            kind=HeartbeatKind(row.kind),
            started_at=row.started_at,
            last_at=row.last_at,
            age=now - row.last_at,
            is_late=now - row.last_at > LATE_AFTER,
        )
        for row in rows
    ]
