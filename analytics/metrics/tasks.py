"""Celery's entries to the measures that a clock drives."""

from celery import shared_task
from django.utils import timezone

from analytics.metrics import services


@shared_task(name="analytics.measure_journeys")
def measure_journeys() -> int:
    """Note new entries into journeys and close those whose window is over."""
    return services.measure_journeys(now=timezone.now())


@shared_task(name="analytics.count_active_people")
def count_active_people() -> None:
    """Store the active people of the periods that end today."""
    services.count_active_people(now=timezone.now())
