"""Cards for the clerks of stores: which are open, and that one is done."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from campaigns.channels.models import Card
from campaigns.contracts import Channel, EventKind
from campaigns.deliveries.models import Delivery
from campaigns.deliveries.services.feedback import record_act
from kernel.audit import record
from kernel.errors import Conflict, NotFound
from profiles import facade as profiles
from profiles.contracts import CustomerId, CustomerSummary

PAGE = 50
_MOST_PLACES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCard:
    """A card with the person it is about, who may be gone."""

    card: Card
    person: CustomerSummary | None


def list_open_cards(*, place: str, before: int | None, now: datetime) -> list[OpenCard]:
    """Return open cards of a store, or of all, newest first; one more than a page."""
    cards = _open_cards(now=now)
    if place:
        cards = cards.filter(place=place)
    if before is not None:
        cards = cards.filter(pk__lt=before)
    rows = list(cards.order_by("-id")[: PAGE + 1])
    people = profiles.get_customers([CustomerId(row.customer_id) for row in rows])
    return [OpenCard(card=row, person=people.get(CustomerId(row.customer_id))) for row in rows]


def list_places(*, now: datetime) -> list[str]:
    """Return the stores that have open cards, by name."""
    named = _open_cards(now=now).exclude(place="")
    return list(named.order_by("place").values_list("place", flat=True).distinct()[:_MOST_PLACES])


@transaction.atomic
def finish_card(key: UUID, *, actor: str, now: datetime) -> Card:
    """Note that a clerk has done what a card asks; the message counts as delivered.

    Raises:
        NotFound: there is no such card.
        Conflict: it is done already.
    """
    card = Card.objects.select_for_update().filter(channel=Channel.TASK, key=key).first()
    if card is None:
        raise NotFound("This card does not exist. Go back to the list of cards.")
    if card.closed_at is not None:
        raise Conflict("Somebody has done this card already.")
    card.closed_at, card.closed_by = now, actor
    card.save(update_fields=["closed_at", "closed_by"])
    delivery = Delivery.objects.get(key=card.key)
    record_act(delivery, EventKind.DELIVERED, key=f"delivered:{delivery.pk}:card", now=now)
    record(actor=actor, verb="finished", object_type="card", object_id=key, now=now)
    return card


def _open_cards(*, now: datetime) -> QuerySet[Card]:
    return Card.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now), channel=Channel.TASK, closed_at=None
    )
