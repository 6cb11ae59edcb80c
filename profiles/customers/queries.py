"""Typed calls of the statements about people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from kernel.sql import SqlFile, bigint_array, text_array, uuid_array

SQL = SqlFile(__file__, "customers")


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """A person, and the id that was asked for."""

    asked_id: int
    id: int
    key: UUID
    traits: dict[str, Any]
    time_zone: str | None
    locale: str | None
    erased_at: datetime | None
    email: str | None
    phone: str | None


class Sighting(msgspec.Struct, gc=False):
    """When a person was seen (microseconds since 1970), and their device's zone and language."""

    id: int
    first_at: int
    last_at: int
    time_zone: str = ""
    locale: str = ""


def insert_customers(keys: Sequence[UUID], sightings: Sequence[Sighting]) -> dict[UUID, int]:
    """Create people who were seen so; return their ids by key."""
    if not keys:
        return {}
    params = {"keys": uuid_array(keys), **_sighting_arrays(sightings)}
    return {key: person_id for person_id, key in SQL.run("insert_customers", params)}


def touch_customers(sightings: Sequence[Sighting]) -> None:
    """Widen when people were seen. The caller has locked them."""
    if sightings:
        ids = bigint_array(seen.id for seen in sightings)
        SQL.run("touch_customers", {"ids": ids, **_sighting_arrays(sightings)})


def _sighting_arrays(sightings: Sequence[Sighting]) -> dict[str, str]:
    return {
        "first": bigint_array(seen.first_at for seen in sightings),
        "last": bigint_array(seen.last_at for seen in sightings),
        "time_zones": text_array(seen.time_zone for seen in sightings),
        "locales": text_array(seen.locale for seen in sightings),
    }


def summarize_customers(ids: Iterable[int]) -> Mapping[int, SummaryRow]:
    """Read people by id, in one statement."""
    rows = SQL.all("summarize_customers", {"ids": bigint_array(ids)}, into=SummaryRow)
    return {row.asked_id: row for row in rows}


def find_by_identity(kind: str, value: str) -> int | None:
    """Return the person behind one identifier, or `None`."""
    found: int | None = SQL.value("find_by_identity", {"kind": kind, "value": value})
    return found


def find_current_ids(ids: Iterable[int]) -> dict[int, int]:
    """Return people with who they are now, locked against being merged; erased ones are absent."""
    return dict(SQL.run("find_current_ids", {"ids": bigint_array(ids)}))
