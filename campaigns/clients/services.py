"""What a signed-in end user does: reads their inbox, registers and forgets their devices."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.channels.devices import DeviceDraft, register_device
from campaigns.channels.models import Card
from campaigns.contracts import Channel, EventKind
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.services.feedback import record_act
from kernel.errors import NotFound
from profiles import facade as profiles
from profiles.contracts import CustomerId, SystemTouchpoint

_MOST_OPEN = 500


@transaction.atomic
def mark_card(customer_id: CustomerId, key: UUID, act: str, *, now: datetime) -> Card:
    """Mark a message of a person's inbox as `read`, `clicked` or `dismissed`. Safe to repeat.

    Raises:
        NotFound: the person has no such message.
    """
    card = (
        Card.objects.select_for_update()
        .filter(customer_id=customer_id, channel=Channel.INAPP, key=key)
        .first()
    )
    if card is None:
        raise NotFound("There is no such message in this inbox.")
    _ACTS[act](card, now)
    card.save(update_fields=["read_at", "clicked_at", "closed_at", "closed_by"])
    return card


@transaction.atomic
def mark_all_read(customer_id: CustomerId, *, now: datetime) -> int:
    """Mark every message of an inbox as read; returns how many were unread. Safe to repeat."""
    unread = Card.objects.filter(
        customer_id=customer_id, channel=Channel.INAPP, read_at=None, closed_at=None
    ).order_by("id")[:_MOST_OPEN]
    keys = [card.key for card in unread]
    for key in keys:
        mark_card(customer_id, key, "read", now=now)
    return len(keys)


@transaction.atomic
def add_device(
    customer_id: CustomerId, draft: DeviceDraft, *, consent: str | None, now: datetime
) -> UUID:
    """Register a device; `consent` is the version of the text that the person agreed to, if any.

    Raises:
        Invalid: see `register_device`.
    """
    key = register_device(customer_id, draft, now=now)
    profiles.release_address(draft.channel, draft.address, source="registered_again", now=now)
    if consent is not None:
        profiles.record_consent(
            customer_id,
            channel=draft.channel,
            state="granted",
            source="device",
            text_version=consent,
            proof={"device": str(key)},
            now=now,
        )
    return key


def _read(card: Card, now: datetime) -> None:
    if card.read_at is None:
        card.read_at = now
        _record(card, EventKind.OPENED, now=now)


def _click(card: Card, now: datetime) -> None:
    _read(card, now)
    if card.clicked_at is None:
        card.clicked_at = now
        _record(card, EventKind.CLICKED, now=now)


def _dismiss(card: Card, now: datetime) -> None:
    if card.closed_at is not None:
        return
    card.closed_at, card.closed_by = now, "person"
    dismissed = SystemTouchpoint(
        customer_id=CustomerId(card.customer_id),
        event="Message Dismissed",
        key=f"campaigns.card_dismissed:{card.pk}",
        occurred_at=now,
        properties={"delivery": str(card.key), "channel": card.channel},
    )
    profiles.record_touchpoints([dismissed], now=now)


def _record(card: Card, kind: EventKind, *, now: datetime) -> None:
    delivery = Delivery.objects.get(key=card.key)
    record_act(delivery, kind, key=f"{kind}:{delivery.pk}:inbox", now=now)


_ACTS: dict[str, Callable[[Card, datetime], None]] = {
    "read": _read,
    "clicked": _click,
    "dismissed": _dismiss,
}
