"""Reads of segments for other apps, pages and the API."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.errors import NotFound
from profiles.contracts import CustomerId, SegmentId, SegmentSummary
from profiles.segments.models import Segment, SegmentStatus
from profiles.segments.queries.membership import list_matching
from profiles.segments.queries.names import resolve_names
from profiles.segments.selectors.authoring import read_rule


def summarize(segment: Segment) -> SegmentSummary:
    """Return what other apps may know of a segment."""
    return SegmentSummary(
        id=SegmentId(segment.pk),
        key=segment.key,
        name=segment.name,
        status=segment.status,
        members=segment.member_count,
    )


def get_segment(segment_id: SegmentId) -> SegmentSummary:
    """Return one segment; raises `NotFound`."""
    segment = Segment.objects.filter(pk=segment_id).first()
    if segment is None:
        raise NotFound(f"There is no segment {segment_id}.")
    return summarize(segment)


def list_segments() -> list[SegmentSummary]:
    """List the segments that are not archived, by name."""
    rows = Segment.objects.exclude(status=SegmentStatus.ARCHIVED).order_by("name")
    return [summarize(segment) for segment in rows]


def evaluate_rule(
    rule: Mapping[str, Any], customer_ids: Sequence[CustomerId], *, now: datetime
) -> set[CustomerId]:
    """Return which of some people match a rule now; raises `RuleRefused` for a wrong rule."""
    root = read_rule(rule).root
    found = list_matching(root, resolve_names(root.mentions()), customer_ids, now=now)
    return {CustomerId(customer_id) for customer_id in found}


def list_choices() -> list[tuple[str, str]]:
    """List key and name of the first 500 live segments by name, for a field."""
    rows = Segment.objects.filter(status=SegmentStatus.LIVE).order_by("name")
    return [(str(key), name) for key, name in rows.values_list("key", "name")[:500]]


def find_segment_id(key: UUID) -> int | None:
    """Return the id of the segment of a key, or `None`."""
    return Segment.objects.filter(key=key).values_list("pk", flat=True).first()
