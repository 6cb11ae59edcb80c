"""What the demo shop's mails share: its brand, two blocks, and a mail composed of blocks."""

import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from campaigns.facade import create_brand_kit, create_shared_block
from kernel.errors import Conflict
from kernel.ids import new_key
from mcps_site.world.catalog import SHOP

ACTOR = "system:demo"
BRAND = {
    "company": SHOP,
    "website": "https://fernway.example/",
    "primary": "#1f3d2f",
    "background": "#f4f2ec",
    "heading_font": "Georgia, Times New Roman, serif",
    "footer": f"{SHOP} outdoor shop\nRidge Road 1, Example Town\nYou get this because you allowed "
    f"{SHOP} to write to you.",
    "voice": "We speak like a friend who knows the trail: short, warm, never loud. We say “you”, "
    "name the place, and leave out superlatives.",
}
PROMISE = "Free returns for 100 days, repairs for as long as we can get the parts."
INVITE = """<mj-text font-size="14px">Know somebody who would like {{ brand.company }}?
Send them <a href="{{ referral.link }}">{{ words | default: "your invitation" }}</a>: after their
first order you both get a thank-you.</mj-text>"""


BLOCKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("promise", {"name": "What we promise", "kind": "words", "source": PROMISE}),
    ("invitation", {"name": "Bring a friend", "kind": "column", "source": INVITE}),
)


def load_pieces(*, now: datetime) -> None:
    """Make everything that is missing; safe to run again."""
    with suppress(Conflict):
        create_brand_kit(SHOP, key=new_key(now=now), values=BRAND, actor=ACTOR, now=now)
    for slug, parts in BLOCKS:
        with suppress(Conflict):
            create_shared_block(slug, key=new_key(now=now), parts=parts, actor=ACTOR, now=now)


def welcome_document() -> str:
    """Return the blocks of the mail that welcomes people."""
    shop = "https://fernway.example"
    left = [
        _block(5, "heading", text="Ridge walks", level=3),
        _block(6, "text", text="Long days above the trees, huts on the way."),
    ]
    right = [
        _block(7, "heading", text="Lake loops", level=3),
        _block(8, "text", text="Half a day, a swim in the middle, home for dinner."),
    ]
    hello = (
        "Hi {{ first_name | default: 'there' }},\n\ngood to have you here. Choose what you want to "
        "hear about under [your preferences]({{ consent.preferences_link }})."
    )
    blocks = [
        _block(1, "heading", text="Welcome to the trail"),
        _block(2, "text", text=hello),
        _block(3, "button", label="Look around", href=f"{shop}/"),
        _block(4, "columns", columns=[{"blocks": left}, {"blocks": right}]),
        _block(9, "divider"),
        _block(10, "shared", slug="promise"),
        _block(11, "shared", slug="invitation"),
        _block(12, "social", links=[{"name": "Trail diary", "href": f"{shop}/diary"}]),
    ]
    return json.dumps({"preheader": "Good to have you here.", "blocks": blocks})


def _block(number: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"b{number}", "kind": kind, **fields}
