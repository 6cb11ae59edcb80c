"""Typed calls of the statements that look for duplicates and for people who gather too much."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kernel.sql import SqlFile, bigint_array

SQL = SqlFile(__file__, "duplicates")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Two people who may be the same."""

    id: int
    one_id: int
    other_id: int
    evidence: list[str]
    score: int
    found_at: datetime


class Held(NamedTuple):
    """Somebody to whom too much was joined."""

    customer_id: int
    merges: int
    identifiers: int


def find_duplicates(*, most: int, now: datetime) -> int:
    """Find pairs and return how many there are."""
    return int(SQL.value("find_duplicates", {"most": most, "now": now}))


def suggest_blocked(*, most: int, now: datetime) -> int:
    """Suggest values to block and return how many are new or counted anew."""
    return SQL.count("suggest_blocked", {"most": most, "now": now})


def list_open(*, after: tuple[int, int] | None, limit: int) -> list[PairRow]:
    """List open pairs behind a score and id, the likeliest first."""
    score, pair_id = after or (None, None)
    return SQL.all("list_open", {"score": score, "id": pair_id, "limit": limit}, into=PairRow)


def erase_pairs(ids: Iterable[int]) -> None:
    """Delete what is stored about people here."""
    SQL.run("erase_pairs", {"ids": bigint_array(ids)})


def hold_gatherers(
    *, since: datetime, merges: int, identifiers: int, newest: int, now: datetime
) -> list[Held]:
    """Hold people to whom too much was joined and return them."""
    params = {
        "since": since, "merges": merges, "identifiers": identifiers, "newest": newest, "now": now,
    }  # fmt: skip
    return [Held(*row) for row in SQL.run("hold_gatherers", params)]
