"""Celery entries: they wake work that lies in the tables of traits and of due times."""

import time

from celery import shared_task
from django.utils import timezone

from profiles.computed.services.refreshing import compute_requested, refresh_due, verify_all

# Shorter than it takes until somebody would notice the worker missing elsewhere.
_BUDGET_SECONDS = 4.0


@shared_task(name="profiles.refresh_computed")
def refresh_computed() -> None:
    ends_at = time.monotonic() + _BUDGET_SECONDS
    while compute_requested(now=timezone.now()) and time.monotonic() < ends_at:
        pass
    while refresh_due(now=timezone.now()) and time.monotonic() < ends_at:
        pass


@shared_task(name="profiles.verify_computed")
def verify_computed() -> None:
    verify_all(now=timezone.now())
