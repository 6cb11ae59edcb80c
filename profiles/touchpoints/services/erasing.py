"""What becomes of events when people ask for their data, or go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.sql import SqlFile, bigint_array
from profiles.contracts import CustomerId
from profiles.identities.rules import ERASED

SQL = SqlFile(__file__, "erasing")


class TouchpointData:
    """Exports and erases events, also those in quarantine."""

    key = "touchpoints"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return every touchpoint of one person, oldest first."""
        rows = SQL.run("export_touchpoints", {"customer_id": customer_id})
        return {"touchpoints": [row[0] for row in rows]}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Delete the touchpoints and empty what names the people in quarantine."""
        people = {"ids": bigint_array(customer_ids)}
        SQL.run("erase_touchpoints", people)
        SQL.run("erase_quarantined", {**people, "reason": ERASED})
