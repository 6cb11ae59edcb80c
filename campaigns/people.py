"""What happens to messages and journeys when people merge, part again, ask for their data, or go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kernel.sql import SqlFile, bigint_array
from profiles.contracts import CustomerId, MergePair

SQL = SqlFile(__file__, "people")

_MESSAGE = (
    "key",
    "channel",
    "address",
    "status",
    "reason",
    "planned_at",
    "sent_at",
    "template",
    "locale",
    "values",
    "wording",
    "events",
)
_DEVICE = ("key", "channel", "address", "platform", "created_at", "seen_at", "gone_at")
_CARD = (
    "key",
    "channel",
    "title",
    "body",
    "url",
    "place",
    "created_at",
    "read_at",
    "clicked_at",
    "closed_at",
)
_COUPON = ("pool", "code", "message", "given_at")
_BROADCAST = ("broadcast", "state", "starts_at")
_REFUSAL = ("journey", "version", "reason", "times", "first_at", "last_at")
_WAY = ("journey", "arm", "state", "entered_at", "finished_at", "values", "answers")


class CampaignsMerger:
    """Moves enrollments, deliveries and decisions, and moves them back."""

    key = "campaigns"

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give the rows of each loser to its winner."""
        params = {
            "merge_ids": bigint_array(pair.merge_id for pair in pairs),
            "winners": bigint_array(pair.winner_id for pair in pairs),
            "losers": bigint_array(pair.loser_id for pair in pairs),
            "now": now,
        }
        SQL.run("merge_people", params)

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give each loser its rows back."""
        params = {
            "merge_ids": bigint_array(pair.merge_id for pair in pairs),
            "losers": bigint_array(pair.loser_id for pair in pairs),
            "now": now,
        }
        SQL.run("unmerge_people", params)


class CampaignsData:
    """Exports and erases messages and ways through journeys."""

    key = "campaigns"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return every message, way, refusal, device, broadcast, coupon and kept message."""
        person = {"customer_id": customer_id}
        return {
            "messages": [
                dict(zip(_MESSAGE, row, strict=True)) for row in SQL.run("export_messages", person)
            ],
            "journeys": [
                dict(zip(_WAY, row, strict=True)) for row in SQL.run("export_enrollments", person)
            ],
            "refusals": [
                dict(zip(_REFUSAL, row, strict=True)) for row in SQL.run("export_refusals", person)
            ],
            "devices": [
                dict(zip(_DEVICE, row, strict=True)) for row in SQL.run("export_devices", person)
            ],
            "cards": [
                dict(zip(_CARD, row, strict=True)) for row in SQL.run("export_cards", person)
            ],
            "coupons": [
                dict(zip(_COUPON, row, strict=True)) for row in SQL.run("export_coupons", person)
            ],
            "broadcasts": [
                dict(zip(_BROADCAST, row, strict=True))
                for row in SQL.run("export_broadcasts", person)
            ],
        }

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Blank addresses and contents, delete devices; the fact that something was sent stays."""
        SQL.run("erase_people", {"ids": bigint_array(customer_ids), "now": now})
