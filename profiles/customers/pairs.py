"""People who became one, as parameters of statements."""

from collections.abc import Iterable

from kernel.sql import bigint_array
from profiles.contracts import MergePair


def both_sides(pairs: Iterable[MergePair]) -> dict[str, str]:
    """Return `winner_ids` and `loser_ids`, two arrays of which each place is one pair."""
    pairs = list(pairs)
    return {
        "winner_ids": bigint_array(pair.winner_id for pair in pairs),
        "loser_ids": bigint_array(pair.loser_id for pair in pairs),
    }
