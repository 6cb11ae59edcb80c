"""What becomes of computed values when people become one, are parted, ask for their data, or go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from profiles.computed import queries
from profiles.computed.services.refreshing import plan_people
from profiles.contracts import CustomerId, MergePair


class ComputedMerger:
    """Both sides become due at once: values follow from the touchpoints that each now has."""

    key = "computed"

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Make winners and losers due in every trait."""
        plan_people(_everybody(pairs), now=now)

    def follow_stragglers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Make both sides due again, as the merge did before the last of their facts was moved."""
        plan_people(_everybody(pairs), now=now)

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Make both sides due again."""
        plan_people(_everybody(pairs), now=now)


class ComputedData:
    """Exports and erases computed values."""

    key = "computed"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return the values of one person as JSON."""
        values = queries.read_values([customer_id]).get(customer_id, {})
        return {"computed_traits": {slug: plain(value) for slug, value in values.items()}}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Drop the values, in the lane, so that no computation under way brings them back."""
        queries.lock_lane()
        queries.erase_values(customer_ids)


def plain(value: Any) -> Any:
    """Return a value as JSON writes it; exact numbers become whole numbers or fractions."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, bool | int | str):
        return value
    return float(value)


def _everybody(pairs: Sequence[MergePair]) -> set[int]:
    return {int(person) for pair in pairs for person in (pair.winner_id, pair.loser_id)}
