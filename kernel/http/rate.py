"""Rate limits that all web processes share: a leaky bucket of one row in PostgreSQL.

The generic cell rate algorithm (ATM Forum, Traffic Management 4.0, 1996): the row keeps only the
time until which the allowance is spent, so one statement decides and counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.sql import SqlFile

SQL = SqlFile(__file__, "rate")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many requests a second in the long run, and how many at once after a pause."""

    per_second: float
    burst: int


def take(name: str, *, rate: Rate, now: datetime) -> timedelta | None:
    """Count one request against the bucket; return None, or how long to wait when it is empty.

    A refused request costs nothing. One statement.
    """
    step = timedelta(seconds=1 / rate.per_second)
    rows = SQL.run("take", {"name": name, "now": now, "step": step, "burst": step * rate.burst})
    is_taken, spent_until = rows[0]
    return None if is_taken else max(spent_until + step - step * rate.burst - now, timedelta(0))
