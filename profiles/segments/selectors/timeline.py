"""Entering and leaving segments, as a person's timeline shows it."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from profiles.contracts import CustomerId, TimelineEntry
from profiles.segments.models import SegmentChange


class SegmentTimeline:
    """The changes of one person's memberships; one statement over an index of the person."""

    key = "segments"

    def entries(
        self, customer_id: CustomerId, *, before: datetime, limit: int
    ) -> Sequence[TimelineEntry]:
        """List the newest changes before a moment."""
        rows = SegmentChange.objects.filter(customer_id=customer_id, at__lt=before)
        newest = rows.select_related("segment").order_by("-at", "-id")[:limit]
        return [_entry(change) for change in newest]


def list_memberships_at(customer_id: int, *, at: datetime) -> list[tuple[str, datetime]]:
    """Return the segments a person was in at an instant, by name, and since when.

    One statement over an index of the person; a segment that was deleted since is absent.
    """
    rows = SegmentChange.objects.filter(customer_id=customer_id, at__lte=at)
    newest = rows.order_by("segment", "-at", "-id").distinct("segment").select_related("segment")
    return sorted((change.segment.name, change.at) for change in newest if change.entered)


def _entry(change: SegmentChange) -> TimelineEntry:
    verb = "Entered" if change.entered else "Left"
    return TimelineEntry(
        at=change.at,
        kind="segment",
        title=f"{verb} the segment {change.segment.name}",
        detail=change.get_cause_kind_display(),
        icon="funnel",
        url=reverse("profiles:segment", args=[change.segment.key]),
    )
