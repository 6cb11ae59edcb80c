"""Celery entries: they wake exports that lie in a table, and delete old files."""

from celery import shared_task
from django.utils import timezone

from profiles.exports.services import asking, making


@shared_task(name="profiles.make_exports")
def make() -> None:
    making.make_exports(now=timezone.now())


@shared_task(name="profiles.forget_exports")
def forget() -> None:
    asking.forget_exports(now=timezone.now())
