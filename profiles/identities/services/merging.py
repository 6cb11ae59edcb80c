"""Two people become one, with a record of both sides; and become two again."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction

from kernel.errors import Conflict, NotFound
from kernel.sql import SqlFile, bigint_array
from profiles.contracts import CustomerId, MergePair
from profiles.customers.models import Merge, TraitEntry
from profiles.customers.trait_queries import TraitValue, apply_traits
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
        gained = [TraitValue(*row) for row in SQL.run("list_traits", sides)]
        apply_traits(gained, now=now, cause=TraitEntry.Cause.MERGED)
        for statement in ("widen_winners", "move_identities", "retire_losers"):
            SQL.run(statement, sides)
        for _, merger in customer_mergers.items():  # noqa: PERF102  a registry, not a dict
            merger.merge_customers(merged, now=now)
    log.info("identities.merged", kind=kind.value, merged=len(merged))
    return merged


def part_people(merge_id: int, *, actor: str, now: datetime) -> MergePair:
    """Undo a merge: both people are again what they would be without it.

    The loser gets back its identifiers, its touchpoints, and what later events said that named
    only its identifiers; the winner's traits are those from before plus what it was told since.

    Raises:
        NotFound: there is no such merge, or it was undone before.
        Conflict: the winner was merged into somebody else since; that merge is undone first.
    """
    one = {"merge_id": merge_id}
    with transaction.atomic():
        found = SQL.run("lock_merge", one)
        if not found:
            raise NotFound("There is no merge of this number in force. It may be undone already.")
        winner_id, loser_id, is_whole = found[0]
        if not is_whole:
            raise Conflict("The person was merged into somebody else since. Undo that merge first.")
        pair = MergePair(
            merge_id=merge_id, winner_id=CustomerId(winner_id), loser_id=CustomerId(loser_id)
        )
        for statement in ("revive_loser", "return_identities"):
            SQL.run(statement, one)
        SQL.run("restore_winner", {**one, "now": now})
        SQL.run("close_merge", {**one, "actor": actor, "now": now})
        for _, merger in customer_mergers.items():  # noqa: PERF102  a registry, not a dict
            merger.unmerge_customers([pair], now=now)
        SQL.run("return_entries", one)
        others = SQL.run("list_other_losers", one)
        sides = {
            "winner_ids": bigint_array(winner for winner, _ in others),
            "loser_ids": bigint_array(loser for _, loser in others),
        }
        told = [*SQL.run("list_traits", sides), *SQL.run("list_later_traits", one)]
        apply_traits([TraitValue(*row) for row in told], now=now, cause=TraitEntry.Cause.PARTED)
        SQL.run("widen_winners", sides)
        SQL.run("widen_by_touchpoints", one)
    log.info("identities.parted", merge_id=merge_id)
    return pair
