"""Brings the declared periodic tasks to Celery beat."""

from typing import Any

from django.core.management.base import BaseCommand

from mcps_site.schedule import PERIODIC
from mcps_site.schedule_sync import sync_schedule


class Command(BaseCommand):
    help = "Bring mcps_site/schedule.py to Celery beat; keeps pauses, deletes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = sync_schedule(PERIODIC)
        self.stdout.write(
            f"Schedule: {done.created} created, {done.changed} changed, {done.retired} retired."
        )
