"""Examples of the pages of catalogs and coupon pools."""

from tests.browser.examples import example


@example("campaigns:catalog")
def _catalog():
    from datetime import UTC, datetime

    from campaigns.catalogs.models import Catalog
    from campaigns.catalogs.services import create_from_items
    from kernel.ids import new_key

    now = datetime.now(UTC)
    if not Catalog.objects.filter(slug="browser").exists():
        create_from_items(
            "Browser example", slug="browser", key=new_key(now=now), actor="command:test", now=now,
            items=[("a1", {"name": "Tent", "price": "199.5"}), ("a2", {"name": "Stove"})],
        )  # fmt: skip
    return {"slug": "browser"}


@example("campaigns:coupon-pool")
def _pool():
    from datetime import UTC, datetime

    from campaigns.coupons.models import CouponPool
    from campaigns.coupons.services import add_codes, create_pool
    from kernel.ids import new_key

    now = datetime.now(UTC)
    if not CouponPool.objects.filter(slug="browser").exists():
        made = create_pool(
            "Browser example", slug="browser", key=new_key(now=now), warn_below=10,
            actor="command:test", now=now,
        )  # fmt: skip
        add_codes(made, ["A1", "A2"], actor="command:test", now=now)
    return {"slug": "browser"}
