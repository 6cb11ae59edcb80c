"""Examples of the pages of broadcasts."""

from tests.browser.examples import example


def _make(name):
    from datetime import UTC, datetime

    from campaigns.broadcasts.models import Broadcast
    from campaigns.broadcasts.services.drafting import create_broadcast
    from campaigns.content.models import Template
    from kernel.ids import new_key
    from profiles.segments.models import Segment
    from profiles.segments.services.listing import create_list
    from tests.campaigns.builders import make_template

    now = datetime.now(UTC)
    found = Broadcast.objects.filter(name=name).first()
    if found:
        return found
    audience = Segment.objects.filter(name="Broadcast example").first() or create_list(
        name="Broadcast example", description="", now=now
    )
    template = Template.objects.filter(name="Broadcast example").first()
    template = template or make_template("Broadcast example")
    template.refresh_from_db()
    parts = {"included": [audience.pk], "template": template}
    return create_broadcast(name, key=new_key(now=now), parts=parts, actor="command:test", now=now)


def _draft():
    return {"key": _make("A draft").key}


for _page in ("audience", "message", "time", "review"):
    example(f"campaigns:broadcast-{_page}")(_draft)


@example("campaigns:broadcast")
def _started():
    from datetime import UTC, datetime

    from campaigns.broadcasts.services.drafting import start_broadcast
    from campaigns.broadcasts.services.running import advance_broadcasts

    made = _make("Started")
    now = datetime.now(UTC)
    if made.status == "draft":
        start_broadcast(made.key, actor="command:test", now=now)
        while advance_broadcasts(now=now):
            pass
    return {"key": made.key}


@example("campaigns:cap-edit")
def _cap():
    from campaigns.models import FrequencyCap

    cap, _ = FrequencyCap.objects.get_or_create(
        name="Weekly example", defaults={"max_count": 3, "days": 7}
    )
    return {"number": cap.pk}


@example("campaigns:quiet-edit")
def _quiet():
    from datetime import time

    from campaigns.models import QuietHours

    hours = {"starts_at": time(21), "ends_at": time(8)}
    QuietHours.objects.get_or_create(channel="sms", defaults=hours)
    return {"channel": "sms"}


@example("campaigns:volume-edit")
def _volume():
    from campaigns.models import VolumeLimit

    limit, _ = VolumeLimit.objects.get_or_create(
        name="Gmail example",
        defaults={
            "scope": "domain", "subject": "gmail.com", "amount": 100_000, "period": "minute",
        },
    )  # fmt: skip
    return {"number": limit.pk}


example("campaigns:volume-delete")(_volume)
example("campaigns:cap-delete")(_cap)
example("campaigns:quiet-delete")(_quiet)
example("campaigns:broadcast-stop")(_started)
