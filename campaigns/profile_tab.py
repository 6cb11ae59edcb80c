"""The tab of a profile that says why this person got, or did not get, each message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaigns.channels.words import CHANNELS
from campaigns.deliveries.messages import PAGE, PLACES, list_channels, list_messages
from profiles.contracts import CustomerId


class MessagesTab:
    """Every message of a person with its decisions, the numbers read and what came back."""

    key = "messages"
    label = "Messages"
    template = "campaigns/deliveries/_person.html"

    def context(
        self,
        customer_id: CustomerId,
        *,
        query: Mapping[str, str],
        is_masked: bool,
        now: datetime,
    ) -> Mapping[str, Any]:
        """Return a page of messages, filtered by channel and by where they stand."""
        channel, place = query.get("channel", ""), query.get("place", "")
        found = list_messages(customer_id, query=query)
        return {
            "messages_shown": found[:PAGE],
            "older": found[PAGE - 1].id if len(found) > PAGE else None,
            "is_filtered": bool(channel or place),
            "channel": channel,
            "place": place,
            "channels": [
                (each, CHANNELS[each]) for each in CHANNELS if each in list_channels(customer_id)
            ],
            "places": [(each, words) for each, (_, words, _) in PLACES.items()],
        }
