"""What end users see of their messages."""

from datetime import datetime

from django.db.models import Q, QuerySet

from campaigns.channels.models import Card
from campaigns.channels.providers.webpush.provider import WebPushConfig, public_key
from campaigns.channels.services import list_routes
from campaigns.contracts import Channel
from kernel.errors import NotFound
from profiles.contracts import CustomerId

_MOST_COUNTED = 100


def list_inbox(
    customer_id: CustomerId, *, before: int | None, limit: int, now: datetime
) -> list[Card]:
    """Return the open messages of a person, newest first."""
    cards = _open_cards(customer_id, now=now)
    if before is not None:
        cards = cards.filter(pk__lt=before)
    return list(cards.order_by("-id")[:limit])


def count_unread(customer_id: CustomerId, *, now: datetime) -> int:
    """Return how many open messages are unread, at most 100."""
    return _open_cards(customer_id, now=now).filter(read_at=None)[:_MOST_COUNTED].count()


def find_public_key() -> str:
    """Return the key that browsers subscribe with.

    Raises:
        NotFound: no sender pushes to browsers.
    """
    route = list_routes(Channel.WEBPUSH, {None})[None]
    if route is None or not isinstance(route.config, WebPushConfig):
        raise NotFound("No sender for web push is set up. Add one under Settings → Senders.")
    return public_key(route.config)


def _open_cards(customer_id: CustomerId, *, now: datetime) -> QuerySet[Card]:
    return Card.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        customer_id=customer_id,
        channel=Channel.INAPP,
        closed_at=None,
    )
