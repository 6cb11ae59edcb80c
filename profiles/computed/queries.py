"""Runs computations: the people whom facts concern, everybody, and reads of values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array, text_array
from profiles.computed.models import ComputedTrait
from profiles.computed.rules.compile import compile_values
from profiles.computed.rules.definition import Figure, Quintile, parse_definition
from profiles.segments.queries.membership import PICKED, run_text
from profiles.segments.queries.preview import limited_time
from profiles.segments.rules.compile import Statement
from profiles.segments.rules.exactjson import loads_exact
from profiles.segments.rules.sqlbuilder import Scope

SQL = SqlFile(__file__, "computed")
_VALUES = "SELECT 0::bigint AS customer_id, NULL::jsonb AS value, NULL::timestamptz AS changes_at -- values"

# JSON is read as text, so that its numbers stay exact.
_TEXTS = "SELECT m.customer_id, m.value::text FROM ({}) AS m WHERE m.value IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Somebody whose value of one trait may differ."""

    trait_id: int
    customer_id: int
    may_start: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a full computation found: how many people have a value, and how many changed."""

    people: int
    changed: int


def lock_lane() -> None:
    """Wait for the right to change values; held to the end of the transaction."""
    SQL.run("lock_lane")


def list_touched(bounds: Bounds) -> list[Touched]:
    """Find whom a batch of touchpoints concerns, trait by trait. One statement."""
    return SQL.all("list_touched", bounds.params, into=Touched)


def list_due(*, now: datetime, batch: int) -> list[Touched]:
    """Read the oldest due times."""
    return SQL.all("list_due", {"now": now, "batch": batch}, into=Touched)


def apply_values(
    trait: ComputedTrait, people: Sequence[Touched], *, scope: Scope, now: datetime
) -> int:
    """Compute one trait for some people; return how many values changed. One statement."""
    statement = _compiled(parse_definition(trait.definition), now=now, scope=scope)
    params = {
        "customer_ids": bigint_array(one.customer_id for one in people),
        "may_start": [one.may_start for one in people],
    }
    [[changed]] = _run_framed("apply_values", trait, statement, params, now=now)
    return int(changed)


def rebuild_values(trait: ComputedTrait, *, now: datetime) -> Rebuilt:
    """Compute one trait for everybody. One statement over all touchpoints of its event."""
    statement = _compiled(parse_definition(trait.definition), now=now, scope=Scope.EVERYONE)
    [[people, changed]] = _run_framed("rebuild_values", trait, statement, {}, now=now)
    return Rebuilt(people=people, changed=changed)


def compute_for(
    definition: Figure | Quintile, customer_ids: Sequence[int], *, now: datetime
) -> dict[int, Any]:
    """Compute a definition for some people without storing anything."""
    statement = _compiled(definition, now=now, scope=Scope.EACH)
    params = {**statement.params, "customer_ids": bigint_array(customer_ids)}
    return _exact(run_text(f"{PICKED}{_TEXTS.format(statement.text)}", params))


def compute_for_everyone(
    definition: Figure | Quintile, *, now: datetime, milliseconds: int = 0
) -> dict[int, Any]:
    """Compute a definition for everybody without storing anything.

    Raises:
        OperationalError: it takes longer than the milliseconds, of which 0 are no limit.
    """
    statement = _compiled(definition, now=now, scope=Scope.EVERYONE)
    with limited_time(milliseconds):
        return _exact(run_text(_TEXTS.format(statement.text), statement.params))


def forget_values(trait_id: int) -> None:
    """Drop every value of a trait."""
    SQL.run("forget_values", {"trait_id": trait_id})


def plan_people(customer_ids: Iterable[int], *, now: datetime) -> None:
    """Make some people due at once in every computed trait."""
    SQL.count("plan_people", {"customer_ids": bigint_array(customer_ids), "now": now})


def erase_values(customer_ids: Iterable[int]) -> None:
    """Drop every value of some people."""
    SQL.count("erase_values", {"customer_ids": bigint_array(customer_ids)})


def read_values(customer_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return the stored values of some people by slug. One statement."""
    found: dict[int, dict[str, Any]] = {}
    params = {"customer_ids": bigint_array(customer_ids)}
    for customer_id, slug, value in SQL.run("read_values", params):
        found.setdefault(customer_id, {})[slug] = loads_exact(value)
    return found


def read_trait_values(trait_id: int, customer_ids: Iterable[int]) -> dict[int, Any]:
    """Return the stored values of one trait of some people. One statement."""
    params = {"trait_id": trait_id, "customer_ids": bigint_array(customer_ids)}
    return {
        customer_id: loads_exact(value)
        for customer_id, value in SQL.run("read_trait_values", params)
    }


def list_frequent_values(trait_id: int, *, most: int) -> list[tuple[str, int]]:
    """Return the most frequent values of a trait with how many people have each."""
    params = {"trait_id": trait_id, "most": most}
    return [(value, people) for value, people in SQL.run("list_frequent_values", params)]


def _exact(rows: Iterable[tuple[Any, ...]]) -> dict[int, Any]:
    return {customer_id: loads_exact(value) for customer_id, value in rows}


def _compiled(definition: Figure | Quintile, *, now: datetime, scope: Scope) -> Statement:
    found = SQL.run("find_event_ids", {"names": text_array([definition.event])})
    return compile_values(definition, dict(found), now=now, scope=scope)


def _run_framed(
    name: str,
    trait: ComputedTrait,
    statement: Statement,
    params: Mapping[str, Any],
    *,
    now: datetime,
) -> list[tuple[Any, ...]]:
    text = SQL.text(name)
    if _VALUES not in text:
        raise RuntimeError(f"“{name}” has lost the line that the computation replaces.")
    own = {"trait_id": trait.pk, "field": trait.field, "now": now}
    return run_text(text.replace(_VALUES, statement.text), {**statement.params, **params, **own})
