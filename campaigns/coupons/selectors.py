"""Reads of coupon pools: one by its slug, how full they are, what draws from them."""

from collections.abc import Iterable
from dataclasses import dataclass

from campaigns.coupons.models import CouponPool
from campaigns.extension_points import drawing_usages
from kernel.errors import NotFound
from kernel.sql import SqlFile
from profiles.contracts import UsedBy

SQL = SqlFile(__file__, "levels")

# More free codes than these are not counted.
COUNTED = 100_000


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


def list_known(slugs: Iterable[str]) -> set[str]:
    """Return which of some slugs name a pool."""
    return set(CouponPool.objects.filter(slug__in=slugs).values_list("slug", flat=True))


def list_users(pool: CouponPool) -> list[UsedBy]:
    """List the live words that take codes of a pool."""
    source = f"pool:{pool.slug}"
    return [one for _, usage in drawing_usages.items() for one in usage.list_users(source)]
