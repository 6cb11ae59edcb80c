"""Typed calls of the statements about traits: setting them, their history, their past."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from kernel.sql import SqlFile
from profiles.customers.models import TraitEntry

SQL = SqlFile(__file__, "traits")


class TraitValue(msgspec.Struct, gc=False):
    """A value of one trait of one person; `at` is microseconds since 1970."""

    customer_id: int
    name: str
    value: Any
    at: int
    source_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """What one source said at one time; `customer_id` is somebody merged since, or the person."""

    id: int
    traits: dict[str, Any]
    prevailed: bool
    source_id: int
    source: str | None
    cause: str
    at: datetime
    recorded_at: datetime
    customer_id: int


class PastTrait(NamedTuple):
    """A trait as it was at an instant: when it was said, and by which source."""

    name: str
    value: Any
    at: datetime
    source: str | None


class TraitName(NamedTuple):
    """A trait among the people looked at: how many have it, and the JSON types of its values."""

    name: str
    people: int
    types: list[str]


def apply_traits(
    values: Iterable[TraitValue],
    *,
    now: datetime,
    cause: TraitEntry.Cause = TraitEntry.Cause.TOLD,
) -> None:
    """Set traits by the policy of each and enter what was news into the history."""
    rows = msgspec.json.encode(list(values)).decode()
    if rows != "[]":
        SQL.run("apply_traits", {"rows": rows, "cause": cause.value, "now": now})


def list_entries(customer_id: int, *, before_id: int | None, limit: int) -> list[EntryRow]:
    """List what was said about a person's traits, newest entry first."""
    params = {"customer_id": customer_id, "before_id": before_id, "limit": limit}
    return SQL.all("list_entries", params, into=EntryRow)


def list_past_traits(customer_id: int, *, at: datetime, as_known: bool) -> list[PastTrait]:
    """Return the traits a person had at an instant, or those that the profile showed then."""
    statement = "traits_as_known" if as_known else "traits_as_it_was"
    rows = SQL.run(statement, {"customer_id": customer_id, "at": at})
    return [PastTrait(*row) for row in rows if row[1] is not None]


def sample_trait_names(*, people: int) -> list[TraitName]:
    """List the traits of the newest people."""
    return [TraitName(*row) for row in SQL.run("sample_trait_names", {"people": people})]
