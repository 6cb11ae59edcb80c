"""Celery entries: the nightly search for duplicates and the watch over stitching."""

from celery import shared_task
from django.utils import timezone

from profiles.duplicates.services import look_for_duplicates as look
from profiles.duplicates.services import watch_stitching as watch


@shared_task(name="profiles.look_for_duplicates")
def look_for_duplicates() -> None:
    look(now=timezone.now())


@shared_task(name="profiles.watch_stitching")
def watch_stitching() -> None:
    watch(now=timezone.now())
