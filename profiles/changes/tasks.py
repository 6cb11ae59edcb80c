"""The Celery entry: it wakes trait changes that lie in a table."""

from celery import shared_task
from django.utils import timezone

from profiles.changes.services import TASK, run_changes


@shared_task(name=TASK)
def change() -> None:
    run_changes(now=timezone.now())
