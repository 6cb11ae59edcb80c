"""Coupon pools: creating them, adding codes, giving them away, a warning before they run dry."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.coupons.models import CouponPool
from campaigns.coupons.selectors import list_levels
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from kernel.events import publish
from kernel.sql import SqlFile, bigint_array, text_array

SQL = SqlFile(__file__, "codes")

MAX_CODES = 200_000
MAX_LENGTH = 128


@transaction.atomic
def create_pool(
    name: str, *, slug: str, key: UUID, warn_below: int, actor: str, now: datetime
) -> CouponPool:
    """Create an empty pool.

    Raises:
        Conflict: name or slug is taken.
    """
    taken = CouponPool.objects.filter(name=name) | CouponPool.objects.filter(slug=slug)
    if taken.exists():
        raise Conflict(f"A coupon pool named “{name}”, or one with the slug “{slug}”, exists.")
    made = CouponPool.objects.create(
        key=key, name=name, slug=slug, warn_below=warn_below, created_at=now, total=0
    )
    record(
        actor=actor, verb="created", object_type="coupon_pool", object_id=str(key), before=None,
        after={"name": name, "slug": slug}, now=now,
    )  # fmt: skip
    return made


@transaction.atomic
def add_codes(pool: CouponPool, codes: Iterable[str], *, actor: str, now: datetime) -> int:
    """Add codes and return how many are new; one that was ever in the pool is left alone.

    Raises:
        Invalid: there are none, too many, or one is too long.
    """
    wanted = list(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not 0 < len(wanted) <= MAX_CODES:
        raise Invalid("codes", f"Give 1 to {MAX_CODES:,} codes, one a line.")
    if any(len(code) > MAX_LENGTH for code in wanted):
        raise Invalid("codes", f"A code has at most {MAX_LENGTH} characters.")
    added = int(SQL.value("add_codes", {"pool_id": pool.pk, "codes": text_array(wanted)}))
    record(
        actor=actor, verb="added_codes", object_type="coupon_pool", object_id=str(pool.key),
        before=None, after={"added": added}, now=now,
    )  # fmt: skip
    return added


def claim_codes(pool: str, deliveries: Sequence[int], now: datetime) -> dict[int, str]:
    """Give each delivery a code of a pool, the same one at every call; see the statement.

    In the caller's transaction. Deliveries for which no code is left are absent.
    """
    params = {"pool": pool, "deliveries": bigint_array(deliveries), "now": now}
    return dict(SQL.run("claim_codes", params))


def sample_codes(_pool: str, numbers: Sequence[int], _now: datetime) -> dict[int, str]:
    """Return codes that stand for real ones in previews and rehearsals; none is given away."""
    return dict.fromkeys(numbers, "SAMPLE-CODE")


def warn_of_low(*, now: datetime) -> int:
    """Publish an event for each pool that is low, once until codes are added; return how many."""
    told = 0
    for level in list_levels():
        if not level.is_low or not level.pool.total:
            continue
        told += publish(
            "campaigns.coupons_low",
            subject=f"coupon_pool:{level.pool.pk}",
            payload={"pool": level.pool.slug, "free": level.free},
            key=f"campaigns.coupons_low:{level.pool.pk}:{level.pool.total}",
            now=now,
        ) is not None  # fmt: skip
    return told
