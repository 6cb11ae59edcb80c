"""Whom segments hold back: those who matched when a version was published for new matches only."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from kernel.sql import SqlFile, bigint_array
from profiles.contracts import MergePair
from profiles.segments.queries.membership import Compiled, count_changed
from profiles.segments.rules.compile import compile_members
from profiles.segments.rules.sqlbuilder import Scope

SQL = SqlFile(__file__, "holding")
_PEOPLE = "SELECT 0::bigint AS customer_id -- people"


def forget_held(segment_id: int) -> None:
    """Let go whom a segment holds back."""
    SQL.count("forget_held", {"segment_id": segment_id})


def hold_back(rule: Compiled, *, now: datetime) -> int:
    """Hold back everybody who matches and is not in; return how many. One statement, in the lane."""
    people = compile_members(rule.root, rule.names, now=now, scope=Scope.EVERYONE)
    text = SQL.text("hold_back")
    if _PEOPLE not in text:
        raise RuntimeError("“hold_back” has lost the line that the query of people replaces.")
    params = {**people.params, "segment_id": rule.segment_id}
    return count_changed(text.replace(_PEOPLE, people.text), params)


def is_held(segment_id: int, customer_id: int) -> bool:
    """Tell whether a segment holds one person back."""
    return bool(SQL.value("find_held", {"segment_id": segment_id, "customer_id": customer_id}))


def any_held(customer_ids: Iterable[int]) -> bool:
    """Tell whether any of some people is held back."""
    return bool(SQL.value("any_held", {"customer_ids": bigint_array(customer_ids)}))


def merge_held(pairs: Sequence[MergePair]) -> None:
    """Join the standing of losers with that of their winners. The caller holds the lane."""
    params = {
        "winner_ids": bigint_array(pair.winner_id for pair in pairs),
        "loser_ids": bigint_array(pair.loser_id for pair in pairs),
    }
    SQL.count("merge_held", params)
