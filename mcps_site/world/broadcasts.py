"""What the demo shop's staff made about sending: limits, a broadcast that leaves, two for later."""

from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from campaigns.contracts import Channel, MessageClass, TemplateDraft
from campaigns.facade import (
    create_template,
    set_frequency_cap,
    set_quiet_hours,
    start_broadcast,
)
from kernel.errors import Conflict
from kernel.ids import new_key
from profiles.facade import list_segments

ACTOR = "system:demo"
WORDS = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Hello {{ first_name | default: 'there' }}, the new season's trails are on our map.</mj-text>
<mj-button href="https://fernway.example/trails">See the trails</mj-button>
<mj-text><a href="{{ unsubscribe_link }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"""

GERMAN = (
    WORDS.replace(
        "Hello {{ first_name | default: 'there' }}, the new season's trails are on our map.",
        "Hallo{% if first_name %} {{ first_name }}{% endif %}, die Touren der neuen Saison sind da.",
    )
    .replace("See the trails", "Zu den Touren")
    .replace("Unsubscribe", "Abmelden")
)


def load_broadcasts(*, now: datetime) -> None:
    """Make everything that is missing; safe to run again."""
    with suppress(Conflict):
        parts = {"max_count": 8, "days": 7, "message_class": "marketing"}
        set_frequency_cap("Eight a week", parts=parts, actor=ACTOR, now=now)
    with suppress(Conflict):
        quiet = {"starts_at": time(21), "ends_at": time(8), "default_zone": "Europe/Berlin"}
        set_quiet_hours("sms", parts=quiet, actor=ACTOR, now=now)
    with suppress(Conflict):
        _start_all(_make_template(now=now), now=now)


def _make_template(*, now: datetime) -> UUID:
    key = new_key(now=now)
    german = TemplateDraft(
        channel=Channel.EMAIL, subject="Neue Touren für die Saison", source=GERMAN
    )
    draft = TemplateDraft(
        channel=Channel.EMAIL, subject="New trails for the season", source=WORDS,
        translations={"de": german},
    )  # fmt: skip
    create_template(
        "New trails", key=key, draft=draft, purpose=(MessageClass.MARKETING, ""), actor=ACTOR,
        now=now,
    )  # fmt: skip
    return key


def _start_all(template: UUID, *, now: datetime) -> None:
    ids = {segment.name: int(segment.id) for segment in list_segments()}
    goal: dict[str, Any] = {"goal_event": "Order Completed", "goal_days": 7}
    start_broadcast(
        "New trails, regulars", key=new_key(now=now), template=template,
        parts={"included": [ids["Regulars"]], "holdout_percent": 10, **goal},
        actor=ACTOR, now=now,
    )  # fmt: skip
    start_broadcast(
        "New trails, best hour", key=new_key(now=now), template=template,
        parts={
            "included": [ids["Lapsed buyers"]], "excluded": [ids["Regulars"], ids["In Germany"]],
            "timing": "best", "default_zone": "Europe/Berlin", **goal,
        },
        actor=ACTOR, now=now,
    )  # fmt: skip
    in_a_week = (now + timedelta(days=7)).date()
    start_broadcast(
        "New trails, Germany", key=new_key(now=now), template=template,
        parts={
            "included": [ids["In Germany"]], "excluded": [ids["Regulars"]], "timing": "local",
            "local_on": in_a_week, "local_time": time(9), "default_zone": "Europe/Berlin",
            "rollout": [5, 25, 100], **goal,
        },
        actor=ACTOR, now=now,
    )  # fmt: skip
