"""What becomes of kept requests when people ask for their data, or go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from profiles.contracts import CustomerId
from profiles.webhooks.queries import blank_deliveries, export_deliveries


class WebhookData:
    """Exports and blanks the last requests that name somebody."""

    key = "webhooks"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return the kept requests that name one person, oldest first."""
        return {"webhooks": export_deliveries(customer_id)}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Empty the kept requests that name the people."""
        blank_deliveries(customer_ids)
