"""What uses a segment or a field: other segments, and what other apps say does."""

from uuid import UUID

from django.urls import reverse

from profiles.contracts import UsedBy
from profiles.extension_points import usage_sources
from profiles.segments.models import Segment, SegmentStatus


def list_users(segment: Segment) -> list[UsedBy]:
    """Return what would break without a segment: live segments that refer to it, and other apps'."""
    others = list_mentioning("segment", str(segment.key), status=SegmentStatus.LIVE)
    return others + list_registered_users("segment", str(segment.key))


def list_mentioning(kind: str, name: str, *, status: str) -> list[UsedBy]:
    """Return the segments of a status whose rules mention something."""
    rows = Segment.objects.filter(mentions__kind=kind, mentions__name=name, status=status)
    return [
        UsedBy(kind="segment", name=one.name, url=_url(one.key)) for one in rows.order_by("name")
    ]


def list_registered_users(kind: str, key: str) -> list[UsedBy]:
    """Return what other apps say uses a `segment` (by key) or a `computed` trait (by field)."""
    return [user for _, source in usage_sources.items() for user in source.list_users(kind, key)]


def _url(key: UUID) -> str:
    return reverse("profiles:segment", args=[key])
