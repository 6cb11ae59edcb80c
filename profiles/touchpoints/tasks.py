"""Celery entries: they wake work that lies in the inbox."""

from celery import shared_task
from django.utils import timezone

from profiles.customers.services import sweep_erased
from profiles.touchpoints.services.draining import drain_inbox
from profiles.touchpoints.services.upkeep import keep_partitions, sweep_stragglers


@shared_task(name="profiles.drain_inbox")
def drain() -> None:
    drain_inbox(now=timezone.now())


@shared_task(name="profiles.keep_partitions")
def keep() -> None:
    keep_partitions(now=timezone.now())


@shared_task(name="profiles.sweep_stragglers")
def sweep() -> None:
    sweep_stragglers(now=timezone.now())
    sweep_erased(now=timezone.now())
