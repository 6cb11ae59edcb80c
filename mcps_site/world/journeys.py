"""Journeys of the demo shop that start from what people do: a cart left, a welcome, an invitation.

The demo's clock runs sixty times faster than the wall's, so a minute here stands for an hour.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.contracts import Channel, MessageClass, TemplateDraft
from campaigns.facade import add_journey_spec, create_template, publish_journey
from kernel.errors import Conflict
from kernel.ids import new_key
from mcps_site.world.mjml import mail_source
from mcps_site.world.pieces import welcome_document
from profiles.facade import list_segments

ACTOR = "system:demo"
ORDER = "Order Completed"
HOUR, NIGHT, DAY = 60, 8 * 60, 24 * 60
CART_LINK = "https://fernway.example/cart"

Node = dict[str, Any]

CART_MAIL = TemplateDraft(
    channel=Channel.EMAIL,
    subject="{{ first_name | default: 'Hello' }}, your cart is waiting",
    source=mail_source(
        "you left something in your cart. We keep it for you for a few days.",
        button="Back to the cart", link=CART_LINK,
    ),
)  # fmt: skip
CART_PUSH = TemplateDraft(
    channel=Channel.PUSH,
    subject="Your cart is still here",
    text="The last pieces are going. Free returns for 100 days.",
    fields={"url": CART_LINK},
)
CART_AUDIENCE = TemplateDraft(
    channel=Channel.AUDIENCE, subject="carts-left-behind", fields={"action": "add"}
)
WELCOME_MAIL = TemplateDraft(
    channel=Channel.EMAIL,
    subject="Welcome to Fernway, {{ first_name | default: 'friend of the outdoors' }}",
    source=welcome_document(), source_format="blocks",
)  # fmt: skip
WIN_BACK_MAIL = TemplateDraft(
    channel=Channel.EMAIL,
    subject="{{ first_name | default: 'Hello' }}, it has been a while",
    source=mail_source(
        "it has been a while since your last order. New tents, packs and jackets have arrived.",
        button="See what is new", link="https://fernway.example/",
    ),
)  # fmt: skip
THANKS_MAIL = TemplateDraft(
    channel=Channel.EMAIL,
    subject="Your reward is here",
    source=mail_source(
        "a reward is on your account: {{ referral.balance }}. Thank you for bringing a friend.",
        button="Use it", link="https://fernway.example/",
    ),
)  # fmt: skip
INVITE_MAIL = TemplateDraft(
    channel=Channel.EMAIL,
    subject="Who should come along next time?",
    source=mail_source(
        "thank you for your order. Outdoors is better together: your friends get "
        "100 points with your invitation, and you get 200.",
        button="Send your invitation", link="{{ referral.link }}",
    ),
)  # fmt: skip

BOUGHT_IN_TIME = {
    "traits": {"first_name": "Ada", "email": "ada@fernway.example"},
    "channels": ["email"],
    "when": [{"after": HOUR, "event": ORDER}],
    "then": [{"what": "not_sent", "name": "mail"}, {"what": "ends", "name": "goal_reached"}],
}


def load_journeys(*, now: datetime) -> None:
    """Make everything that is missing; safe to run again."""
    with suppress(Conflict):
        mail = _template("Win back", WIN_BACK_MAIL, now=now)
        _publish("Win back", win_back(str(mail)), now=now)
    with suppress(Conflict):
        mail = _template("Thank you for the invitation", THANKS_MAIL, now=now)
        _publish("Thank you for the invitation", thanks(str(mail)), now=now)
    with suppress(Conflict):
        mail = _template("Cart, e-mail", CART_MAIL, now=now)
        push = _template("Cart, push", CART_PUSH, now=now)
        audience = _template("Cart, audience", CART_AUDIENCE, now=now)
        steps = abandoned_cart(str(mail), str(audience), str(push))
        key = _publish("Abandoned cart", steps, now=now)
        add_journey_spec(
            key, name="Who buys in time gets no mail", document=BOUGHT_IN_TIME, actor=ACTOR, now=now
        )
    with suppress(Conflict):
        mail = _template("Welcome", WELCOME_MAIL, now=now)
        _publish("Welcome", welcome(str(mail)), now=now)
    with suppress(Conflict):
        mail = _template("Invitation", INVITE_MAIL, now=now)
        _publish("Invite a friend", invite(str(mail)), now=now)


def win_back(mail: str) -> Node:
    """A mail to buyers who stay away, those included who do already."""
    lapsed = next(row.id for row in list_segments() if row.name == "Lapsed buyers")
    entry = {
        "id": "entry", "type": "entry", "next": "pause", "reentry": "after_exit",
        "triggers": [{"kind": "segment_entered", "segment_id": lapsed}],
        "starts": "current_and_future",
    }  # fmt: skip
    return {
        "holdout_percent": 10,
        "goal": {"event": ORDER, "days": 7, "leaves": True},
        "nodes": [
            entry,
            {"id": "pause", "type": "wait", "seconds": HOUR, "next": "mail"},
            {"id": "mail", "type": "send", "template": mail, "next": "done"},
            {"id": "done", "type": "exit"},
        ],
    }


def thanks(mail: str) -> Node:
    """A mail about each reward, at once."""
    entry = {
        "id": "entry", "type": "entry", "next": "mail", "reentry": "after_exit",
        "triggers": [{"kind": "event", "event": "referrals.reward_granted"}],
    }  # fmt: skip
    send = {"id": "mail", "type": "send", "template": mail, "next": "done"}
    return {"holdout_percent": 0, "nodes": [entry, send, {"id": "done", "type": "exit"}]}


def abandoned_cart(mail: str, audience: str, push: str) -> Node:
    """After two hours a mail, after a night an audience for ads, after another one a push.

    Whoever buys leaves at once, also in the last night, when nothing is sent any more.
    """
    return {
        "holdout_percent": 10,
        "goal": {"event": ORDER, "days": 3, "leaves": True},
        "nodes": [
            _entry("Product Added", "two_hours", min_gap_seconds=7 * DAY),
            {"id": "two_hours", "type": "wait", "seconds": 2 * HOUR, "next": "mail"},
            {
                "id": "mail", "type": "send", "template": mail, "next": "night",
                "no_consent": "push", "no_address": "push", "suppressed": "push", "failed": "push",
            },
            {"id": "night", "type": "wait", "seconds": NIGHT, "next": "audience"},
            {"id": "audience", "type": "send", "template": audience, "next": "another_night"},
            {"id": "another_night", "type": "wait", "seconds": NIGHT, "next": "push"},
            {"id": "push", "type": "send", "template": push, "next": "last_night"},
            {"id": "last_night", "type": "wait", "seconds": NIGHT, "next": "done"},
            {"id": "done", "type": "exit"},
        ],
    }  # fmt: skip


def welcome(mail: str) -> Node:
    """A mail to who gave consent, once."""
    said = [
        {"property": "channel", "is": "equals", "value": "email"},
        {"property": "state", "is": "equals", "value": "granted"},
    ]
    entry = _entry("Consent Updated", "mail", match=said)
    entry["reentry"] = "never"
    send = {"id": "mail", "type": "send", "template": mail, "next": "done"}
    return {
        "holdout_percent": 10,
        "goal": {"event": ORDER, "days": 14, "leaves": False},
        "nodes": [entry, send, {"id": "done", "type": "exit"}],
    }


def invite(mail: str) -> Node:
    """A good moment: some hours after an order, at most once in a month."""
    return {
        "holdout_percent": 10,
        "goal": {"event": "Referral Started", "days": 14, "leaves": False},
        "nodes": [
            _entry(ORDER, "some_hours", min_gap_seconds=30 * DAY),
            {"id": "some_hours", "type": "wait", "seconds": 6 * HOUR, "next": "advocate"},
            {"id": "advocate", "type": "plugin", "kind": "referrals.make_advocate",
             "branches": [{"name": "advocate", "next": "mail"}, {"name": "no program", "next": "done"}]},
            {"id": "mail", "type": "send", "template": mail, "next": "done"},
            {"id": "done", "type": "exit"},
        ],
    }  # fmt: skip


def _entry(event: str, following: str, **settings: Any) -> Node:
    trigger = {"kind": "touchpoint", "event": event, "match": settings.pop("match", [])}
    return {
        "id": "entry", "type": "entry", "triggers": [trigger], "next": following,
        "reentry": "after_exit", "starts": "future", **settings,
    }  # fmt: skip


def _template(name: str, draft: TemplateDraft, *, now: datetime) -> UUID:
    key, purpose = new_key(now=now), (MessageClass.MARKETING, "")
    create_template(name, key=key, draft=draft, purpose=purpose, actor=ACTOR, now=now)
    return key


def _publish(name: str, definition: Node, *, now: datetime) -> UUID:
    key = new_key(now=now)
    publish_journey(name, key=key, definition=definition, actor=ACTOR, now=now)
    return key
