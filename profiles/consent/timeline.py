"""What people said about consent, as their timeline shows it."""

from collections.abc import Sequence
from datetime import datetime

from profiles.consent.models import ConsentEntry, Topic
from profiles.consent.rules import CHANNELS
from profiles.contracts import CustomerId, TimelineEntry

_WORDS = {
    "granted": "Consent given", "withdrawn": "Consent withdrawn", "never": "Consent never given",
    "suppressed": "Address suppressed", "released": "Address released",
}  # fmt: skip


class ConsentTimeline:
    """The ledger of one person, without what stands on the timeline as an event already."""

    key = "consent"

    def entries(
        self, customer_id: CustomerId, *, before: datetime, limit: int
    ) -> Sequence[TimelineEntry]:
        """List the newest statements before a moment; one statement over the person's index."""
        rows = ConsentEntry.objects.filter(customer_id=customer_id, at__lt=before)
        names = dict(Topic.objects.values_list("key", "name"))
        newest = rows.exclude(source__in=["event", "import"]).order_by("-at", "-id")[:limit]
        return [_entry(entry, names.get(entry.topic, entry.topic)) for entry in newest]


def _entry(entry: ConsentEntry, topic: str) -> TimelineEntry:
    channel = CHANNELS.get(entry.channel, entry.channel)
    return TimelineEntry(
        at=entry.at,
        kind="consent",
        title=f"{_WORDS.get(entry.state, entry.state)}: {channel}{f', {topic}' if topic else ''}",
        detail=entry.source.replace("_", " ").capitalize(),
        icon="shield-check",
        url="",
    )
