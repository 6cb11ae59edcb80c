"""Which sender a mail leaves by where none is chosen: that of the person's brand."""

from collections.abc import Sequence
from dataclasses import replace

from campaigns.content.branding import find_market_sender, list_market_senders
from campaigns.contracts import Channel
from campaigns.deliveries.queries import Decided


def with_market_senders(rows: Sequence[Decided]) -> list[Decided]:
    """Return the deliveries with the sender of the kit for each person's country; one statement."""
    kits = list_market_senders()
    return [
        replace(row, sender_id=find_market_sender(kits, (row.traits or {}).get("country")))
        if row.sender_id is None and row.channel == Channel.EMAIL
        else row
        for row in rows
    ]
