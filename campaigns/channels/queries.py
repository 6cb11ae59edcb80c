"""One typed function for each statement about channels."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from campaigns.contracts import OutgoingMessage
from kernel.sql import SqlFile, text_array, uuid_array

CARDS = SqlFile(__file__, "cards")


def store_cards(
    messages: Sequence[OutgoingMessage], *, now: datetime, expires_at: datetime
) -> set[UUID]:
    """Keep messages for the people of their deliveries; return the keys that are there now."""
    if not messages:
        return set()

    def values(name: str, default: str = "") -> str:
        return text_array(str(message.values.get(name) or default) for message in messages)

    params = {
        "keys": uuid_array(message.key for message in messages),
        "channels": text_array(message.channel for message in messages),
        "titles": text_array(message.subject for message in messages),
        "bodies": text_array(message.text for message in messages),
        "kinds": values("kind", "card"),
        "buttons": values("button"),
        "urls": values("url"),
        "places": values("place"),
        "now": now,
        "expires_at": expires_at,
    }
    return {row[0] for row in CARDS.run("store_cards", params)}
