"""Typed calls of the statements about what is known of accounts, by name."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array, text_array

SQL = SqlFile(__file__, "traits")


class Unknown(NamedTuple):
    """A trait that no rule can name yet, and how its first value reads."""

    name: str
    type: str


class ValueRow(NamedTuple):
    """The value of one trait for one person, as sent and as the type of the trait reads it."""

    customer_id: int
    slug: str
    value: Any
    typed: Any


def list_unknown(bounds: Bounds) -> list[Unknown]:
    """List the traits in a batch of group calls that have no slug yet."""
    return [Unknown(*row) for row in SQL.run("list_unknown", bounds.params)]


def list_unknown_held(account_id: int | None = None) -> list[Unknown]:
    """List the traits that an account holds, or any account, and that have no slug yet."""
    return [Unknown(*row) for row in SQL.run("list_unknown_held", {"account_id": account_id})]


def insert_traits(
    found: Sequence[Unknown], *, slugs: Sequence[str], most: int, now: datetime
) -> None:
    """Give traits their slugs; those above the limit are left out."""
    params = {
        "names": text_array(one.name for one in found), "slugs": text_array(slugs),
        "types": text_array(one.type for one in found), "most": most, "now": now,
    }  # fmt: skip
    SQL.run("insert_traits", params)


def read_values(customer_ids: Iterable[int], *, slug: str = "") -> list[ValueRow]:
    """Read the traits of people's accounts, of all or of one; fractions are exact."""
    rows = SQL.run("read_values", {"customer_ids": bigint_array(customer_ids), "slug": slug})
    return [
        ValueRow(customer_id, name, _exact(value), moment or (_exact(typed) if typed else None))
        for customer_id, name, value, typed, moment in rows
    ]


def _exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)
