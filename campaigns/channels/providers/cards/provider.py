"""Messages that we keep ourselves: the inbox of an app or a page, and the cards of a store."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import Field

from campaigns.channels.models import Card
from campaigns.channels.queries import store_cards
from campaigns.contracts import OutgoingMessage, SendOutcome, SendResult
from campaigns.extension_points import ProviderConfig


class CardsConfig(ProviderConfig):
    """How long a message is shown that nobody closes."""

    days: int = Field(default=30, ge=1, le=365)


class CardsProvider:
    """Writes a row for each message. The key of the delivery is unique, so nothing is there twice."""

    kind = "cards"
    channels = Card.CHANNELS
    config_type = CardsConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: CardsConfig, now: datetime
    ) -> list[SendResult]:
        """Store the messages in one statement; one without a person is refused."""
        stored = store_cards(messages, now=now, expires_at=now + timedelta(days=config.days))
        return [
            SendResult(outcome=SendOutcome.ACCEPTED, provider_id=message.key.hex)
            if message.key in stored
            else SendResult(outcome=SendOutcome.REFUSED, reason="unknown_person")
            for message in messages
        ]

    def look_up(self, keys: Sequence[UUID], *, config: CardsConfig) -> dict[UUID, bool]:
        """Look the keys up in the table."""
        there = set(Card.objects.filter(key__in=keys).values_list("key", flat=True))
        return {key: key in there for key in keys}

    def check(self, *, config: CardsConfig, now: datetime) -> str:
        """Say that nothing outside is needed."""
        return f"Messages are kept here for {config.days} days; nothing outside is needed."
