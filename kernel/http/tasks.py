"""Housekeeping of the API."""

from celery import shared_task
from django.utils import timezone

from kernel.http import idempotency


@shared_task(name="kernel.purge_idempotency_keys")
def purge_idempotency_keys() -> int:
    """Delete the idempotency keys whose day is over."""
    return idempotency.purge_idempotency_keys(now=timezone.now())
