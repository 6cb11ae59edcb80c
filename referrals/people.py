"""What happens to referrals and rewards when people ask for their data, or go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.sql import SqlFile, bigint_array
from profiles.contracts import CustomerId

SQL = SqlFile(__file__, "people")


class ReferralsData:
    """Exports and erases referrals; the ledger keeps its amounts, which name nobody."""

    key = "referrals"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return codes, referrals, rewards and findings of one person."""
        person = {"customer_id": customer_id}
        return {
            "codes": [row[0] for row in SQL.run("export_codes", person)],
            "referrals": [row[0] for row in SQL.run("export_referrals", person)],
            "rewards": [row[0] for row in SQL.run("export_rewards", person)],
            "findings": [row[0] for row in SQL.run("export_findings", person)],
        }

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Retire the codes and blank orders, evidence and staff's words."""
        SQL.run("erase_people", {"ids": bigint_array(customer_ids)})
