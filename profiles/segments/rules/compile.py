"""From a rule to one SQL statement over a candidate relation: everybody, or some people.

The statement returns one row per person that matches or may match later: `customer_id`,
`matches`, `changes_at`. Candidates come as the relation `picked(customer_id)`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profiles.segments.rules.sqlbuilder import Builder, FieldSql, Scope
from profiles.segments.rules.tree import Group

# Merged and erased people are in no segment.
ALIVE = "c.merged_into_id IS NULL AND c.erased_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the names in rules stand for in this database."""

    event_ids: Mapping[str, int]
    segment_ids: Mapping[str, int]
    fields: Mapping[str, FieldSql]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A text with named placeholders, and their values."""

    text: str
    params: Mapping[str, Any]


def compile_members(group: Group, names: Names, *, now: datetime, scope: Scope) -> Statement:
    """Compile to a query of `customer_id` for the people who match now."""
    builder = _builder(names, now=now, scope=scope, with_changes=False)
    leaf = group.compile(builder)
    return Statement(
        text=f"SELECT c.id AS customer_id {from_people(builder)} WHERE {ALIVE} AND ({leaf.predicate})",
        params=builder.params,
    )


def compile_verdicts(group: Group, names: Names, *, now: datetime, scope: Scope) -> Statement:
    """Compile to a query of `customer_id`, `matches` and `changes_at` (null for never).

    For everyone, only people who match or may come to match are returned; of candidates, all.
    """
    builder = _builder(names, now=now, scope=scope, with_changes=True)
    leaf = group.compile(builder)
    changes = leaf.changes_at or "NULL::timestamptz"
    if scope is not Scope.EVERYONE:
        columns = (
            f"c.id AS customer_id, ({ALIVE} AND ({leaf.predicate})) IS TRUE AS matches,"
            f" CASE WHEN {ALIVE} THEN {changes} END AS changes_at"
        )
        return Statement(text=f"SELECT {columns} {from_people(builder)}", params=builder.params)
    columns = f"c.id AS customer_id, ({leaf.predicate}) IS TRUE AS matches, {changes} AS changes_at"
    wanted = f"({leaf.predicate})"
    if leaf.changes_at:
        wanted += f" OR {leaf.changes_at} IS NOT NULL"
    return Statement(
        text=f"SELECT {columns} {from_people(builder)} WHERE {ALIVE} AND ({wanted})",
        params=builder.params,
    )


def _builder(names: Names, *, now: datetime, scope: Scope, with_changes: bool) -> Builder:
    return Builder(
        now=now,
        scope=scope,
        with_changes=with_changes,
        event_ids=names.event_ids,
        segment_ids=names.segment_ids,
        fields=names.fields,
    )


def from_people(builder: Builder) -> str:
    """Return the FROM clause over the people `c` that the scope looks at, with every join."""
    source = "FROM profiles_customer c"
    if builder.scope is not Scope.EVERYONE:
        source = "FROM picked JOIN profiles_customer c ON c.id = picked.customer_id"
    return " ".join([source, *builder.joins])
