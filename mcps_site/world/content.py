"""What the demo shop's staff made: segments, templates, a program, journeys.

Made by the same calls that staff's pages use. A piece that is there already stays as it is.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from kernel.errors import Conflict
from kernel.events import wake
from mcps_site.world.broadcasts import load_broadcasts
from mcps_site.world.channels import load_channels
from mcps_site.world.journeys import load_journeys
from mcps_site.world.pieces import load_pieces
from mcps_site.world.sources import load_sources
from profiles.contracts import IdentityRef
from profiles.facade import (
    ask_export_once,
    create_computed_trait,
    create_list,
    create_rfm_scores,
    create_segment,
    create_topic,
    find_customer,
    find_webhook,
    identify_customer,
    import_file,
    keep_event,
    list_segments,
    name_account_traits,
    plan_event,
    publish_segment,
    take_webhook,
)
from referrals.facade import publish_program

ACTOR = "system:demo"
CARDS = "Store cards"
ORDER = "Order Completed"
SIXTY_DAYS = {"kind": "last", "span": {"amount": 60, "unit": "days"}}
HALF_YEAR = {"kind": "last", "span": {"amount": 180, "unit": "days"}}
MONTH = {"kind": "last", "span": {"amount": 30, "unit": "days"}}


def _did(event: str, operator: str, value: int, window: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "count", "event": event, "operator": operator, "value": value, "window": window,
    }  # fmt: skip


def _all(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "root": {"kind": "group", "match": "all", "rules": list(rules)}}


SEGMENTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "Lapsed buyers",
        "Bought before, but not in the last 60 days.",
        _all(_did(ORDER, "at_least", 1, {"kind": "ever"}), _did(ORDER, "exactly", 0, SIXTY_DAYS)),
    ),
    (
        "Regulars",
        "Three orders or more in half a year.",
        _all(_did(ORDER, "at_least", 3, HALF_YEAR)),
    ),
    (
        "New regulars",
        "Became regulars after the shop began to count; who was one before stays out.",
        _all(_did(ORDER, "at_least", 3, HALF_YEAR)),
    ),
    (
        "Looking at tents",
        "Looked at three tents or more within a month.",
        _all(
            {
                **_did("Product Viewed", "at_least", 3, MONTH),
                "where": [
                    {
                        "property": "category",
                        "test": {"type": "text", "operator": "is", "values": ["tents"]},
                    }
                ],
            }
        ),
    ),
    (
        "In Germany",
        "The trait country is DE.",
        _all(
            {
                "kind": "trait",
                "key": "country",
                "test": {"type": "text", "operator": "is", "values": ["DE"]},
            }
        ),
    ),
    (
        "In a hiking club",
        "Their account is a hiking club.",
        _all(
            {
                "kind": "field",
                "field": "account_trait.kind",
                "test": {"type": "text", "operator": "is", "values": ["hiking club"]},
            }
        ),
    ),
)
FROM_NOW_ON = {"New regulars"}

# The shop's own clients send no reason with a refund: the plan finds it out.
PLAN: tuple[tuple[str, str, str, tuple[tuple[str, str, bool], ...]], ...] = (
    (
        ORDER,
        "An order was paid.",
        "Checkout team",
        (("order_id", "text", True), ("revenue", "number", True), ("currency", "text", True),
         ("products", "list", False)),
    ),
    (
        "Order Refunded",
        "Money went back to the buyer.",
        "Checkout team",
        (("order_id", "text", True), ("revenue", "number", True), ("currency", "text", False),
         ("reason", "text", True)),
    ),
)  # fmt: skip

PARCELS = 6

TRAITS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Orders", "orders_count", {"measure": "count", "event": ORDER}),
    ("Spent in half a year", "spent", {
        "measure": "sum", "property": "revenue", "event": ORDER, "window": HALF_YEAR,
    }),
    ("Favorite category", "favorite_category", {
        "measure": "most_frequent", "property": "category", "event": "Product Viewed",
    }),
)  # fmt: skip
TOPICS = (
    ("news", "News", "New things in the shop, about twice a month."),
    ("offers", "Offers", "What is cheaper for a while."),
    ("tours", "Tours", "Where to go, and what to take along."),
)
TESTERS = {"kind": "bucket", "salt": "testers", "first": 0, "last": 99}


def load_content(*, now: datetime) -> None:
    """Make everything that is missing; safe to run again."""
    name_account_traits({"kind": "text"}, now=now)
    for segment in SEGMENTS:
        with suppress(Conflict):
            _make_segment(*segment, now=now)
    for name, slug, figure in TRAITS:
        with suppress(Conflict):
            definition = {"kind": "figure", **figure}
            create_computed_trait(name, slug=slug, definition=definition, now=now)
    create_rfm_scores(ORDER, now=now)
    with suppress(Conflict):
        about = "One in a hundred people, drawn once, who see new things first."
        create_list("Testers", rule=_all(TESTERS), description=about, now=now)
    with suppress(Conflict):
        publish_program("Bring a friend", terms=_terms(), actor=ACTOR, now=now)
    for key, name, description in TOPICS:
        with suppress(Conflict):
            create_topic(key, name=name, description=description, actor=ACTOR, now=now)
    load_pieces(now=now)
    load_journeys(now=now)
    load_channels(now=now)
    load_broadcasts(now=now)
    load_sources(now=now)
    for event, description, owner, properties in PLAN:
        with suppress(Conflict):
            plan_event(
                event, description=description, owner=owner, properties=properties,
                actor=ACTOR, now=now,
            )  # fmt: skip
    _ship_parcels(now=now)
    with suppress(Conflict):
        _import_cards(now=now)
    _write_down_twice(now=now)
    _take_along(now=now)
    with suppress(Conflict):
        keep_event("Order Refunded", days=1_825, actor=ACTOR, now=now)


def _make_segment(name: str, description: str, rule: dict[str, Any], *, now: datetime) -> None:
    made = create_segment(name, rule=rule, description=description, now=now)
    publish_segment(made.id, backfill=name not in FROM_NOW_ON, now=now)


def _terms() -> dict[str, Any]:
    return {
        "minimum_revenue": "20", "hold_seconds": 120, "attribution_days": 30,
        "advocate_reward": {"amount": "200"}, "friend_reward": {"amount": "100"},
    }  # fmt: skip


def _ship_parcels(*, now: datetime) -> None:
    """Let the order system tell of a few parcels; told again, they are left out by their ids."""
    source_id = find_webhook("Order system", ready="custom", actor=ACTOR, now=now)
    known = [number for number in range(1, 41) if _is_customer(number)]
    for hours, number in enumerate(known[:PARCELS], start=1):
        parcel = {
            "id": f"parcel-{number}", "event": "Order Shipped", "user_id": f"fw-{number:07d}",
            "timestamp": (now - timedelta(hours=hours)).isoformat(),
            "data": {"carrier": "Fernway Post", "parcel": f"FP-{number:06d}"},
        }  # fmt: skip
        take_webhook(source_id, parcel, now=now)


def _import_cards(*, now: datetime) -> None:
    """Bring the cards that the stores gave out; two numbers were written down wrong."""
    known = [number for number in range(1, 41) if _is_customer(number)]
    if not known:
        return
    cards = [f"fw-{number:07d},{4_000 + number}\n" for number in known]
    body = "customer,card number\n" + "".join(cards) + ",4711\nfw-0000001,47?2\n"
    columns = [
        {"column": "customer", "use": "user_id"},
        {"column": "card number", "use": "trait", "name": "store_card", "type": "number"},
    ]
    mapping = {"kind": "people", "columns": columns}
    import_file(
        "store-cards.csv", body.encode(), mapping=mapping, source=CARDS, actor=ACTOR, now=now
    )


def _write_down_twice(*, now: datetime) -> None:
    """Let a till note a customer under another address, for the search for duplicates to find."""
    known = (find_customer(IdentityRef(kind="user_id", value=f"fw-{n:07d}")) for n in range(1, 41))
    first = next((one for one in known if one is not None and one.email), None)
    till = IdentityRef(kind="user_id", value="till-0001")
    if first is None or find_customer(till) is not None:
        return
    name, _, domain = str(first.email).partition("@")
    traits = {"name": first.display_name, "email": f"{name}+till@{domain}"}
    identify_customer(till, traits=traits, now=now)
    wake("profiles.look_for_duplicates")


def _take_along(*, now: datetime) -> None:
    """Ask for two files, which the workers make in the background."""
    regulars = next((one.id for one in list_segments() if one.name == "Regulars"), None)
    with suppress(Conflict):
        ask_export_once("people", form="csv", segment_id=regulars, actor=ACTOR, now=now)
        ask_export_once("touchpoints", form="jsonl", segment_id=regulars, actor=ACTOR, now=now)


def _is_customer(number: int) -> bool:
    ref = IdentityRef(kind="user_id", value=f"fw-{number:07d}")
    return find_customer(ref) is not None
