"""The scheduler of Celery beat, of which only one runs however many are started."""

import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from django_celery_beat.schedulers import DatabaseScheduler

from kernel.heartbeats.models import HeartbeatKind
from kernel.heartbeats.services import record_heartbeat
from mcps_site.heartbeats import open_link

log = structlog.get_logger(__name__)

# Any number will do as long as nothing else takes this advisory lock.
LOCK_KEY = 0x4D435053
BEAT_EVERY_SECONDS = 2.0


class OnlyScheduler(DatabaseScheduler):
    """Ticks only while it holds an advisory lock in PostgreSQL; others stand by.

    The lock belongs to a connection, so it is free the moment the holder dies. A holder that lost
    its connection leaves at once: another may have the lock already.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self._link: psycopg.Connection[Any] | None = None
        self._started_at = datetime.now(UTC)
        self._written = 0.0
        super().__init__(*args, **options)

    def setup_schedule(self) -> None:
        self._link = wait_for_lock()
        super().setup_schedule()

    def tick(self, *args: Any, **options: Any) -> float:
        self._prove_lock()
        # A schedule changed by an operator, and the sign of life, must not wait for the next task.
        pause: float = super().tick(*args, **options)
        return min(pause, BEAT_EVERY_SECONDS)

    def close(self) -> None:
        super().close()
        if self._link is not None:
            self._link.close()

    def _prove_lock(self) -> None:
        if self._link is None or time.monotonic() - self._written < BEAT_EVERY_SECONDS:
            return
        try:
            now = datetime.now(UTC)
            record_heartbeat(
                self._link, name="beat", kind=HeartbeatKind.BEAT,
                started_at=self._started_at, now=now,
            )  # fmt: skip
        except psycopg.Error as error:
            raise SystemExit("Beat lost its database connection and the lock with it.") from error
        self._written = time.monotonic()


def wait_for_lock(*, every_seconds: float = 1.0) -> psycopg.Connection[Any]:
    """Stand by until no other beat holds the lock; the returned connection holds it."""
    link = open_link()
    told = False
    while not _try_lock(link):
        if not told:
            log.info("beat.standing_by", reason="another beat runs")
            told = True
        time.sleep(every_seconds)
    return link


def _try_lock(link: psycopg.Connection[Any]) -> bool:
    row = link.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone()
    return bool(row and row[0])
