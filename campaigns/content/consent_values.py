"""Links about consent as values of templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from profiles.contracts import CustomerId
from profiles.facade import list_consent_links


class ConsentValues:
    """`{{ consent.preferences_link }}`, and `{{ consent.confirm_link }}` of who was asked."""

    key = "consent"
    samples: Mapping[str, str] = {
        "preferences_link": "https://example.com/preferences/…",
        "confirm_link": "https://example.com/confirm/…",
    }

    def values(
        self, customer_ids: Sequence[CustomerId], *, now: datetime
    ) -> dict[CustomerId, dict[str, Any]]:
        """Return the links of each person; a question that is not open has no link."""
        return dict(list_consent_links(customer_ids, now=now))
