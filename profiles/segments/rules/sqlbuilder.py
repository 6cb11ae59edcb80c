"""Collects the joins and bound values of one compiled rule. Knows no condition.

Text comes only from this package and from registered fields; every value is a bound parameter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from profiles.segments.rules.windows import Bounds


class Scope(Enum):
    """Whom the statement looks at, which decides how facts are fetched, never which count."""

    EVERYONE = "everyone"  # group all matching facts, then join
    SET = "set"  # the same for a large set of candidates
    EACH = "each"  # probe the index for all candidates in one scan


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSql:
    """A field: its type, a trusted expression over the customer `c` or its own join, its name."""

    type: str
    expression: str
    join: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A compiled condition: a predicate (null counts as no) and when it may change by time."""

    predicate: str
    changes_at: str | None = None


@dataclass(slots=True, kw_only=True)
class Builder:
    """The statement under construction."""

    now: datetime
    scope: Scope
    # Whether to work out when membership changes by time; a plain count need not.
    with_changes: bool = True
    event_ids: Mapping[str, int] = field(default_factory=dict)
    segment_ids: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[str, FieldSql] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)

    def bind(self, value: Any, sql_type: str) -> str:
        """Bind a value and return its placeholder."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s::{sql_type}"

    def moment(self, value: datetime) -> str:
        """Bind a moment."""
        return self.bind(value, "timestamptz")

    def clock(self) -> str:
        """Return the placeholder of the present moment, bound once."""
        self.params.setdefault("now", self.now)
        return "%(now)s::timestamptz"

    def alias(self) -> str:
        """Return a fresh name for a joined relation."""
        return f"l{len(self.joins)}"

    def join(self, text: str) -> None:
        """Add a join."""
        self.joins.append(text)

    def read_field(self, field: FieldSql) -> str:
        """Return the expression of a field, after joining what it reads."""
        if not field.join:
            return field.expression
        alias = self.alias()
        self.join(field.join.replace("{alias}", alias))
        return field.expression.replace("{alias}", alias)

    def join_facts(self, *, columns: str, where: str, source: str = "") -> str:
        """Join one row of figures per customer from touchpoints `t`, and return its alias.

        Where nothing matches there is no row. A `source` of its own keeps to the people looked at
        by itself.
        """
        alias = self.alias()
        if not source:
            source, where = "profiles_touchpoint t", f"{self.among('t')} AND {where}"
        body = f"SELECT t.customer_id, {columns} FROM {source} WHERE {where} GROUP BY t.customer_id"
        self.join(f"LEFT JOIN ({body}) {alias} ON {alias}.customer_id = c.id")
        return alias

    def among(self, relation: str) -> str:
        """Return the predicate that keeps a relation of touchpoints to the people looked at."""
        return {
            Scope.EACH: f"{relation}.customer_id = ANY (ARRAY(SELECT k.customer_id FROM picked k))",
            Scope.SET: f"{relation}.customer_id IN (SELECT k.customer_id FROM picked k)",
            Scope.EVERYONE: "true",
        }[self.scope]

    def pick_one(self, *, columns: str, where: str, latest: bool) -> str:
        """Join the first or the last matching touchpoint per customer and return its alias."""
        alias = self.alias()
        way = " DESC" if latest else ""
        order = f"t.occurred_at{way}, t.id{way}"
        source = "profiles_touchpoint t"
        if self.scope is Scope.EACH:
            body = (
                f"SELECT {columns} FROM {source} WHERE t.customer_id = c.id AND {where}"
                f" ORDER BY {order} LIMIT 1"
            )
            self.join(f"LEFT JOIN LATERAL ({body}) {alias} ON true")
            return alias
        body = (
            f"SELECT DISTINCT ON (t.customer_id) t.customer_id, {columns} FROM {source}"
            f" WHERE {self.among('t')} AND {where} ORDER BY t.customer_id, {order}"
        )
        self.join(f"LEFT JOIN ({body}) {alias} ON {alias}.customer_id = c.id")
        return alias

    def inside(self, column: str, bounds: Bounds) -> list[str]:
        """Return the comparisons that keep a time column inside a window."""
        edges = (
            (bounds.after, ">"),
            (bounds.since, ">="),
            (bounds.until, "<="),
            (bounds.before, "<"),
        )
        return [f"{column} {sign} {self.moment(edge)}" for edge, sign in edges if edge is not None]


def all_of(parts: list[str]) -> str:
    """Join predicates by AND; none at all is true."""
    return " AND ".join(parts) if parts else "true"


def least(parts: list[str | None]) -> str | None:
    """Return the expression of the earliest of some moments; nulls are never."""
    known = [part for part in parts if part]
    if len(known) < 2:
        return known[0] if known else None
    return f"LEAST({', '.join(known)})"


def seconds(builder: Builder, length: float) -> str:
    """Bind a length of time."""
    return f"make_interval(secs => {builder.bind(length, 'double precision')})"
