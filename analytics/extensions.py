"""What this app plugs into the apps below it."""

from collections.abc import Sequence
from datetime import datetime

from analytics.metrics.services import ask_for_recount
from profiles.contracts import MergePair
from profiles.extension_points import customer_mergers


class CountMerger:
    """Counts people again when they become one, or two again."""

    key = "analytics"

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Note both sides; the next batch of touchpoints counts them again."""
        ask_for_recount([person for pair in pairs for person in (pair.winner_id, pair.loser_id)])

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Note both sides again."""
        ask_for_recount([person for pair in pairs for person in (pair.winner_id, pair.loser_id)])


customer_mergers.register(CountMerger.key, CountMerger())
