"""Makes what the flow needs in a running installation, and prints the ids as JSON."""

import json
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from campaigns.contracts import Channel, MessageClass, TemplateDraft  # noqa: E402
from campaigns.facade import create_template, publish_journey  # noqa: E402
from kernel.ids import new_key  # noqa: E402
from profiles.facade import create_segment, publish_segment  # noqa: E402
from referrals.facade import publish_program  # noqa: E402

NOW = datetime.now(UTC)
ACTOR = "system:flow"
MAIL = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Hi {{ first_name }}, invite a friend: <a href="{{ referral.link }}">your invitation</a></mj-text>
<mj-text><a href="{{ unsubscribe_link }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"""
MONTH = {"kind": "last", "span": {"amount": 30, "unit": "days"}}
RULE = {
    "version": 1,
    "root": {
        "kind": "group",
        "match": "all",
        "rules": [
            {
                "kind": "trait",
                "key": "plan",
                "test": {"type": "text", "operator": "is", "values": ["pro"]},
            },
            {
                "kind": "count",
                "event": "Product Viewed",
                "operator": "at_least",
                "value": 3,
                "window": MONTH,
            },
        ],
    },
}


def make_template(name: str, subject: str) -> str:
    key = new_key(now=NOW)
    draft = TemplateDraft(channel=Channel.EMAIL, subject=subject, source=MAIL)
    purpose = (MessageClass.MARKETING, "")
    create_template(name, key=key, draft=draft, purpose=purpose, actor=ACTOR, now=NOW)
    return str(key)


def publish(name: str, *nodes: dict[str, Any]) -> None:
    definition = {"holdout_percent": 0, "nodes": list(nodes)}
    publish_journey(name, key=new_key(now=NOW), definition=definition, actor=ACTOR, now=NOW)


def make_all() -> dict[str, Any]:
    publish_program(
        "Bring a friend",
        terms={
            "hold_seconds": 0,
            "advocate_reward": {"amount": "200"},
            "friend_reward": {"amount": "100"},
        },
        actor=ACTOR,
        now=NOW,
    )
    segment = create_segment("Curious pros", rule=RULE, now=NOW)
    publish_segment(segment.id, now=NOW)
    out = {"id": "out", "type": "exit"}
    publish(
        "Invite",
        {
            "id": "entry",
            "type": "entry",
            "next": "pause",
            "triggers": [{"kind": "segment_entered", "segment_id": segment.id}],
        },
        {"id": "pause", "type": "wait", "seconds": 0, "next": "bought"},
        {
            "id": "bought",
            "type": "condition",
            "happened_since_entry": {"event": "Order Completed"},
            "yes": "out",
            "no": "mail",
        },
        {
            "id": "mail",
            "type": "send",
            "template": make_template("Invite", "An invitation for {{ first_name }}"),
            "next": "out",
        },
        out,
    )
    publish(
        "Thank you",
        {
            "id": "entry",
            "type": "entry",
            "next": "mail",
            "triggers": [{"kind": "event", "event": "referrals.reward_granted"}],
        },
        {
            "id": "mail",
            "type": "send",
            "template": make_template("Thanks", "A reward for {{ first_name }}"),
            "next": "out",
        },
        out,
    )
    return {"segment": segment.id}


if __name__ == "__main__":
    print(json.dumps(make_all()))
