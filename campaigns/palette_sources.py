"""What the palette (Ctrl K) finds of campaigns: journeys, broadcasts and templates by name."""

from collections.abc import Sequence

from django.urls import reverse

from campaigns.models import Broadcast, Journey, Template
from kernel.access.models import User
from kernel.ui.palette import Result, Source, name_has


def search_journeys(query: str, _user: User, limit: int) -> list[Result]:
    """Return journeys whose name has every word. One statement over a small table."""
    rows = Journey.objects.filter(name_has(query)).order_by("name")
    return [
        Result(
            label=row.name, note=row.status.capitalize(), icon="workflow",
            url=reverse("campaigns:journey", args=[row.key]),
        )
        for row in rows[:limit]
    ]  # fmt: skip


def search_broadcasts(query: str, _user: User, limit: int) -> list[Result]:
    """Return campaigns whose name has every word, the newest first. One statement."""
    rows = Broadcast.objects.filter(name_has(query)).order_by("-id")
    return [
        Result(
            label=row.name, note=row.status.capitalize(), icon="megaphone",
            url=reverse("campaigns:broadcast", args=[row.key]),
        )
        for row in rows[:limit]
    ]  # fmt: skip


def search_templates(query: str, _user: User, limit: int) -> list[Result]:
    """Return templates in use whose name has every word. One statement over a small table."""
    rows = Template.objects.filter(name_has(query), is_archived=False).order_by("name")
    return [
        Result(
            label=row.name, note=row.channel_label, icon="mail",
            url=reverse("campaigns:template", args=[row.key]),
        )
        for row in rows[:limit]
    ]  # fmt: skip


SOURCES: Sequence[Source] = (
    Source(name="Journeys", search=search_journeys, order=30),
    Source(name="Campaigns", search=search_broadcasts, order=40),
    Source(name="Templates", search=search_templates, order=50),
)
