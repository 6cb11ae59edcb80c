"""What the planner expects of a rule: how much it reads, and about how long that takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from profiles.segments.queries.membership import run_text
from profiles.segments.rules.compile import Names, compile_verdicts
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.tree import Group

# Two rules of the benchmark took a millisecond for 184 and 218 units of the planner's cost (1
# million touchpoints, 2 busy cores); a third of that, so that the guard errs towards refusing.
_COST_PER_SECOND = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Rows read by scans, and seconds, of evaluating everybody once. Estimates of the planner."""

    rows: int
    seconds: float


def estimate_cost(root: Group, names: Names, *, now: datetime) -> Cost:
    """Ask the planner what evaluating everybody would take; a few milliseconds, reads no facts."""
    statement = compile_verdicts(root, names, now=now, scope=Scope.EVERYONE)
    [[found]] = run_text(f"EXPLAIN (FORMAT JSON) {statement.text}", statement.params)
    plan = found[0]["Plan"]
    rows = sum(_read_by(node) for node in _nodes(plan))
    return Cost(rows=round(rows), seconds=plan["Total Cost"] / _COST_PER_SECOND)


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)


def _read_by(node: Mapping[str, Any]) -> float:
    is_scan = "Scan" in node["Node Type"] and "Relation Name" in node
    return float(node["Plan Rows"]) if is_scan else 0.0
