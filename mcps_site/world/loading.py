"""Brings the past of a world into an installation, through its collection API."""

import time
from datetime import datetime, timedelta
from itertools import chain

from tqdm import tqdm

from kernel.operations.queues import list_queues
from mcps_site.runtime import places
from mcps_site.world.collector import Collector
from mcps_site.world.history import Plan, World, iter_history
from mcps_site.world.services import set_clock
from mcps_site.world.truth import write_truth

TRUTH = "world/truth.jsonl"
SOURCE = "Fernway"


def plan_world(*, seed: int, people: int, days: int, now: datetime) -> Plan:
    """Return the plan of a world whose past ends with the last midnight, UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Plan(seed=seed, people=people, days=days, start=midnight - timedelta(days=days))


def load_history(plan: Plan, collector: Collector, *, now: datetime) -> int:
    """Send the whole past, write the hidden truth, set the clock; return the messages sent.

    Safe to run again: the same plan sends the same message ids.
    """
    world = World(plan)
    days = tqdm(
        iter_history(world), "Living through the past", plan.days, unit=" days", mininterval=2
    )
    sent = sum(collector.send_all(chain.from_iterable(days)))
    write_truth(world, places.data_dir() / TRUTH)
    set_clock(seed=plan.seed, people=plan.people, days=plan.days, now=now)
    return sent


def wait_until_stored(*, pause: float = 0.5) -> None:
    """Wait until everything that was accepted is on a timeline."""
    while any(queue.depth.waiting for queue in list_queues() if queue.name == "profiles.inbox"):
        time.sleep(pause)
