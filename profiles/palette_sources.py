"""What the palette (Ctrl K) finds of profiles: people and segments."""

from django.urls import reverse

from kernel.access.models import User
from kernel.ui.palette import Result, Source, find_named
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
    """Return segments in use by name."""
    return find_named(
        Segment.objects.exclude(status=SegmentStatus.ARCHIVED).order_by("name"), query,
        limit=limit, icon="funnel", page="profiles:segment",
        note=lambda row: row.get_status_display(),
    )  # fmt: skip


SOURCES = (
    Source(name="People", search=search_people, order=10),
    Source(name="Segments", search=search_segments, order=20),
)
