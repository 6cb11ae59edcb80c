"""Celery's entries to the measures that a clock drives."""

import structlog
from celery import shared_task
from django.utils import timezone

from analytics.metrics import reconciliation, services

log = structlog.get_logger()


@shared_task(name="analytics.measure_journeys")
def measure_journeys() -> int:
    """Note new entries into journeys and close those whose window is over."""
    return services.measure_journeys(now=timezone.now())


@shared_task(name="analytics.count_active_people")
def count_active_people() -> None:
    """Store the active people of the periods that end today."""
    services.count_active_people(now=timezone.now())


@shared_task(name="analytics.reconcile")
def reconcile() -> int:
    """Count the last week again from the facts and say loudly when the figures differ."""
    differences = reconciliation.reconcile(days=7, now=timezone.now())
    if differences:
        metrics = sorted({difference.metric for difference in differences})
        log.error("metrics.differ", differences=len(differences), metrics=metrics)
    else:
        log.info("metrics.reconciled", days=7)
    return len(differences)
