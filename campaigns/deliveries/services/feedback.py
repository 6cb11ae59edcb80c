"""What came back: reports of providers and people, told to the timelines."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from campaigns.contracts import Channel, EventKind, ProviderEvent
from campaigns.deliveries import queries
from campaigns.deliveries.models import Delivery, DeliveryEvent
from campaigns.deliveries.rules import reason_text, say_numbers
from kernel.events import Bounds, wake
from profiles import facade as profiles
from profiles.contracts import CustomerId, SystemTouchpoint

_EMAIL_EVENTS = {
    EventKind.OPENED: "Email Opened",
    EventKind.CLICKED: "Email Link Clicked",
}
_EVENTS = {
    EventKind.DELIVERED: "Message Delivered",
    EventKind.OPENED: "Message Opened",
    EventKind.CLICKED: "Message Link Clicked",
    EventKind.BOUNCED: "Message Bounced",
    EventKind.COMPLAINED: "Message Complained",
    EventKind.UNSUBSCRIBED: "Unsubscribed",
}
_DECISIONS = {"sent": "Message Sent", "held_back": "Message Held Back", "failed": "Message Failed"}
# A program that scans a mail follows all its links within this time after the hidden one.
_SCAN_TAKES = timedelta(minutes=1)
# After these an address must not be written to again, whatever the person allowed.
_SUPPRESSING = {EventKind.BOUNCED: "hard_bounce", EventKind.COMPLAINED: "complaint"}


@transaction.atomic
def record_events(events: Sequence[ProviderEvent], *, now: datetime) -> int:
    """Store reports and act on them; returns how many are new. A second call adds nothing.

    A bounce or a complaint puts the address on the suppression list.
    """
    fresh = queries.record_events(events)
    for report in fresh:
        reason = _SUPPRESSING.get(EventKind(report.kind))
        if reason and report.address:
            profiles.suppress_address(report.channel, report.address, reason=reason, now=now)
    if fresh:
        wake("kernel.read_facts")
    return len(fresh)


def record_act(
    delivery: Delivery, kind: EventKind, *, key: str, now: datetime, url: str = "",
    is_bot: bool = False,
) -> int:  # fmt: skip
    """Record what was done with a message: opened, clicked or unsubscribed.

    What a bot did is kept and told to nobody: it counts in no figure and moves nobody in journeys.
    """
    raw = {"url": url} if url else {}
    event = ProviderEvent(
        delivery_key=delivery.key, kind=kind, at=now, key=key, is_bot=is_bot, raw=raw
    )
    return record_events([event], now=now)


def record_trap(delivery: Delivery, *, now: datetime) -> None:
    """Record that a program followed the hidden link of a message; the first time counts."""
    key = f"trap:{delivery.pk}:{now:%Y%m%d%H%M}"
    record_act(delivery, EventKind.CLICKED, key=key, is_bot=True, now=now)


def fell_into_trap(delivery: Delivery, *, at: datetime) -> bool:
    """Say whether a program followed the hidden link of a message within the minute before."""
    events = DeliveryEvent.objects.filter(delivery=delivery, key__startswith=f"trap:{delivery.pk}:")
    return events.filter(at__gt=at - _SCAN_TAKES).exists()


@transaction.atomic
def unsubscribe(delivery: Delivery, *, whole_channel: bool, method: str, now: datetime) -> None:
    """Withdraw consent for the topic of a message, or for its whole channel. Safe to repeat."""
    profiles.record_consent(
        CustomerId(delivery.customer_id),
        channel=delivery.channel,
        topic="" if whole_channel else delivery.topic,
        state="withdrawn",
        address=delivery.address,
        source=method,
        proof={"delivery": str(delivery.key)},
        now=now,
    )
    record_act(delivery, EventKind.UNSUBSCRIBED, key=f"unsubscribed:{delivery.pk}", now=now)


def tell_events(bounds: Bounds, *, now: datetime) -> int:
    """Put the reports of a batch of the log on people's timelines; bots' are left out."""
    items = [
        SystemTouchpoint(
            customer_id=CustomerId(fact.customer_id),
            event=name,
            key=f"campaigns.delivery_event:{fact.id}",
            occurred_at=fact.at,
            properties=_properties(fact, url=fact.url),
        )
        for fact in queries.list_events(bounds)
        if not fact.is_bot and (name := _event_name(fact))
    ]
    return profiles.record_touchpoints(items, now=now)


def tell_decisions(bounds: Bounds, *, now: datetime) -> int:
    """Put the decisions of a batch of the log on people's timelines."""
    items = [
        SystemTouchpoint(
            customer_id=CustomerId(fact.customer_id),
            event=_DECISIONS[fact.outcome],
            key=f"campaigns.decision:{fact.id}",
            occurred_at=fact.at,
            properties=_properties(
                fact,
                reason=fact.reason,
                why=reason_text(fact.reason),
                read=_read(fact),
                locale=fact.numbers.get("locale"),
            ),
        )
        for fact in queries.list_decisions(bounds)
    ]
    return profiles.record_touchpoints(items, now=now)


def _read(fact: queries.DecisionFact) -> str:
    """Return in words what was read when a message was held back; of others the tab tells it."""
    return "; ".join(say_numbers(fact.numbers)) if fact.outcome == "held_back" else ""


def _event_name(fact: queries.EventFact) -> str | None:
    kind = EventKind(fact.kind)
    if fact.channel == Channel.EMAIL and kind in _EMAIL_EVENTS:
        return _EMAIL_EVENTS[kind]
    return _EVENTS.get(kind)


def _properties(
    fact: queries.EventFact | queries.DecisionFact, **more: str | None
) -> dict[str, str]:
    known = {
        "delivery": str(fact.delivery_key),
        "channel": fact.channel,
        "template": fact.template,
        "journey": fact.journey,
        "broadcast": fact.broadcast,
        **more,
    }
    return {name: value for name, value in known.items() if value}
