"""Writing signs of life, on Django's connection or on one of the process's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from kernel.heartbeats.models import HeartbeatKind

RECORD = """
INSERT INTO kernel_heartbeat (name, kind, started_at, last_at)
VALUES (%(name)s, %(kind)s, %(started_at)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET
    kind = excluded.kind, started_at = excluded.started_at, last_at = excluded.last_at
"""


class Executor(Protocol):
    """A cursor of Django or a connection of psycopg."""

    def execute(self, query: Any, params: Mapping[str, Any], /) -> object:
        """Run one statement."""


def record_heartbeat(
    executor: Executor, *, name: str, kind: HeartbeatKind, started_at: datetime, now: datetime
) -> None:
    """Note that the process of this name lives. One statement; the row is overwritten."""
    executor.execute(
        RECORD, {"name": name, "kind": kind.value, "started_at": started_at, "now": now}
    )
