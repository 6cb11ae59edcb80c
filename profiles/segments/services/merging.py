"""What becomes of memberships when people become one, or are parted again."""

from collections.abc import Sequence
from datetime import datetime

from profiles.contracts import MergePair
from profiles.segments.queries.holding import any_held, merge_held
from profiles.segments.queries.lists import any_listed, merge_listed, part_listed
from profiles.segments.queries.membership import lock_lane
from profiles.segments.services.refreshing import plan_people


class SegmentMerger:
    """Both sides become due at once: the rules see the joined facts and let the loser leave.

    Memberships are changed in the lane only, so that no evaluation under way can bring back
    somebody who is gone.
    """

    key = "segments"

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Make winners and losers due in every live segment; lists take the winner in.

        Whoever was held back on one side stays so, but not where the other side is in.
        """
        if any_listed(pair.loser_id for pair in pairs):
            lock_lane()
            merge_listed(pairs, now=now)
        if any_held(_everybody(pairs)):
            lock_lane()
            merge_held(pairs)
        plan_people(_everybody(pairs), cause="merge", now=now)

    def follow_stragglers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Make both sides due at once, as the merge did before the last of their facts was moved."""
        plan_people(_everybody(pairs), cause="merge", now=now)

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Make both sides due again; what they are in follows from their own facts.

        On static lists both stand as before the merge.
        """
        if any_listed(pair.winner_id for pair in pairs):
            lock_lane()
            part_listed(pairs, now=now)
        plan_people(_everybody(pairs), cause="merge", now=now)


def _everybody(pairs: Sequence[MergePair]) -> set[int]:
    return {int(person) for pair in pairs for person in (pair.winner_id, pair.loser_id)}
