"""`manage.py live_world`: fill a fresh demo, then let its people live on."""

import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import structlog
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from kernel.events.publishing import wake
from mcps_site.runtime import places
from mcps_site.settings import env
from mcps_site.world import services
from mcps_site.world.browsing import open_browser
from mcps_site.world.channels import CAPTURED
from mcps_site.world.collector import Collector
from mcps_site.world.content import load_content
from mcps_site.world.history import Plan, World
from mcps_site.world.live import LivingWorld
from mcps_site.world.loading import SOURCE, TRUTH, load_history, plan_world, wait_until_stored
from mcps_site.world.models import Clock
from mcps_site.world.postman import Courier, Postman
from mcps_site.world.truth import read_stories
from profiles.facade import find_import_key

log = structlog.get_logger()
TICK = 1.0


class Command(BaseCommand):
    help = "Fill a fresh demo with its world, then let the people live on; stops on Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="address of the product")
        people = env.number("WORLD", 20_000)
        parser.add_argument("--people", type=int, default=people, help="or WORLD")
        seed = env.number("WORLD_SEED", 7)
        parser.add_argument("--seed", type=int, default=seed, help="or WORLD_SEED")
        days = env.number("WORLD_DAYS", 365)
        parser.add_argument("--days", type=int, default=days, help="or WORLD_DAYS")

    def handle(self, *_args: Any, **options: Any) -> None:
        url = options["url"]
        _wait_for_web(url)
        collector = Collector(url, find_import_key(SOURCE, now=datetime.now(UTC)))
        clock = services.find_clock() or self._fill(collector, options)
        living = _begin(clock, collector)
        postman = Postman(places.mailbox_dir())
        courier = Courier(Path(settings.CAPTURED_DIR) / f"{CAPTURED}.jsonl")
        last = time.monotonic()
        while True:
            time.sleep(TICK)
            real, last = time.monotonic() - last, time.monotonic()
            _tick(living, postman, courier, real)

    def _fill(self, collector: Collector, options: dict[str, Any]) -> Clock:
        now = datetime.now(UTC)
        size = {name: int(options[name]) for name in ("seed", "people", "days")}
        self.stdout.write("Filling the demo; pages fill as it goes.")
        call_command("load_cdnow", url=options["url"], stdout=self.stdout, stderr=self.stderr)
        sent = load_history(plan_world(**size, now=now), collector, now=now)
        wait_until_stored()
        load_content(now=datetime.now(UTC))
        wake("profiles.count_consents")
        seconds = (datetime.now(UTC) - now).total_seconds()
        self.stdout.write(f"The demo is full: {sent:,} touchpoints in {seconds:.0f} s.")
        return services.get_clock()


def _wait_for_web(url: str) -> None:
    while True:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False, timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(TICK)


def _begin(clock: Clock, collector: Collector) -> LivingWorld:
    now = datetime.now(UTC)
    world = World(Plan(clock.seed, clock.people, clock.days, now))
    world.stories = read_stories(places.data_dir() / TRUTH)
    run = f"live-{now:%Y%m%dT%H%M%S}"
    return LivingWorld(world, collector, open_browser, Random(run), run)


def _tick(living: LivingWorld, postman: Postman, courier: Courier, real: float) -> None:
    now = datetime.now(UTC)
    elapsed = services.take_elapsed(real_seconds=real, now=now)
    try:
        services.note_sent(living.step(elapsed, postman.take(), texts=courier.take(), now=now))
    except (httpx.HTTPError, ConnectionError) as error:
        log.warning("world.tick_failed", error=type(error).__name__)
