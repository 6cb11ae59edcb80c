"""What the Overview reads: rollups, and a few small or partially indexed tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kernel.sql import SqlFile

SQL = SqlFile(__file__, "overview")

# A count that reaches this is shown as “1,000 or more”.
MOST_COUNTED = 1_000
MOST_JOURNEYS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A journey as the Overview lists it."""

    key: str
    name: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """How many things wait for a person, each up to `MOST_COUNTED`."""

    parked: int
    quarantined: int
    findings: int
    drifted: int


def list_journeys() -> list[Journey]:
    """Return the journeys that were ever published, newest first."""
    return SQL.all("list_journeys", {"most": MOST_JOURNEYS}, into=Journey)


def sum_arms(*, start: datetime, end: datetime) -> dict[tuple[str, str, str], int]:
    """Return people by metric, journey and arm for entries within a period."""
    rows = SQL.run("sum_arms", {"start": start, "end": end})
    return {(metric, journey, arm): people for metric, journey, arm, people in rows}


def sum_hours(metrics: Sequence[str], *, start: datetime, end: datetime) -> dict[str, Decimal]:
    """Return the sums of metrics from one full hour up to another; zero when there is nothing."""
    rows = SQL.run("sum_hours", {"metrics": list(metrics), "start": start, "end": end})
    return {metric: Decimal(0) for metric in metrics} | dict(rows)


def count_attention() -> Attention:
    """Return how many things wait for a person."""
    return SQL.one("count_attention", {"most": MOST_COUNTED}, into=Attention)


def has_facts() -> bool:
    """Say whether any touchpoint has been counted yet."""
    return bool(SQL.value("has_facts"))
