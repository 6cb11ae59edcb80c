"""Reads of referrals for pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from referrals.graph.models import Referral

NEWEST = 20
TOP_DAYS = 90
TOP_ADVOCATES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TopAdvocate:
    """An advocate and how many friends signed up and converted lately."""

    customer_id: int
    code: str
    started: int
    converted: int


def list_newest(program_id: int) -> list[Referral]:
    """Return the newest referrals of a program with their advocates."""
    return list(
        Referral.objects.filter(program_id=program_id)
        .select_related("advocate")
        .order_by("-started_at", "-id")[:NEWEST]
    )


def list_top_advocates(program_id: int, *, now: datetime) -> list[TopAdvocate]:
    """Return the advocates whose friends converted most in the last 90 days."""
    rows = (
        Referral.objects.filter(
            program_id=program_id, started_at__gte=now - timedelta(days=TOP_DAYS)
        )
        .exclude(status="rejected")
        .values("advocate__customer_id", "advocate__code")
        .annotate(
            started=Count("id"),
            converted=Count("id", filter=Q(status__in=["converted", "rewarded"])),
        )
        .order_by("-converted", "-started", "advocate__code")[:TOP_ADVOCATES]
    )
    return [
        TopAdvocate(
            customer_id=row["advocate__customer_id"],
            code=row["advocate__code"],
            started=row["started"],
            converted=row["converted"],
        )
        for row in rows
    ]
