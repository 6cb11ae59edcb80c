"""What the demo shop's messages draw from: its products, and the codes of a voucher."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from campaigns.contracts import Channel, MessageClass, TemplateDraft
from campaigns.facade import create_catalog, create_coupon_pool, create_template, start_broadcast
from kernel.errors import Conflict
from kernel.ids import new_key
from mcps_site.world.catalog import make_catalog
from mcps_site.world.services import find_clock
from profiles.facade import list_segments

ACTOR = "system:demo"
SHOP = "https://fernway.example"
CODES = 400
VOUCHER = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Hello {{ first_name | default: 'there' }},
{% segment "Regulars" %}thank you for coming back so often.{% else %}we have not met for a while.{% endsegment %}</mj-text>
<mj-text>{% catalog "products" where "category" computed.favorite_category limit 3 as items %}
{% for item in items %}{{ item.name }}, {{ item.price }} EUR<br />{% endfor %}</mj-text>
<mj-text>Your voucher of 10%: <b>{{ coupon.season }}</b></mj-text>
<mj-text><a href="{{ unsubscribe_link }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"""


def load_sources(*, now: datetime) -> None:
    """Make everything that is missing; safe to run again."""
    clock = find_clock()
    seed, days = (clock.seed, clock.days) if clock else (1, 180)
    with suppress(Conflict):
        items = [
            (one.sku, {"name": one.name, "category": one.category, "price": one.price,
                       "link": f"{SHOP}/products/{one.sku.lower()}"})
            for one in make_catalog(seed, days)
        ]  # fmt: skip
        create_catalog("Products", slug="products", items=items, actor=ACTOR, now=now)
    with suppress(Conflict):
        codes = [f"FERN-{number * 7919 % 100_000:05d}" for number in range(1, CODES + 1)]
        create_coupon_pool("Season voucher", slug="season", codes=codes, actor=ACTOR, now=now)
    with suppress(Conflict):
        _start_voucher(_make_template(now=now), now=now)


def _make_template(*, now: datetime) -> UUID:
    key = new_key(now=now)
    draft = TemplateDraft(channel=Channel.EMAIL, subject="A voucher for you", source=VOUCHER)
    create_template(
        "Season voucher", key=key, draft=draft, purpose=(MessageClass.MARKETING, "offers"),
        actor=ACTOR, now=now,
    )  # fmt: skip
    return key


def _start_voucher(template: UUID, *, now: datetime) -> None:
    ids = {segment.name: int(segment.id) for segment in list_segments()}
    start_broadcast(
        "Season voucher", key=new_key(now=now), template=template,
        parts={
            "included": [ids["Regulars"], ids["Lapsed buyers"]], "holdout_percent": 10,
            "goal_event": "Order Completed", "goal_days": 14,
        },
        actor=ACTOR, now=now,
    )  # fmt: skip
