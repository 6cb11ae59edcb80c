"""Celery entries: they wake uploads and pulls that lie in tables."""

from celery import shared_task
from django.utils import timezone

from profiles.imports.services.pulling import run_due_pulls
from profiles.imports.services.uploads import forget_files
from profiles.imports.services.working import work_uploads


@shared_task(name="profiles.work_uploads")
def work() -> None:
    work_uploads(now=timezone.now())


@shared_task(name="profiles.forget_files")
def forget() -> None:
    forget_files(now=timezone.now())


@shared_task(name="profiles.run_pulls")
def run_pulls() -> None:
    run_due_pulls(now=timezone.now())
