"""Celery's entry to the rewards whose hold is over."""

from celery import shared_task
from django.utils import timezone

from referrals.rewards.services import release_due


@shared_task(name="referrals.release_grants")
def release_grants() -> int:
    """Grant what is due; the work lies in the table."""
    return release_due(now=timezone.now())
