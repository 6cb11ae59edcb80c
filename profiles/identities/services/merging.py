"""Two people become one; everything of the loser goes to the winner, with a record of both."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction

from kernel.errors import Conflict
from kernel.sql import SqlFile, bigint_array
from profiles.contracts import CustomerId, MergePair
from profiles.customers.models import Merge
from profiles.customers.queries import TraitValue, apply_traits
from profiles.extension_points import customer_mergers

SQL = SqlFile(__file__, "merges")
log = structlog.get_logger()


def merge_people(
    pairs: Sequence[tuple[int, int]],
    *,
    kind: Merge.Kind,
    reason: str,
    actor: str = "",
    now: datetime,
) -> list[MergePair]:
    """Merge losers into winners, in sets: `pairs` are winner and loser, no loser being a winner.

    Locks all of them in order of their ids. Identifiers, traits (the newest of each), touchpoints
    and the rows of every registered merger go to the winner; the losers keep resolving to them.

    Raises:
        Conflict: somebody was merged or erased meanwhile; nothing is changed.
    """  # fmt: skip
    winners, losers = bigint_array(w for w, _ in pairs), bigint_array(loser for _, loser in pairs)
    everybody = {person for pair in pairs for person in pair}
    sides = {"winner_ids": winners, "loser_ids": losers}
    with transaction.atomic():
        if SQL.count("lock_people", {"ids": bigint_array(everybody)}) != len(everybody):
            raise Conflict("One of these people was merged or erased meanwhile. Look again.")
        words = {"kind": kind.value, "reason": reason, "actor": actor, "now": now}
        merged = [
            MergePair(merge_id=m, winner_id=CustomerId(w), loser_id=CustomerId(loser))
            for m, w, loser in SQL.run("insert_merges", {**sides, **words})
        ]
        apply_traits(TraitValue(*row) for row in SQL.run("list_traits", sides))
        for statement in ("widen_winners", "move_identities", "retire_losers"):
            SQL.run(statement, sides)
        for _, merger in customer_mergers.items():  # noqa: PERF102  a registry, not a dict
            merger.merge_customers(merged, now=now)
    log.info("identities.merged", kind=kind.value, merged=len(merged))
    return merged
