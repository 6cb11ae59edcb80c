"""How rows name themselves in the back office: by ids, never by personal words."""

from datetime import UTC, datetime

import pytest

from kernel.audit.models import AuditEntry
from kernel.heartbeats.models import Heartbeat
from kernel.http.models import IdempotencyKey

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (
            AuditEntry(actor="user:1", verb="published", object_type="journey", object_id="7"),
            "user:1 published journey 7",
        ),
        (Heartbeat(name="worker@a", kind="worker", started_at=NOW, last_at=NOW), "worker@a"),
        (IdempotencyKey(caller="key:1", key="abc"), "key:1 abc"),
    ],
    ids=["audit entry", "heartbeat", "idempotency key"],
)
def test_rows_name_themselves(row, name):
    assert str(row) == name
