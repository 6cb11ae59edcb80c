"""Celery entries: they wake work that lies in the table of due times."""

import time

from celery import shared_task
from django.utils import timezone

from profiles.segments.services.proving import verify_all, verify_sample
from profiles.segments.services.refreshing import refresh_due

# Shorter than it takes until somebody would notice the worker missing elsewhere.
_BUDGET_SECONDS = 4.0


@shared_task(name="profiles.refresh_due_segments")
def refresh_due_segments() -> None:
    ends_at = time.monotonic() + _BUDGET_SECONDS
    while refresh_due(now=timezone.now()) and time.monotonic() < ends_at:
        pass


@shared_task(name="profiles.verify_segment_sample")
def verify_segment_sample() -> None:
    verify_sample(now=timezone.now())


@shared_task(name="profiles.verify_segments")
def verify_segments() -> None:
    verify_all(now=timezone.now())
