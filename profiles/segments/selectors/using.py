"""What uses segments and fields: other segments, and what other apps say does."""

from collections.abc import Iterable, Mapping

from django.urls import reverse

from profiles.contracts import UsedBy
from profiles.extension_points import usage_sources
from profiles.segments.models import Segment, SegmentMention, SegmentStatus


def list_users(segment: Segment) -> list[UsedBy]:
    """Return what would break without a segment: live segments that refer to it, and other apps'."""
    return list_users_of([segment])[segment.pk]


def list_users_of(segments: Iterable[Segment]) -> dict[int, list[UsedBy]]:
    """Return what uses each of some segments; a few statements for all of them."""
    chosen = list(segments)
    others = list_mentioning("segment", {str(one.key) for one in chosen})
    registered = list_registered_users("segment", {str(one.key): one.pk for one in chosen})
    return {
        one.pk: others.get(str(one.key), []) + registered.get(str(one.key), []) for one in chosen
    }


def list_mentioning(kind: str, names: Iterable[str]) -> dict[str, list[UsedBy]]:
    """Return the live segments whose rules mention each of some things. One statement."""
    rows = SegmentMention.objects.filter(
        kind=kind, name__in=list(names), segment__status=SegmentStatus.LIVE
    )
    found: dict[str, list[UsedBy]] = {}
    for row in rows.select_related("segment").order_by("segment__name"):
        url = reverse("profiles:segment", args=[row.segment.key])
        user = UsedBy(kind="segment", name=row.segment.name, url=url)
        found.setdefault(row.name, []).append(user)
    return found


def list_registered_users(kind: str, used: Mapping[str, int]) -> dict[str, list[UsedBy]]:
    """Return what other apps say uses `segment`s (keys) or `computed` traits (fields), with ids."""
    found: dict[str, list[UsedBy]] = {}
    for source in dict(usage_sources.items()).values():
        for key, users in source.list_users(kind, used).items():
            found.setdefault(key, []).extend(users)
    return found
