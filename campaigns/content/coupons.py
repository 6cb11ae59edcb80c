"""Coupon pools: creating them, adding codes, how full they are, and a warning before they run dry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.content.source_models import CouponPool
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound
from kernel.events import publish
from kernel.sql import SqlFile, text_array

SQL = SqlFile(__file__, "coupons")

# More free codes than these are not counted.
COUNTED = 100_000
MAX_CODES = 200_000
MAX_LENGTH = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How full a pool is; `free` counts no further than `COUNTED`."""

    pool: CouponPool
    free: int

    @property
    def is_low(self) -> bool:
        """Whether staff should add codes."""
        return self.free < self.pool.warn_below

    @property
    def given(self) -> int | None:
        """How many codes were given away; `None` where the free ones are too many to count."""
        return self.pool.total - self.free if self.free < COUNTED else None

    @property
    def free_text(self) -> str:
        """The free codes, in words."""
        return f"{self.free:,}" if self.free < COUNTED else f"{COUNTED:,} or more"


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


def get_pool(slug: str) -> CouponPool:
    """Return a pool by slug; raises `NotFound`."""
    found = CouponPool.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound("There is no such coupon pool.")
    return found


def list_levels() -> list[Level]:
    """Return all pools by name, with how full they are. One statement for the levels."""
    free: dict[int, int] = dict(SQL.run("list_levels", {"most": COUNTED}))
    return [Level(pool=pool, free=free[pool.pk]) for pool in CouponPool.objects.order_by("name")]


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
