"""Typed calls of the statements about accounts and their members."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from kernel.events import Bounds
from kernel.sql import SqlFile, bigint_array, text_array, uuid_array
from profiles.contracts import MergePair
from profiles.customers.pairs import both_sides

SQL = SqlFile(__file__, "accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """An account with the number of its members."""

    id: int
    key: UUID
    external_id: str
    traits: dict[str, Any]
    trait_stamps: dict[str, Any]
    first_seen_at: datetime
    last_seen_at: datetime
    members: int


class MemberRow(NamedTuple):
    """A member of an account."""

    customer_id: int
    since: datetime
    last_seen_at: datetime


class Unknown(NamedTuple):
    """A group id that no account has yet, with its first and last call."""

    external_id: str
    first_at: datetime
    last_at: datetime


def list_missing(bounds: Bounds) -> list[Unknown]:
    """List the group ids of a batch of the log that no account has yet."""
    return [Unknown(*row) for row in SQL.run("list_missing", bounds.params)]


def insert_accounts(keys: Sequence[UUID], found: Sequence[Unknown]) -> None:
    """Make accounts; those that exist stay."""
    params = {
        "keys": uuid_array(keys),
        "external_ids": text_array(one.external_id for one in found),
        "first_at": [one.first_at for one in found],
        "last_at": [one.last_at for one in found],
    }
    SQL.run("insert_accounts", params)


def adopt_members(bounds: Bounds, *, now: datetime) -> set[int]:
    """Make the people of a batch of group calls members; return who joined or changed accounts."""
    rows = SQL.run("adopt_members", {**bounds.params, "now": now})
    return {customer_id for customer_id, is_moved in rows if is_moved}


def adopt_traits(bounds: Bounds) -> list[int]:
    """Set the traits of accounts from a batch of group calls; return the accounts that changed."""
    return [row[0] for row in SQL.run("adopt_traits", bounds.params)]


def set_traits(account_id: int, *, traits: Mapping[str, Any], at: int, source_id: int) -> None:
    """Set traits of one account now; `at` is microseconds since 1970."""
    document = msgspec.json.encode(dict(traits)).decode()
    SQL.run("set_traits", {"account_id": account_id, "traits": document, "at": at, "source_id": source_id})  # fmt: skip


def list_member_ids(account_ids: Iterable[int]) -> set[int]:
    """Return the people of some accounts."""
    return {
        row[0] for row in SQL.run("list_member_ids", {"account_ids": bigint_array(account_ids)})
    }


def move_members(pairs: Sequence[MergePair]) -> None:
    """Give the memberships of losers to their winners."""
    SQL.run("move_members", both_sides(pairs))


def return_members(pair: MergePair, *, now: datetime) -> None:
    """Give a former loser its memberships back, also those that began since the merge."""
    SQL.run("return_members", {"winner_id": pair.winner_id, "loser_id": pair.loser_id})
    SQL.run("drop_members_of_others", {"merge_id": pair.merge_id})
    SQL.run("adopt_members_of_loser", {"merge_id": pair.merge_id, "now": now})


def erase_members(ids: Iterable[int]) -> None:
    """Delete the memberships of people."""
    SQL.run("erase_members", {"ids": bigint_array(ids)})


def export_accounts(customer_id: int) -> list[dict[str, Any]]:
    """Return the accounts of one person as plain values."""
    return [row[0] for row in SQL.run("export_accounts", {"customer_id": customer_id})]


def list_accounts(
    *, limit: int, before_id: int | None = None, query: str = "", customer_id: int | None = None
) -> list[AccountRow]:
    """List accounts, newest first; with a query or a person, only theirs."""
    params = {"before_id": before_id, "limit": limit, "query": query, "customer_id": customer_id}
    return SQL.all("list_accounts", params, into=AccountRow)


def find_account(key: UUID) -> AccountRow | None:
    """Return an account, or `None`."""
    rows = SQL.all("get_account", {"key": key}, into=AccountRow)
    return rows[0] if rows else None


def list_members(account_id: int, *, after_id: int, limit: int) -> list[MemberRow]:
    """List members in order of their ids."""
    params = {"account_id": account_id, "after_id": after_id, "limit": limit}
    return [MemberRow(*row) for row in SQL.run("list_members", params)]


def count_accounts(customer_ids: Iterable[int]) -> dict[int, int]:
    """Count the accounts of people; those without one are absent."""
    return dict(SQL.run("count_accounts", {"customer_ids": bigint_array(customer_ids)}))


def name_accounts(customer_ids: Iterable[int]) -> dict[int, str]:
    """Return the name of the account in which each person was seen last."""
    return dict(SQL.run("name_accounts", {"customer_ids": bigint_array(customer_ids)}))
