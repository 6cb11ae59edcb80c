"""What the demo shop's staff made: segments, templates, a program, journeys.

Made by the same calls that staff's pages use. A piece that is there already stays as it is.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from campaigns.contracts import Channel, MessageClass, TemplateDraft
from campaigns.facade import create_template, publish_journey
from kernel.errors import Conflict
from kernel.ids import new_key
from mcps_site.world.catalog import SHOP
from mcps_site.world.channels import load_channels
from profiles.contracts import IdentityRef
from profiles.facade import (
    create_computed_trait,
    create_list,
    create_rfm_scores,
    create_segment,
    find_customer,
    find_webhook,
    import_file,
    list_segments,
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
)

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
TESTERS = {"kind": "bucket", "salt": "testers", "first": 0, "last": 99}

MAIL = """<mjml>
  <mj-head><mj-attributes><mj-all font-family="Helvetica, Arial, sans-serif" /></mj-attributes></mj-head>
  <mj-body background-color="#f4f2ec">
    <mj-section background-color="#1f3d2f"><mj-column>
      <mj-text color="#ffffff" font-size="20px" font-weight="700">{shop}</mj-text>
    </mj-column></mj-section>
    <mj-section background-color="#ffffff"><mj-column>
      <mj-text font-size="16px" line-height="24px">Hi {{{{ first_name | default: "there" }}}},</mj-text>
      <mj-text font-size="16px" line-height="24px">{words}</mj-text>
      <mj-button background-color="#1f3d2f" href="{link}">{button}</mj-button>
      <mj-text font-size="14px">Know somebody who would like {shop}? Send them
        <a href="{{{{ referral.link }}}}">your invitation</a>: after their first order you both get
        a thank-you.</mj-text>
      <mj-text font-size="12px" color="#667085">You get this because you allowed {shop} to write to
        you. <a href="{{{{ unsubscribe_link }}}}">Unsubscribe</a></mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>"""

TEMPLATES: tuple[tuple[str, str, str, str], ...] = (
    (
        "Win back",
        "{{ first_name | default: 'Hello' }}, it has been a while",
        "it has been a while since your last order. New tents, packs and jackets have arrived.",
        "See what is new",
    ),
    (
        "Thank you for the invitation",
        "Your reward is here",
        "a reward is on your account: {{ referral.balance }}. Thank you for bringing a friend.",
        "Use it",
    ),
)


def load_content(*, now: datetime) -> None:
    """Make everything that is missing; safe to run again."""
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
    for template in TEMPLATES:
        with suppress(Conflict):
            _make_template(*template, now=now)
    load_channels(now=now)
    for event, description, owner, properties in PLAN:
        with suppress(Conflict):
            plan_event(
                event, description=description, owner=owner, properties=properties,
                actor=ACTOR, now=now,
            )  # fmt: skip
    _ship_parcels(now=now)
    with suppress(Conflict):
        _import_cards(now=now)


def _make_segment(name: str, description: str, rule: dict[str, Any], *, now: datetime) -> None:
    made = create_segment(name, rule=rule, description=description, now=now)
    publish_segment(made.id, now=now)


def _make_template(name: str, subject: str, words: str, button: str, *, now: datetime) -> None:
    link = "https://fernway.example/"
    source = MAIL.format(shop=SHOP, words=words, button=button, link=link)
    template = new_key(now=now)
    create_template(
        name,
        key=template,
        draft=TemplateDraft(channel=Channel.EMAIL, subject=subject, source=source),
        purpose=(MessageClass.MARKETING, ""),
        actor=ACTOR,
        now=now,
    )
    nodes = _win_back(str(template)) if name == "Win back" else _thank_you(str(template))
    publish_journey(name, key=new_key(now=now), definition=nodes, actor=ACTOR, now=now)


def _win_back(template: str) -> dict[str, Any]:
    lapsed = next(row.id for row in list_segments() if row.name == "Lapsed buyers")
    trigger = {"kind": "segment_entered", "segment_id": lapsed}
    entry = {
        "id": "entry", "type": "entry", "triggers": [trigger], "next": "pause",
        "reentry": "after_exit", "starts": "current_and_future",
    }  # fmt: skip
    bought = {"event": ORDER}
    return {
        "holdout_percent": 10,
        "nodes": [
            entry,
            {"id": "pause", "type": "wait", "seconds": 60, "next": "bought"},
            {
                "id": "bought",
                "type": "condition",
                "happened_since_entry": bought,
                "yes": "done",
                "no": "mail",
            },
            {"id": "mail", "type": "send", "template": template, "next": "done"},
            {"id": "done", "type": "exit"},
        ],
    }


def _thank_you(template: str) -> dict[str, Any]:
    trigger = {"kind": "event", "event": "referrals.reward_granted"}
    entry = {
        "id": "entry", "type": "entry", "triggers": [trigger], "next": "mail",
        "reentry": "after_exit",
    }  # fmt: skip
    mail = {"id": "mail", "type": "send", "template": template, "next": "done"}
    return {"holdout_percent": 0, "nodes": [entry, mail, {"id": "done", "type": "exit"}]}


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


def _is_customer(number: int) -> bool:
    ref = IdentityRef(kind="user_id", value=f"fw-{number:07d}")
    return find_customer(ref) is not None
