"""The Celery entry: old facts are forgotten as staff chose."""

from celery import shared_task
from django.utils import timezone

from kernel.retention.services import apply_retention


@shared_task(name="kernel.apply_retention")
def apply() -> int:
    return apply_retention(now=timezone.now())
