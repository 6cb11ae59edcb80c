"""The Celery entry: touchpoints are forgotten as the rules say."""

from celery import shared_task
from django.utils import timezone

from profiles.retention.services import apply_rules


@shared_task(name="profiles.forget_touchpoints")
def forget() -> int:
    return apply_rules(now=timezone.now())
