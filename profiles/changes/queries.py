"""Typed calls of the statements behind trait changes."""

import json
from collections.abc import Sequence
from typing import Any

from kernel.sql import SqlFile, bigint_array
from profiles.changes.models import TraitChange

SQL = SqlFile(__file__, "changes")


def find_newest_id() -> int:
    """Find the newest person."""
    return int(SQL.value("find_newest_id", {}))


def list_ids(*, before_id: int, limit: int) -> list[int]:
    """List people before an id, newest first, whatever became of them."""
    return [row[0] for row in SQL.run("list_ids", {"before_id": before_id, "limit": limit})]


def list_restorable(
    change: TraitChange, ids: Sequence[int], *, source_id: int
) -> list[tuple[int, Any]]:
    """List whom of these people a change reached, with the value they had before; null for none."""
    params = {
        "ids": bigint_array(ids), "at": change.created_at, "source_id": source_id,
        "trait": change.trait, "value": json.dumps(change.value),
    }  # fmt: skip
    return [(row[0], row[1]) for row in SQL.run("list_restorable", params)]
