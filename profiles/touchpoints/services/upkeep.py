"""What the schedule does for the logs: partitions ahead, drained days, stragglers of merges."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from profiles.contracts import MergePair
from profiles.extension_points import straggler_followers
from profiles.touchpoints import queries

log = structlog.get_logger()

# A batch that resolved somebody before they were merged has long committed after this.
_STRAGGLERS_FOR = timedelta(minutes=10)


def keep_partitions(*, now: datetime) -> None:
    """Make the partitions of the next days and months and drop drained days of the inbox.

    Safe to run twice. A day is dropped only when it is over and holds nothing.
    """
    with transaction.atomic():
        made = queries.make_partitions_ahead(now=now)
    with transaction.atomic():
        dropped = queries.drop_drained_days(before=now - timedelta(days=2))
    log.info("touchpoints.partitions_kept", made=made, dropped=dropped)


class TouchpointMerger:
    """Moves touchpoints when people become one, and back by who they were recorded for."""

    key = "touchpoints"

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give the touchpoints of each loser to its winner."""
        queries.move_touchpoints(pairs)

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give each loser back what was recorded for it, or for those it had taken over."""
        for pair in pairs:
            queries.return_touchpoints(
                merge_id=pair.merge_id, winner_id=pair.winner_id, loser_id=pair.loser_id
            )


def sweep_stragglers(*, now: datetime) -> int:
    """Move what was stored for somebody in the very moment in which they were merged.

    Nobody reads the moved facts in the log again, so who follows from them is told here. Safe to
    run twice; usually finds nothing. Returns how many touchpoints and identifiers moved.
    """
    with transaction.atomic():
        pairs = queries.list_recent_merges(since=now - _STRAGGLERS_FOR)
        touched = queries.move_touchpoints(pairs)
        named = queries.move_straggling_identities(pairs)
        late = [pair for pair in pairs if pair.winner_id in touched.keys() | set(named)]
        if late:
            for _, follower in straggler_followers.items():  # noqa: PERF102  a registry, not a dict
                follower.follow_stragglers(late, now=now)
    moved = sum(touched.values()) + len(named)
    if moved:
        log.info("touchpoints.stragglers_moved", moved=moved)
    return moved
