"""Counts and samples for the builder, each within a limit of time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from django.db import OperationalError, transaction

from kernel.sql import SqlFile, bigint_array
from profiles.segments.queries.membership import PICKED, run_text
from profiles.segments.rules.compile import Names, compile_members
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.tree import Group

SQL = SqlFile(__file__, "preview")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """Somebody as a list shows them."""

    id: int
    key: str
    traits: dict[str, Any]
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """Who entered and left one segment on one day."""

    segment_id: int
    day: date
    entered: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One member with the newest address."""

    id: int
    key: str
    since: datetime
    email: str | None


def count_people() -> int:
    """Count everybody."""
    number: int = SQL.value("count_people")
    return number


def count_matching(root: Group, names: Names, *, now: datetime, milliseconds: int) -> int | None:
    """Count exactly who matches a rule; `None` when that takes longer than allowed."""
    statement = compile_members(root, names, now=now, scope=Scope.EVERYONE)
    try:
        with limited_time(milliseconds):
            text = f"SELECT count(*) FROM ({statement.text}) AS m"  # noqa: S608
            number: int = run_text(text, statement.params)[0][0]
            return number
    except OperationalError:
        return None


def list_some_matching(
    root: Group, names: Names, *, now: datetime, most: int, milliseconds: int
) -> list[int] | None:
    """List some of the people who match; `None` when that takes longer than allowed."""
    statement = compile_members(root, names, now=now, scope=Scope.EVERYONE)
    try:
        with limited_time(milliseconds):
            text = f"{statement.text} LIMIT {int(most)}"
            return [row[0] for row in run_text(text, statement.params)]
    except OperationalError:
        return None


def draw_people(wanted: int, *, people: int, seed: int) -> list[int]:
    """Draw about so many people, each with the same chance; the same ones for one seed.

    Ids are drawn from their whole range, so gaps only make the sample smaller. Nobody is left out
    when there are not more people than wanted.
    """
    [(low, high)] = SQL.run("read_id_range")
    ids = range(low, high + 1)
    count = len(ids) if people <= wanted else min(len(ids), wanted * len(ids) // people)
    drawn = Random(seed).sample(ids, count)  # noqa: S311 - a sample, no secret
    rows = SQL.run("keep_people", {"customer_ids": bigint_array(drawn)})
    return [row[0] for row in rows]


def match_sample(root: Group, names: Names, sample: Sequence[int], *, now: datetime) -> set[int]:
    """Return which of a sample match a rule."""
    statement = compile_members(root, names, now=now, scope=Scope.EACH)
    params = {"customer_ids": bigint_array(sample), **statement.params}
    return {row[0] for row in run_text(PICKED + statement.text, params)}


def count_reachable(customer_ids: Iterable[int]) -> dict[str, int]:
    """Count who of some people may be contacted, by channel."""
    return dict(SQL.run("count_reachable", {"customer_ids": bigint_array(customer_ids)}))


def list_named(customer_ids: Iterable[int]) -> list[NamedPerson]:
    """Read what some people are called."""
    params = {"customer_ids": bigint_array(customer_ids)}
    return SQL.all("list_names_of", params, into=NamedPerson)


def list_frequent_values(key: str, sample: Sequence[int]) -> list[tuple[str, int]]:
    """List values of a trait by how many of a sample have them."""
    params = {"customer_ids": bigint_array(sample), "key": key}
    return [(value, times) for value, times in SQL.run("list_frequent_values", params)]


def list_history(segment_ids: Iterable[int], *, since: datetime) -> list[DayRow]:
    """Count who entered and left segments, by day."""
    params = {"segment_ids": bigint_array(segment_ids), "since": since}
    return SQL.all("list_history", params, into=DayRow)


def list_members_after(segment_id: int, after: int, *, most: int) -> list[MemberRow]:
    """List members in order of their ids, after one of them."""
    params = {"segment_id": segment_id, "after": after, "most": most}
    return SQL.all("list_members_after", params, into=MemberRow)


def count_in_both(first_id: int, second_id: int) -> int:
    """Count who is in both of two segments."""
    number: int = SQL.value("count_in_both", {"first_id": first_id, "second_id": second_id})
    return number


def count_sampled(first_id: int, second_id: int, sample: Sequence[int]) -> tuple[int, int, int]:
    """Count who of a sample is in both of two segments, only in the first, only in the second."""
    params = {
        "first_id": first_id,
        "second_id": second_id,
        "customer_ids": bigint_array(sample),
    }
    [(both, only_first, only_second)] = SQL.run("count_sampled", params)
    return both, only_first, only_second


@contextmanager
def limited_time(milliseconds: int) -> Iterator[None]:
    """End statements inside after some milliseconds; 0 is no limit."""
    with transaction.atomic():
        SQL.run("limit_time", {"milliseconds": str(milliseconds)})
        yield
        SQL.run("limit_time", {"milliseconds": "0"})
