"""Builds valid people, templates and journeys for the tests of campaigns."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

from campaigns.channels.models import Sender
from campaigns.channels.services import create_sender
from campaigns.content.models import Template
from campaigns.content.services import create_template
from campaigns.contracts import Channel, MessageClass, SenderDraft, TemplateDraft
from campaigns.deliveries.models import Delivery, FrequencyCap, QuietHours
from campaigns.journeys.models import Journey
from campaigns.journeys.services.publish import create_journey, publish_journey
from profiles.consent.models import Consent
from profiles.customers.models import Customer

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

MJML = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Hi {{ first_name }}, we miss you.</mj-text>
<mj-button href="https://shop.example/new?a=1&amp;b=2">See what is new</mj-button>
<mj-text><a href="{{ unsubscribe_link }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"""


def make_customer(
    name: str | None = "Ada",
    *,
    email: str | None = "",
    consent: str | None = "granted",
    time_zone: str | None = None,
    **traits: object,
) -> Customer:
    """A person with an e-mail address of their own and consent to e-mail, unless told otherwise."""
    key = uuid4()
    known = {"first_name": name, "email": f"p{key.hex[:12]}@example.com" if email == "" else email}
    customer = Customer.objects.create(
        key=key,
        traits={k: v for k, v in {**known, **traits}.items() if v is not None},
        first_seen_at=NOW,
        last_seen_at=NOW,
        time_zone=time_zone,
    )
    if consent:
        give_consent(customer, state=consent)
    return customer


def give_consent(customer, *, state="granted", channel="email", topic="", address=""):
    return Consent.objects.create(
        customer=customer,
        channel=channel,
        topic=topic,
        address=address,
        state=state,
        changed_at=NOW,
    )


def make_template(
    name: str = "Win back",
    *,
    source: str = MJML,
    subject: str = "{{ first_name }}, come back",
    message_class: MessageClass = MessageClass.MARKETING,
    topic: str = "",
) -> Template:
    draft = TemplateDraft(channel=Channel.EMAIL, subject=subject, source=source)
    return create_template(
        name, key=uuid4(), draft=draft, purpose=(message_class, topic), actor="user:1", now=NOW
    )


def with_words(text: str, name: str = "Asking") -> Template:
    """An e-mail with a text of its own."""
    return make_template(name, subject="Hi", source=MJML.replace("we miss you.", text))


def make_sender(name: str = "Null", *, kind: str = "console", **config: object) -> Sender:
    """A sender of e-mail; nothing leaves by it unless another kind is asked for."""
    draft = SenderDraft(
        name=name, channel=Channel.EMAIL, kind=kind, from_address="s@shop.example", config=config
    )
    return create_sender(draft, key=uuid4(), actor="user:1", now=NOW)


def make_words(
    name: str,
    channel: Channel,
    *,
    text: str = "Hi {{ first_name }}",
    subject: str = "",
    **fields: str,
) -> Template:
    """A marketing template of a channel other than e-mail."""
    draft = TemplateDraft(channel=channel, subject=subject, text=text, fields=fields)
    purpose = (MessageClass.MARKETING, "")
    return create_template(name, key=uuid4(), draft=draft, purpose=purpose, actor="user:1", now=NOW)


def plan(customer: Customer, template: Template, *, due_at: datetime = NOW, **fields) -> Delivery:
    """A delivery that waits in the queue."""
    template.refresh_from_db()
    assert template.live_version is not None
    return Delivery.objects.create(
        customer=customer,
        channel=template.channel,
        message_class=template.message_class,
        topic=template.topic,
        template_version=template.live_version,
        due_at=due_at,
        **fields,
    )


def make_cap(name="Weekly", *, count=1, days=7, channel="email", message_class="marketing"):
    return FrequencyCap.objects.create(
        name=name, channel=channel, message_class=message_class, max_count=count, days=days
    )


def make_quiet_hours(starts: str = "21:00", ends: str = "08:00", *, zone: str = "UTC"):
    return QuietHours.objects.create(
        channel="email",
        starts_at=time.fromisoformat(starts),
        ends_at=time.fromisoformat(ends),
        default_zone=zone,
    )


def publish(*nodes: dict, holdout: float = 0, name: str | None = None, now=NOW, **parts) -> Journey:
    """A live journey made of the nodes; `parts` are those of the definition."""
    journey = create_journey(
        name or f"Journey {uuid4().hex[:8]}", key=uuid4(), actor="user:1", now=now
    )
    publish_journey(
        journey,
        definition={"holdout_percent": holdout, "nodes": list(nodes), **parts},
        actor="user:1",
        now=now,
    )
    journey.refresh_from_db()
    return journey


def entry(*triggers: dict, next_: str, **settings) -> dict:
    return {"id": "entry", "type": "entry", "triggers": list(triggers), "next": next_, **settings}


def after(**parts: float) -> datetime:
    return NOW + timedelta(**parts)


def key(number: int) -> UUID:
    return UUID(int=number)
