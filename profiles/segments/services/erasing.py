"""What becomes of memberships when people ask for their data, or go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.sql import SqlFile, bigint_array
from profiles.contracts import CustomerId
from profiles.segments.queries.membership import lock_lane

SQL = SqlFile(__file__, "erasing")


class SegmentData:
    """Exports memberships; erasing ends them. The log of changes names nobody and stays."""

    key = "segments"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return the segments that one person is in."""
        rows = SQL.run("export_memberships", {"customer_id": customer_id})
        return {"segments": [row[0] for row in rows]}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Let the people leave, in the lane, so that no evaluation under way brings them back."""
        lock_lane()
        SQL.run("erase_memberships", {"customer_ids": bigint_array(customer_ids), "now": now})
