"""Typed calls of the statements behind the pages of people."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array, text_array

SQL = SqlFile(__file__, "directory")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One line of the list of people."""

    id: int
    key: UUID
    traits: dict[str, Any]
    first_seen_at: datetime
    last_at: datetime | None
    email: str | None
    phone: str | None
    user_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchpointRow:
    """One touchpoint of a timeline."""

    id: int
    occurred_at: datetime
    received_at: datetime
    original_at: datetime | None
    type: int
    event: str
    source: str | None
    revenue: Decimal | None
    properties: dict[str, Any]
    context: dict[str, Any]
    recorded_for: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for: values in every common kind, one value of an own kind, or a key."""

    kinds: Sequence[str]
    values: Sequence[str]
    kind: str = ""
    value: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbors:
    """What a person did at an instant, and when they did something before and after it."""

    before: datetime | None
    after: datetime | None
    events: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which people a list is about; nothing set means everybody."""

    segment_id: int | None = None
    seen_since: datetime | None = None
    is_known: bool | None = None


def list_people(
    *,
    before_id: int | None,
    limit: int,
    ids: Iterable[int] | None = None,
    narrowing: Narrowing = Narrowing(),
) -> list[PersonRow]:
    """List people, newest first; with `ids`, only these."""
    wanted = None if ids is None else bigint_array(ids)
    params = {"before_id": before_id, "limit": limit, "ids": wanted, **asdict(narrowing)}
    return SQL.all("list_people", params, into=PersonRow)


def count_people(*, most: int, narrowing: Narrowing) -> int:
    """Count people, up to a number."""
    return int(SQL.value("count_people", {"most": most, **asdict(narrowing)}))


def find_people(search: Search) -> list[int]:
    """Find the people an identifier or key belongs to."""
    params = {
        "kinds": text_array(search.kinds), "values": text_array(search.values),
        "kind": search.kind, "value": search.value, "key": search.key,
    }  # fmt: skip
    return [row[0] for row in SQL.run("find_people", params)]


def list_touchpoints(
    customer_id: int, *, before: datetime, limit: int, types: Sequence[int] | None
) -> list[TouchpointRow]:
    """List a person's touchpoints before an instant, newest first, ties included."""
    params = {
        "customer_id": customer_id, "before": before, "limit": limit,
        "types": None if types is None else bigint_array(types),
    }  # fmt: skip
    return SQL.all("list_touchpoints", params, into=TouchpointRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which touchpoints of a person are wanted; nothing set means all."""

    event: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_touchpoints_behind(
    customer_id: int, wanted: Slice, *, after: tuple[datetime, int] | None, limit: int
) -> list[TouchpointRow]:
    """List a person's touchpoints behind a position, newest first."""
    at, touchpoint_id = after or (None, None)
    params = {
        "customer_id": customer_id, "at": at, "id": touchpoint_id, "limit": limit, **asdict(wanted),
    }  # fmt: skip
    return SQL.all("list_touchpoints_behind", params, into=TouchpointRow)


def count_touchpoints(customer_id: int, *, limit: int) -> list[tuple[str, int, datetime]]:
    """Count a person's touchpoints by event, the most frequent first."""
    params = {"customer_id": customer_id, "limit": limit}
    return [(name, count, last) for name, count, last in SQL.run("count_touchpoints", params)]


def find_neighbors(customer_id: int, *, at: datetime) -> Neighbors:
    """Find what a person did at, before and after an instant."""
    params = {"customer_id": customer_id, "at": at}
    return SQL.all("find_neighbors", params, into=Neighbors)[0]


def rename_people(bounds: Bounds) -> int:
    """Keep the searchable names of the people of a batch; return how many changed."""
    return SQL.count("rename_people", bounds.params)


def search_names(text: str, *, limit: int) -> list[int]:
    """Find people by words like those of a name or address, the most alike first."""
    return [row[0] for row in SQL.run("search_names", {"text": text, "limit": limit})]


def erase_names(ids: Iterable[int]) -> None:
    """Delete the searchable names of people."""
    SQL.run("erase_names", {"ids": bigint_array(ids)})
