"""What the demo shop's staff made for other channels than e-mail: senders, templates, a journey.

Texts, pushes and audiences are captured, as the mails are: nothing leaves this machine.
"""

from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from campaigns.contracts import Channel, MessageClass, SenderDraft, TemplateDraft
from campaigns.facade import create_sender, create_template, publish_journey, set_volume_limit
from kernel.errors import Conflict
from kernel.ids import new_key
from mcps_site.world.catalog import SHOP
from profiles.facade import list_segments

ACTOR = "system:demo"
CAPTURED = "demo"
LINK = "https://fernway.example/tents"
SENDERS = (
    ("Captured text messages", Channel.SMS, "Fernway"),
    ("Captured push messages", Channel.PUSH, ""),
    ("Captured audiences", Channel.AUDIENCE, ""),
)
TEXT_PRICE = Decimal("0.075")
TEXTS = {
    "scope": "channel", "subject": "sms", "measure": "money", "amount": 250, "period": "month",
    "policy": "hold_back",
}  # fmt: skip
MAILS = {"scope": "domain", "subject": "people.example", "amount": 20_000, "period": "minute"}
TEMPLATES: dict[str, TemplateDraft] = {
    "Tents, push": TemplateDraft(
        channel=Channel.PUSH,
        subject="{{ first_name | default: 'Hello' }}, still thinking about a tent?",
        text="The tents you looked at are in stock.",
        fields={"url": LINK},
    ),
    "Tents, text message": TemplateDraft(
        channel=Channel.SMS,
        text=f"{SHOP}: the tents you looked at are in stock. "
        f"{{{{ '{LINK}' | tracked }}}} No more texts: {{{{ unsubscribe_link }}}}",
    ),
    "Tents, in the app": TemplateDraft(
        channel=Channel.INAPP,
        subject="Your tents are in stock",
        text="Free returns for 100 days.",
        fields={"kind": "banner", "button": "See tents", "url": LINK},
    ),
    "Tents, in the store": TemplateDraft(
        channel=Channel.TASK,
        subject="{{ first_name | default: 'A guest' }} looked at tents",
        text="Show the tents on the ground floor, and mention the free returns.",
        fields={"place": "Berlin Mitte"},
    ),
}


def load_channels(*, now: datetime) -> None:
    """Make everything that is missing; safe to run again."""
    for name, channel, sender in SENDERS:
        with suppress(Conflict):
            _make_sender(name, channel, sender, now=now)
    with suppress(Conflict):
        set_volume_limit("Text messages of a month", parts=TEXTS, actor=ACTOR, now=now)
    with suppress(Conflict):
        set_volume_limit("Mails a minute", parts=MAILS, actor=ACTOR, now=now)
    keys = {}
    for name, draft in TEMPLATES.items():
        with suppress(Conflict):
            keys[name] = str(_make_template(name, draft, now=now))
    if len(keys) == len(TEMPLATES):
        definition = _tents(*keys.values())
        name = "Looked at tents"
        publish_journey(name, key=new_key(now=now), definition=definition, actor=ACTOR, now=now)


def _make_sender(name: str, channel: Channel, sender: str, *, now: datetime) -> None:
    draft = SenderDraft(
        name=name,
        channel=channel,
        kind="console",
        config={"file": CAPTURED},
        from_address=sender,
        price=TEXT_PRICE if channel is Channel.SMS else Decimal(0),
    )
    create_sender(draft, key=new_key(now=now), actor=ACTOR, now=now)


def _make_template(name: str, draft: TemplateDraft, *, now: datetime) -> UUID:
    key = new_key(now=now)
    purpose = (MessageClass.MARKETING, "")
    create_template(name, key=key, draft=draft, purpose=purpose, actor=ACTOR, now=now)
    return key


def _tents(push: str, text: str, app: str, store: str) -> dict[str, Any]:
    """A push first; a text, a banner and a card for the clerk, unless the person bought."""
    segment = next(row.id for row in list_segments() if row.name == "Looking at tents")
    trigger = {"kind": "segment_entered", "segment_id": segment}
    entry = {
        "id": "entry", "type": "entry", "triggers": [trigger], "next": "push",
        "reentry": "after_exit", "starts": "current_and_future",
    }  # fmt: skip
    bought = {
        "id": "bought", "type": "condition", "happened_since_entry": {"event": "Order Completed"},
        "yes": "done", "no": "text",
    }  # fmt: skip
    sends = (("push", push, "pause"), ("text", text, "app"), ("app", app, "store"),
             ("store", store, "done"))  # fmt: skip
    return {
        "holdout_percent": 10,
        "nodes": [
            entry,
            {"id": "pause", "type": "wait", "seconds": 60, "next": "bought"},
            bought,
            *(
                {"id": name, "type": "send", "template": template, "next": following}
                for name, template, following in sends
            ),
            {"id": "done", "type": "exit"},
        ],
    }
