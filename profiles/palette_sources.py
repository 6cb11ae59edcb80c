"""What the palette (Ctrl K) finds of profiles: people and segments."""

from collections.abc import Sequence

from django.urls import reverse

from kernel.access.models import User
from kernel.ui.palette import Result, Source, name_has
from profiles.directory.selectors import list_people
from profiles.segments.models import Segment, SegmentStatus


def search_people(query: str, user: User, limit: int) -> list[Result]:
    """Return people by an identifier in full, or by name for those who may see personal data."""
    is_masked = not user.has_perm("kernel.view_personal_data")
    found, _ = list_people(query=query, before_id=None, is_masked=is_masked)
    return [
        Result(
            label=person.name, note=person.email or "", icon="users",
            url=reverse("profiles:profile", args=[person.key]),
        )
        for person in found[:limit]
    ]  # fmt: skip


def search_segments(query: str, _user: User, limit: int) -> list[Result]:
    """Return segments in use whose name has every word. One statement over a small table."""
    rows = (
        Segment.objects.filter(name_has(query))
        .exclude(status=SegmentStatus.ARCHIVED)
        .order_by("name")
    )
    return [
        Result(
            label=row.name, note=row.get_status_display(), icon="funnel",
            url=reverse("profiles:segment", args=[row.key]),
        )
        for row in rows[:limit]
    ]  # fmt: skip


SOURCES: Sequence[Source] = (
    Source(name="People", search=search_people, order=10),
    Source(name="Segments", search=search_segments, order=20),
)
