"""Signs of life of the Celery worker and of beat, written on a connection of their own.

The worker's main process and beat must not touch Django's pool: the worker forks, and beat holds
an advisory lock that lives as long as its connection.
"""

from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog
from celery import bootsteps
from django.conf import settings

from kernel.heartbeats.models import HeartbeatKind
from kernel.heartbeats.services import record_heartbeat

log = structlog.get_logger(__name__)

EVERY_SECONDS = 5.0


def open_link() -> psycopg.Connection[Any]:
    """Open a connection to the product's database beside Django's pool."""
    found: dict[str, Any] = settings.DATABASES["default"]
    return psycopg.connect(
        host=found["HOST"], port=found["PORT"] or None, dbname=found["NAME"],
        user=found["USER"], password=found["PASSWORD"] or None,
        connect_timeout=5, autocommit=True,
        **{k: v for k, v in found["OPTIONS"].items() if k != "pool"},
    )  # fmt: skip


class Pulse:
    """One process's sign of life, on a connection that is opened again after a failure."""

    def __init__(self, name: str, kind: HeartbeatKind) -> None:
        self.name = name
        self.kind = kind
        self.started_at = datetime.now(UTC)
        self._link: psycopg.Connection[Any] | None = None

    def beat(self) -> None:
        """Write the sign of life; a database that is away is tried again at the next one."""
        try:
            if self._link is None or self._link.closed:
                self._link = open_link()
            now = datetime.now(UTC)
            record_heartbeat(
                self._link, name=self.name, kind=self.kind, started_at=self.started_at, now=now
            )
        except psycopg.Error as error:
            log.warning("heartbeat.not_written", process=self.name, error=type(error).__name__)
            self.close()

    def close(self) -> None:
        """Close the connection; the next `beat` opens another."""
        if self._link is not None:
            self._link.close()
            self._link = None


class WorkerHeartbeat(bootsteps.StartStopStep):
    """Lets the worker's event loop write its sign of life every few seconds."""

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._pulse = Pulse(parent.hostname, HeartbeatKind.WORKER)
        self._timer: Any = None

    def start(self, parent: Any) -> None:
        self._pulse.beat()
        self._timer = parent.timer.call_repeatedly(EVERY_SECONDS, self._pulse.beat)

    def stop(self, _parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._pulse.close()
