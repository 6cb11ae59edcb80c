"""Loads what a demo shows: the log-in first."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mcps_site.demo import ensure_demo_login


class Command(BaseCommand):
    help = "Load the demo's log-in and content; refuses unless DEMO is set. Safe to run again."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This would create a log-in with a known password. Set DEMO=1 if you mean it."
            )
        ensure_demo_login()
