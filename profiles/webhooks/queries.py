"""Typed calls of the statements about requests of webhooks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from kernel.sql import SqlFile, bigint_array, text_array

SQL = SqlFile(__file__, "webhooks")

# Enough to see what goes wrong and to write a mapping from; not a second store of personal data.
KEPT_DELIVERIES = 20


class DeliveryRow(NamedTuple):
    """How one request went."""

    source_id: int
    request_id: str
    received_at: datetime
    outcome: str
    events: int
    field: str
    detail: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRow:
    """How many requests were refused for one reason."""

    reason: str
    refused: int
    last_at: datetime


def note_deliveries(rows: Sequence[DeliveryRow]) -> None:
    """Note how requests went and keep only the newest of each source."""
    if not rows:
        return
    newest: dict[int, list[DeliveryRow]] = {}
    for row in sorted(rows, key=lambda row: row.received_at, reverse=True):
        of_source = newest.setdefault(row.source_id, [])
        if len(of_source) < KEPT_DELIVERIES:
            of_source.append(row)
    kept = [row for of_source in newest.values() for row in of_source]
    params = {
        "source_ids": bigint_array(row.source_id for row in kept),
        "request_ids": text_array(row.request_id for row in kept),
        "received_at": [row.received_at for row in kept],
        "outcomes": text_array(row.outcome for row in kept),
        "events": bigint_array(row.events for row in kept),
        "fields": text_array(row.field for row in kept),
        "details": text_array(row.detail for row in kept),
        "bodies": [row.body for row in kept],
    }
    SQL.run("note_deliveries", params)
    SQL.run("prune_deliveries", {"source_ids": bigint_array(newest), "kept": KEPT_DELIVERIES})


def count_refusal(source_id: int, *, reason: str, now: datetime) -> None:
    """Count one refused request."""
    SQL.run("count_refusal", {"source_id": source_id, "reason": reason, "now": now})


def list_refusals(source_id: int, *, now: datetime) -> list[RefusalRow]:
    """List why requests were refused in the last 24 hours."""
    return SQL.all("list_refusals", {"source_id": source_id, "now": now}, into=RefusalRow)


def blank_deliveries(customer_ids: Sequence[int]) -> int:
    """Empty the kept requests that name the people and return how many."""
    return SQL.count("blank_deliveries", {"ids": bigint_array(customer_ids)})


def export_deliveries(customer_id: int) -> list[dict[str, Any]]:
    """Return the kept requests that name one person, oldest first."""
    return [row[0] for row in SQL.run("export_deliveries", {"customer_id": customer_id})]
