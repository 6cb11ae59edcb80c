"""Set statements about conversions, grants, refunds and the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from kernel.events import Bounds
from kernel.sql import SqlFile
from referrals.programs.rules import Reward
from referrals.rewards.rules import ROUTES, GrantStatus, PostingKind

CONVERT = SqlFile(__file__, "convert")
GRANTS = SqlFile(__file__, "grants")
LEDGER = SqlFile(__file__, "ledger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A referral that just converted."""

    referral_id: int
    key: UUID
    program: str
    advocate_customer_id: int
    friend_id: int
    converted_at: datetime
    revenue: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A grant that just became available."""

    grant_id: int
    key: UUID
    side: str
    referral_id: int | None
    customer_id: int
    amount: Decimal
    unit: str
    program: str
    program_key: UUID
    referral_key: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """A grant that was just reversed, with the state it was in."""

    grant_id: int
    before: str
    referral_id: int | None
    customer_id: int
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedOrder:
    """How much of a converting order came back; `refunded` is None when one names no amount."""

    referral_id: int
    status: str
    revenue: Decimal | None
    minimum: Decimal
    refunded: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a customer has waiting and may use, in one unit."""

    customer_id: int
    unit: str
    pending: Decimal
    available: Decimal


def convert_referrals(bounds: Bounds) -> list[Conversion]:
    """Convert the started referrals that the batch of touchpoints completes."""
    return CONVERT.all("convert_referrals", bounds.params, into=Conversion)


def hold_grants(
    referral_ids: Sequence[int], *, advocate_keys: Sequence[UUID], friend_keys: Sequence[UUID]
) -> list[int]:
    """Promise the rewards of converted referrals; returns the held grants, not the capped."""
    rows = CONVERT.run(
        "hold_grants",
        {
            "referral_ids": list(referral_ids),
            "advocate_keys": list(advocate_keys),
            "friend_keys": list(friend_keys),
        },
    )
    return sorted(grant_id for grant_id, status in rows if status == GrantStatus.HELD)


def promise_rewards(
    program_id: int,
    causes: Mapping[str, int],
    *,
    keys: Sequence[UUID],
    reward: Reward,
    now: datetime,
) -> list[int]:
    """Promise a reward to the customer of each cause; returns the grants that are new."""
    params = {
        "program_id": program_id,
        "keys": list(keys),
        "causes": list(causes),
        "customer_ids": list(causes.values()),
        "amount": reward.amount,
        "unit": reward.unit,
        "now": now,
    }
    return [row[0] for row in GRANTS.run("promise_rewards", params)]


def record_refunds(bounds: Bounds, *, converted_ids: Sequence[int]) -> list[int]:
    """Record the refunds of converting orders in the batch; returns the referrals touched."""
    params = {**bounds.params, "converted_ids": list(converted_ids)}
    return [row[0] for row in CONVERT.run("record_refunds", params)]


def list_refunded(referral_ids: Sequence[int]) -> list[RefundedOrder]:
    """Return what was refunded in all of each referral's order."""
    return CONVERT.all("list_refunded", {"referral_ids": list(referral_ids)}, into=RefundedOrder)


def release_grants(*, now: datetime, batch: int) -> list[Released]:
    """Grant up to `batch` held grants whose hold is over."""
    return GRANTS.all("release_grants", {"now": now, "batch": batch}, into=Released)


def reverse_grants(grant_ids: Sequence[int], *, reason: str, now: datetime) -> list[Reversed]:
    """Mark held and granted grants reversed; the ledger is the caller's next step."""
    params = {"grant_ids": list(grant_ids), "reason": reason, "now": now}
    return GRANTS.all("reverse_grants", params, into=Reversed)


def post_grants(
    grant_ids: Sequence[int],
    kind: PostingKind,
    *,
    before: GrantStatus,
    reason: str,
    now: datetime,
) -> int:
    """Move the grants' amounts along the route of this kind of posting; two statements.

    Returns how many entries were written: none for grants that have this posting already.
    """
    source, target = ROUTES[(kind, before)]
    params = {"grant_ids": list(grant_ids), "source": source.value, "target": target.value}
    LEDGER.run("open_accounts", params)
    return LEDGER.count("post_grants", {**params, "kind": kind.value, "reason": reason, "now": now})


def list_balances(customer_ids: Sequence[int], *, at: datetime) -> list[Balance]:
    """Return the customers' balances as they were at a moment."""
    params = {"customer_ids": list(customer_ids), "at": at}
    return LEDGER.all("list_balances", params, into=Balance)
