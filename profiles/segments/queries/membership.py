"""Runs compiled rules: who matches, and bringing memberships in line with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from kernel.sql import SqlFile, bigint_array, text_array
from kernel.sql.cursor import open_cursor
from profiles.segments.rules.compile import Names, Statement, compile_members, compile_verdicts
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.tree import Group

SQL = SqlFile(__file__, "membership")
_RULE = "SELECT 0::bigint AS customer_id, false AS matches, NULL::timestamptz AS changes_at -- rule"
PICKED = "WITH picked AS MATERIALIZED (SELECT unnest(%(customer_ids)s::bigint[]) AS customer_id) "


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody to evaluate, and what made it necessary."""

    customer_id: int
    cause_kind: str
    cause_id: int | None = None
    may_start_journeys: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody entered or left."""

    customer_id: int
    entered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a full recompute found: how many are in, and how many that changed."""

    members: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A published rule ready to run: its segment, version, tree and the names in it.

    `holds_back` tells that the version lets in only who comes to match after its publication.
    """

    segment_id: int
    version_id: int
    root: Group
    names: Names
    holds_back: bool = False


def lock_lane() -> None:
    """Wait for the right to change memberships; held to the end of the transaction."""
    SQL.run("lock_lane")


def apply_verdicts(
    rule: Compiled, candidates: Sequence[Candidate], *, scope: Scope, now: datetime
) -> list[Change]:
    """Evaluate some people against one rule and record who entered and left. One statement."""
    statement = compile_verdicts(rule.root, rule.names, now=now, scope=scope)
    params = {
        "customer_ids": bigint_array(one.customer_id for one in candidates),
        "cause_kinds": text_array(one.cause_kind for one in candidates),
        "cause_ids": [one.cause_id for one in candidates],
        "may_start": [one.may_start_journeys for one in candidates],
    }
    rows = _run_framed("apply_verdicts", rule, statement, params, now=now)
    return [Change(customer_id=customer_id, entered=entered) for customer_id, entered in rows]


def rebuild_members(
    rule: Compiled, *, cause_kind: str, may_start_journeys: bool, now: datetime
) -> Built:
    """Evaluate everybody against one rule and record who entered and left. One statement."""
    statement = compile_verdicts(rule.root, rule.names, now=now, scope=Scope.EVERYONE)
    params = {"cause_kind": cause_kind, "may_start": may_start_journeys}
    [row] = _run_framed("rebuild_members", rule, statement, params, now=now)
    return Built(members=row[0], entered=row[1], left=row[2])


def empty_segment(segment_id: int, *, now: datetime) -> int:
    """Let everybody leave a segment; return how many that were."""
    return SQL.count("empty_segment", {"segment_id": segment_id, "now": now})


def list_matching(
    root: Group, names: Names, customer_ids: Sequence[int], *, now: datetime
) -> set[int]:
    """Return which of some people match a rule."""
    statement = compile_members(root, names, now=now, scope=Scope.EACH)
    params = {"customer_ids": bigint_array(customer_ids), **statement.params}
    return {row[0] for row in run_text(PICKED + statement.text, params)}


def run_text(text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a compiled statement with bound values; never prepared, so planned for its values."""
    with open_cursor() as cursor, connection.wrap_database_errors:
        return cursor.execute(text, params, binary=True, prepare=False).fetchall()


def count_changed(text: str, params: Mapping[str, Any]) -> int:
    """Run a compiled statement that changes rows; return how many."""
    with open_cursor() as cursor, connection.wrap_database_errors:
        return cursor.execute(text, params, prepare=False).rowcount


def _run_framed(
    name: str, rule: Compiled, statement: Statement, params: dict[str, Any], *, now: datetime
) -> list[tuple[Any, ...]]:
    text = SQL.text(name)
    if _RULE not in text:
        raise RuntimeError(f"“{name}” has lost the line that the rule replaces.")
    own = {
        "segment_id": rule.segment_id,
        "version_id": rule.version_id,
        "holds_back": rule.holds_back,
        "now": now,
    }
    return run_text(text.replace(_RULE, statement.text), {**statement.params, **params, **own})
