"""Typed calls of the statements over exports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from kernel.sql import SqlFile, bigint_array
from profiles.exports.models import Export

SQL = SqlFile(__file__, "exports")


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpointLine:
    """One touchpoint of a file, with whom it is about."""

    id: int
    customer_id: int
    customer_key: UUID
    event: str
    type: int
    source: str | None
    occurred_at: datetime
    received_at: datetime
    revenue: Decimal | None
    properties: dict[str, Any]
    context: dict[str, Any]


def claim_export(*, now: datetime, lease: datetime, most_tries: int) -> int | None:
    """Take the export whose turn it is, after every erasure under way; `None` without one."""
    with transaction.atomic():
        SQL.run("await_erasures", {})
        params = {"now": now, "lease": lease, "most_tries": most_tries}
        found = SQL.value("claim_export", params)
    return None if found is None else int(found)


def give_up(*, now: datetime, most_tries: int, failure: str) -> int:
    """End what could not be made in all tries; return how many exports."""
    return SQL.count("give_up", {"now": now, "most_tries": most_tries, "failure": failure})


def renew(export: Export, *, lease: datetime) -> bool:
    """Note how far the worker is; `False` when its turn is over."""
    params = {
        "id": export.pk, "turn": export.turn, "rows": export.rows,
        "percent": export.progress_percent, "lease": lease,
    }  # fmt: skip
    return SQL.count("renew", params) == 1


def make_anew(ids: Sequence[int]) -> list[int]:
    """Send back exports in which one of these people may stand; in the caller's transaction."""
    SQL.run("announce_erasure", {})
    return [row[0] for row in SQL.run("make_anew", {"oldest_id": min(ids)})]


def find_newest_id() -> int:
    """Find the newest person."""
    return int(SQL.value("find_newest_id", {}))


def list_touchpoints(
    export: Export, ids: Sequence[int], *, after: TouchpointLine | None, limit: int
) -> list[TouchpointLine]:
    """List what an export asks for of some people, behind a line."""
    params = {
        "ids": bigint_array(ids), "since": export.since, "until": export.until, "limit": limit,
        "received_until": export.created_at,
        "after_customer_id": after and after.customer_id, "after_at": after and after.occurred_at,
        "after_id": after and after.id,
    }  # fmt: skip
    return SQL.all("list_touchpoints", params, into=TouchpointLine)
