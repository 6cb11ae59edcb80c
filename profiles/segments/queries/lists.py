"""Changes of static lists, each one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.sql import SqlFile, bigint_array
from profiles.contracts import MergePair
from profiles.customers.pairs import both_sides
from profiles.segments.queries.membership import run_text
from profiles.segments.rules.compile import Names, Statement, compile_members
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.tree import Group

SQL = SqlFile(__file__, "lists")
_PEOPLE = "SELECT 0::bigint AS customer_id -- people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """How many people were asked for, and how many of them were new on the list."""

    asked: int
    added: int


def people_by_id(customer_ids: Iterable[int]) -> Statement:
    """Return the query of some people."""
    text = "SELECT unnest(%(customer_ids)s::bigint[]) AS customer_id"
    return Statement(text=text, params={"customer_ids": bigint_array(customer_ids)})


def people_matching(root: Group, names: Names, *, now: datetime) -> Statement:
    """Return the query of everybody who matches a rule now."""
    return compile_members(root, names, now=now, scope=Scope.EVERYONE)


def people_in(segment_id: int) -> Statement:
    """Return the query of everybody in another segment now."""
    text = (
        "SELECT customer_id FROM profiles_segment_member WHERE segment_id = %(source_id)s::bigint"
    )
    return Statement(text=text, params={"source_id": segment_id})


def add_people(
    segment_id: int, people: Statement, *, may_start_journeys: bool, now: datetime
) -> Added:
    """Add the people of a query to a list. One statement; the caller holds the lane."""
    own: Mapping[str, Any] = {
        "segment_id": segment_id,
        "may_start": may_start_journeys,
        "now": now,
    }
    text = SQL.text("add_people")
    if _PEOPLE not in text:
        raise RuntimeError("“add_people” has lost the line that the query of people replaces.")
    [[asked, added]] = run_text(text.replace(_PEOPLE, people.text), {**people.params, **own})
    return Added(asked=asked, added=added)


def remove_people(segment_id: int, customer_ids: Iterable[int], *, now: datetime) -> int:
    """Take people off a list; return how many left. The caller holds the lane."""
    params = {"segment_id": segment_id, "customer_ids": bigint_array(customer_ids), "now": now}
    number: int = SQL.value("remove_people", params)
    return number


def any_listed(customer_ids: Iterable[int]) -> bool:
    """Tell whether any of some people is on a static list."""
    return bool(SQL.value("find_listed", {"customer_ids": bigint_array(customer_ids)}))


def merge_listed(pairs: Sequence[MergePair], *, now: datetime) -> None:
    """Give the places of losers to their winners. The caller holds the lane."""
    SQL.count("merge_listed", _params(pairs, now=now))


def part_listed(pairs: Sequence[MergePair], *, now: datetime) -> None:
    """Undo what merges did to lists. The caller holds the lane."""
    SQL.count("part_listed", _params(pairs, now=now))


def _params(pairs: Sequence[MergePair], *, now: datetime) -> dict[str, Any]:
    merge_ids = bigint_array(pair.merge_id for pair in pairs)
    return {**both_sides(pairs), "merge_ids": merge_ids, "now": now}
