"""`manage.py load_world`: fill an installation with the past of simulated people."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mcps_site.world.collector import Collector
from mcps_site.world.loading import SOURCE, load_history, plan_world, wait_until_stored
from profiles.facade import find_import_key


class Command(BaseCommand):
    help = "Load the past of a simulated shop through the collection API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="address of the product")
        parser.add_argument("--people", type=int, default=20_000, help="how many people")
        parser.add_argument("--days", type=int, default=365, help="how many days back")
        parser.add_argument("--seed", type=int, default=7, help="the same seed, the same world")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = datetime.now(UTC)
        size = {name: options[name] for name in ("seed", "people", "days")}
        began = monotonic()
        collector = Collector(options["url"], find_import_key(SOURCE, now=now))
        sent = load_history(plan_world(**size, now=now), collector, now=now)
        accepted = monotonic() - began
        wait_until_stored()
        stored = monotonic() - began
        self.stdout.write(
            f"{sent:,} touchpoints accepted in {accepted:.0f} s, stored in {stored:.0f} s "
            f"({sent / stored:,.0f}/s)"
        )
