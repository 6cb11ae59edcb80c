"""`manage.py live_world`: let the simulated people live on, as the clock of the demo says."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx
import structlog
from django.core.management.base import BaseCommand

from mcps_site.runtime import places
from mcps_site.world import services
from mcps_site.world.collector import Collector
from mcps_site.world.history import Plan, World
from mcps_site.world.live import LivingWorld
from mcps_site.world.models import Clock
from mcps_site.world.postman import Postman
from mcps_site.world.truth import read_stories

log = structlog.get_logger()
TICK = 1.0


class Command(BaseCommand):
    help = "Let the people of the demo world live on; stops on Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", required=True, help="address of the installation")
        parser.add_argument("--write-key", required=True, help="write key of the source to use")

    def handle(self, *_args: Any, **options: Any) -> None:
        clock = self._wait_for_world()
        living = _begin(clock, options["url"], options["write_key"])
        last = time.monotonic()
        mails = Postman(places.mailbox_dir())
        while True:
            time.sleep(TICK)
            real, last = time.monotonic() - last, time.monotonic()
            self._tick(living, mails, real)

    def _wait_for_world(self) -> Clock:
        while (clock := services.find_clock()) is None:
            time.sleep(TICK)
        return clock

    def _tick(self, living: LivingWorld, mails: Postman, real: float) -> None:
        now = datetime.now(UTC)
        elapsed = services.take_elapsed(real_seconds=real, now=now)
        try:
            services.note_sent(living.step(elapsed, mails.take(), now=now))
        except (httpx.HTTPError, ConnectionError) as error:
            log.warning("world.tick_failed", error=type(error).__name__)


def _begin(clock: Clock, url: str, write_key: str) -> LivingWorld:
    now = datetime.now(UTC)
    world = World(Plan(clock.seed, clock.people, clock.days, now))
    world.stories = read_stories(places.data_dir() / "world" / "truth.jsonl")
    run = f"live-{now:%Y%m%dT%H%M%S}"
    visitor = httpx.Client(timeout=20, trust_env=False)
    return LivingWorld(world, Collector(url, write_key), visitor, Random(run), run)
