"""Accounts as pages, profiles and segments show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from profiles.accounts import queries
from profiles.accounts.queries import AccountRow
from profiles.contracts import CustomerId, ProfileFact

PAGE = 50
_SHOWN_ON_PROFILE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """An account as lists show it."""

    row: AccountRow
    name: str


def name_of(row: AccountRow) -> str:
    """Return the name of an account, or its id where it has none."""
    name = row.traits.get("name")
    return name.strip() if isinstance(name, str) and name.strip() else row.external_id


def list_page(*, query: str, before_id: int | None) -> tuple[list[AccountLine], int | None]:
    """Return one page of accounts and where the next one starts."""
    rows = queries.list_accounts(limit=PAGE + 1, before_id=before_id, query=query)
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return [AccountLine(row=row, name=name_of(row)) for row in rows[:PAGE]], more


class AccountSection:
    """The card of a profile that names the person's accounts."""

    key = "accounts"
    title = "Accounts"

    def facts(self, customer_id: CustomerId, *, now: datetime) -> Sequence[ProfileFact]:
        """List the newest accounts of a person."""
        rows = queries.list_accounts(limit=_SHOWN_ON_PROFILE, customer_id=customer_id)
        return [
            ProfileFact(
                label=name_of(row), value=f"{row.members:,} {'person' if row.members == 1 else 'people'}",
                url=reverse("profiles:account", args=[row.key]),
            )
            for row in rows
        ]  # fmt: skip


class AccountCount:
    """How many accounts a person belongs to, for rules of segments."""

    key = "account.count"
    label = "Number of accounts"
    type = "number"
    expression = (
        "(SELECT nullif(count(DISTINCT am.account_id), 0) FROM profiles_account_member am"
        " WHERE am.customer_id = c.id)"
    )
    events: Sequence[str] = ("Group",)

    def read(self, customer_ids: Sequence[CustomerId]) -> dict[CustomerId, Any]:
        """Return the number of each person who has an account."""
        return {CustomerId(k): n for k, n in queries.count_accounts(customer_ids).items()}


class AccountName:
    """The name of the account in which a person was seen last, for rules of segments."""

    key = "account.name"
    label = "Name of the account"
    type = "text"
    expression = (
        "(SELECT ac.traits ->> 'name' FROM profiles_account_member am"
        " JOIN profiles_account ac ON ac.id = am.account_id"
        " WHERE am.customer_id = c.id AND jsonb_typeof(ac.traits -> 'name') = 'string'"
        " ORDER BY am.last_seen_at DESC, am.account_id DESC LIMIT 1)"
    )
    events: Sequence[str] = ("Group",)

    def read(self, customer_ids: Sequence[CustomerId]) -> dict[CustomerId, Any]:
        """Return the name of each person's latest account that has one."""
        return {CustomerId(k): name for k, name in queries.name_accounts(customer_ids).items()}
