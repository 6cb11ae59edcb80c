"""Accounts follow the group calls; memberships follow their people through merges."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from kernel.audit import record
from kernel.errors import Invalid
from kernel.events import Bounds
from kernel.ids import new_keys
from profiles.accounts import queries
from profiles.accounts.trait_queries import list_unknown, list_unknown_held
from profiles.accounts.trait_services import learn_traits
from profiles.contracts import CustomerId, MergePair

MAX_TRAITS = 32_768


def adopt_groups(bounds: Bounds, *, now: datetime) -> set[int]:
    """Bring accounts and members up to a batch of group calls; return whom it concerns.

    Those are new members, members of several accounts (another may be the latest now), and every
    member of an account whose traits changed. A group id of more than 255 letters stays on the timeline and makes no account.
    """
    missing = sorted(queries.list_missing(bounds))
    if missing:
        queries.insert_accounts(new_keys(len(missing), now=now), missing)
    learn_traits(list_unknown(bounds), now=now)
    concerned = queries.adopt_members(bounds, now=now)
    changed = queries.adopt_traits(bounds)
    return concerned | (queries.list_member_ids(changed) if changed else set())


def set_account_traits(
    account_id: int, *, traits: Mapping[str, Any], source_id: int, actor: str, now: datetime
) -> set[int]:
    """Set traits of an account now; null removes one. Return its members.

    Raises:
        Invalid: the traits are too large.
    """
    if len(msgspec.json.encode(dict(traits))) > MAX_TRAITS:
        raise Invalid("traits", f"The traits may have up to {MAX_TRAITS:,} bytes.")
    with transaction.atomic():
        at = int(now.timestamp() * 1_000_000)
        queries.set_traits(account_id, traits=traits, at=at, source_id=source_id)
        learn_traits(list_unknown_held(account_id), now=now)
        record(
            actor=actor, verb="changed", object_type="account", object_id=account_id,
            after={"traits": sorted(traits)}, now=now,
        )  # fmt: skip
    return queries.list_member_ids([account_id])


class AccountMerger:
    """Moves memberships when people become one, and back by whom they were recorded for.

    Its turn comes after the touchpoints: they say which later memberships are whose.
    """

    key = "accounts"

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give the memberships of each loser to its winner."""
        queries.move_members(pairs)

    def follow_stragglers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give memberships that a late group call made for a loser to its winner."""
        queries.move_members(pairs)

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give each loser its memberships back."""
        for pair in pairs:
            queries.return_members(pair, now=now)


class AccountData:
    """Exports and erases to which accounts a person belongs; the account itself stays."""

    key = "accounts"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return the accounts of one person."""
        return {"accounts": queries.export_accounts(customer_id)}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Delete the memberships."""
        queries.erase_members(customer_ids)
