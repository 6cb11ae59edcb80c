"""Whom a change of accounts makes due, as statements."""

from collections.abc import Iterable
from datetime import datetime

from kernel.sql import SqlFile, bigint_array

SQL = SqlFile(__file__, "accounts")


def plan_members(customer_ids: Iterable[int], *, now: datetime) -> int:
    """Make people due where a rule asks about accounts; return how many pairs."""
    return SQL.count("plan_members", {"customer_ids": bigint_array(customer_ids), "now": now})


def plan_field(field: str, *, now: datetime) -> int:
    """Make everybody with an account due where a rule asks for a field; return how many pairs."""
    return SQL.count("plan_field", {"field": field, "now": now})
