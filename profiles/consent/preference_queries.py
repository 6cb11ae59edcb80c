"""Typed calls of the statements about preferences, open questions and the counts of the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array
from profiles.contracts import MergePair
from profiles.customers.pairs import both_sides

SQL = SqlFile(__file__, "preferences")
OVERVIEW = SqlFile(__file__, "overview")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One statement that holds."""

    channel: str
    topic: str
    address: str
    state: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Until when a person wants nothing, and how many marketing messages a week at most."""

    paused_until: datetime | None = None
    weekly_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about: a channel, a topic, an address, and where the question came from."""

    customer_id: int
    channel: str
    topic: str = ""
    address: str = ""
    source: str
    text_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedByEvent:
    """A question that a client sent as an event."""

    customer_id: int
    channel: str
    topic: str
    address: str
    text_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """The newest open question of one person."""

    customer_id: int
    key: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One line of the ledger."""

    id: int
    channel: str
    topic: str
    address: str
    state: str
    source: str
    text_version: str
    proof: dict[str, Any]
    at: datetime


def list_addresses(customer_id: int) -> dict[str, str]:
    """Return the newest identifier of each kind."""
    return dict(SQL.run("list_addresses", {"customer_id": customer_id}))


def list_held(customer_id: int) -> list[Held]:
    """Return the statements that hold."""
    return SQL.all("list_held", {"customer_id": customer_id}, into=Held)


def read_pace(customer_id: int) -> Pace:
    """Return the pace a person wants."""
    return SQL.one("read_preference", {"customer_id": customer_id}, into=Pace)


def set_pace(customer_id: int, pace: Pace, *, now: datetime) -> None:
    """Store the pace a person wants."""
    params = {"paused_until": pace.paused_until, "weekly_limit": pace.weekly_limit}
    SQL.count("set_preference", {"customer_id": customer_id, "now": now, **params})


def ask_opt_in(
    question: Question, *, key: UUID, now: datetime, expires_at: datetime
) -> UUID | None:
    """Store a question and return its key; None when it is open or answered already."""
    names = ("customer_id", "channel", "topic", "address", "source", "text_version")
    params = {name: getattr(question, name) for name in names}
    rows = SQL.run("ask_opt_in", {**params, "key": key, "now": now, "expires_at": expires_at})
    return rows[0][1] if rows else None


def list_asked_by_event(bounds: Bounds) -> list[AskedByEvent]:
    """Return the questions among a batch of touchpoints."""
    return SQL.all("list_asked_by_event", bounds.params, into=AskedByEvent)


def list_newest_opt_ins(customer_ids: Sequence[int], *, now: datetime) -> list[OpenQuestion]:
    """Return the newest open question of each of some people."""
    params = {"customer_ids": bigint_array(customer_ids), "now": now}
    return SQL.all("list_newest_opt_ins", params, into=OpenQuestion)


def move_preferences(pairs: Sequence[MergePair]) -> None:
    """Give what losers said to their winners."""
    SQL.count("move_preferences", both_sides(pairs))


def return_preferences(pairs: Sequence[MergePair]) -> None:
    """Give former losers back what was said for them."""
    SQL.count("return_preferences", both_sides(pairs))


def erase_preferences(customer_ids: Sequence[int]) -> None:
    """Delete what people prefer."""
    SQL.count("erase_preferences", {"customer_ids": bigint_array(customer_ids)})


def export_preferences(customer_id: int) -> list[dict[str, Any]]:
    """Return what one person prefers, and was asked, as plain values."""
    return [row[0] for row in SQL.run("export_preferences", {"customer_id": customer_id})]


def count_consents(*, now: datetime) -> None:
    """Count anew how many people hold each state; reads every statement."""
    OVERVIEW.count("count_consents", {"now": now})


def list_entries(customer_id: int, *, before_id: int | None, most: int) -> list[EntryRow]:
    """Return a person's ledger, newest first."""
    params = {"customer_id": customer_id, "before_id": before_id, "most": most}
    return OVERVIEW.all("list_entries", params, into=EntryRow)
