"""`manage.py load_world`: fill an installation with the past of simulated people."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from itertools import chain
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from mcps_site.runtime import places
from mcps_site.world.collector import Collector
from mcps_site.world.history import Plan, World, iter_history
from mcps_site.world.services import set_clock
from mcps_site.world.truth import write_truth


class Command(BaseCommand):
    help = "Load the past of a simulated shop through the collection API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", required=True, help="address of the installation")
        parser.add_argument("--write-key", required=True, help="write key of the source to use")
        parser.add_argument("--people", type=int, default=20_000, help="how many people")
        parser.add_argument("--days", type=int, default=365, help="how many days back")
        parser.add_argument("--seed", type=int, default=7, help="the same seed, the same world")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = datetime.now(UTC)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        start = midnight - timedelta(days=options["days"])
        world = World(Plan(options["seed"], options["people"], options["days"], start))
        began = monotonic()
        sent = self._send(world, Collector(options["url"], options["write_key"]))
        write_truth(world, places.data_dir() / "world" / "truth.jsonl")
        set_clock(seed=options["seed"], people=options["people"], days=options["days"], now=now)
        seconds = monotonic() - began
        self.stdout.write(f"{sent:,} touchpoints sent in {seconds:.0f} s ({sent / seconds:,.0f}/s)")

    def _send(self, world: World, collector: Collector) -> int:
        days = tqdm(iter_history(world), "Living through the past", world.plan.days, unit=" days")
        return sum(collector.send_all(chain.from_iterable(days)))
