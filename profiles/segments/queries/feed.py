"""The log of changes as outside systems follow it."""

from dataclasses import dataclass
from datetime import datetime

from kernel.sql import SqlFile

SQL = SqlFile(__file__, "feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """Somebody entered or left a segment."""

    xid: str
    id: int
    segment: str
    customer: str
    entered: bool
    at: datetime
    cause: str
    version: int
    may_start_journeys: bool


def list_changes_after(
    after: tuple[str, int], *, segment_id: int | None, most: int
) -> list[ChangeRow]:
    """List changes behind a position of the log, in its order; none can still appear before them."""
    params = {
        "after_xid": after[0],
        "after_id": after[1],
        "segment_id": segment_id,
        "most": most,
    }
    return SQL.all("list_changes_after", params, into=ChangeRow)
