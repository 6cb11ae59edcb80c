"""What the palette (Ctrl K) finds of campaigns: journeys, broadcasts and templates by name."""

from campaigns.models import Broadcast, Journey, Template
from kernel.access.models import User
from kernel.ui.palette import Result, Source, find_named


def search_journeys(query: str, _user: User, limit: int) -> list[Result]:
    """Return journeys by name."""
    return find_named(
        Journey.objects.order_by("name"), query, limit=limit, icon="workflow",
        page="campaigns:journey", note=lambda row: row.status.capitalize(),
    )  # fmt: skip


def search_broadcasts(query: str, _user: User, limit: int) -> list[Result]:
    """Return campaigns by name, the newest first."""
    return find_named(
        Broadcast.objects.order_by("-id"), query, limit=limit, icon="megaphone",
        page="campaigns:broadcast", note=lambda row: row.status.capitalize(),
    )  # fmt: skip


def search_templates(query: str, _user: User, limit: int) -> list[Result]:
    """Return templates in use by name."""
    return find_named(
        Template.objects.filter(is_archived=False).order_by("name"), query, limit=limit,
        icon="mail", page="campaigns:template", note=lambda row: row.channel_label,
    )  # fmt: skip


SOURCES = (
    Source(name="Journeys", search=search_journeys, order=30),
    Source(name="Campaigns", search=search_broadcasts, order=40),
    Source(name="Templates", search=search_templates, order=50),
)
