"""How the rows of an export are written."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.spreadsheets import harmless

PEOPLE_COLUMNS: Final = (
    "key", "name", "email", "phone", "user_id", "first_seen_at", "last_seen_at", "traits",
)  # fmt: skip
TOUCHPOINT_COLUMNS: Final = (
    "id", "customer_key", "event", "type", "source", "occurred_at", "received_at", "revenue",
    "properties", "context",
)  # fmt: skip
# Written by us alone, and a negative amount has to stay a number.
_OWN: Final = frozenset({"id", "revenue"})


def csv_cells(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Return the cells of a row; a text that a spreadsheet would run as a formula gets a quote."""
    return [_cell(row[name], is_own=name in _OWN) for name in columns]


def _cell(value: Any, *, is_own: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return text if is_own else harmless(text)
