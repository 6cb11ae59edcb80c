"""Celery entries of coupons."""

from celery import shared_task
from django.utils import timezone

from campaigns.coupons.services import warn_of_low


@shared_task(name="campaigns.look_at_coupons")
def look_at_coupons() -> int:
    """Tell of coupon pools that run low."""
    return warn_of_low(now=timezone.now())
