"""Two workers, and how soon people go on after what they waited for; called by `engagement`."""

import multiprocessing
import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.benchmarks.engagement import BATCH, START, run, tell
from tests.benchmarks.ingest import Measured, Meter

RATE = 200
BEAT_SECONDS = 1.0


def prepare():
    """Make a spawned process able to work."""
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
        import logging

        logging.disable(logging.WARNING)
    from django.db import connection

    connection.ensure_connection()


def advance_days(days):
    """Move everybody who is due on each of the days; returns the moves."""
    from campaigns.journeys.services.advance import advance_due

    moves = 0
    for number in days:
        while (done := advance_due(now=START + timedelta(days=number), batch=BATCH)).claimed:
            moves += done.moved
    return moves


def work(ready, spent, days):
    prepare()
    ready.wait()
    before = time.process_time()
    moves = advance_days(days)
    spent.put((moves, time.process_time() - before))


def measure_two_workers(days):
    """J2: the rate of two workers against that of one before and one after them."""
    rates = [measure_workers(count, [day]) for count, day in zip((1, 2, 1), days, strict=True)]
    print(
        f"{'   J2 two workers to one':34} {2 * rates[1] / (rates[0] + rates[2]):.2f} (target 1.6)"
    )


def measure_workers(count, days):
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("spawn")
    ready, spent = context.Barrier(count + 1), context.SimpleQueue()
    children = [context.Process(target=work, args=(ready, spent, days)) for _ in range(count)]
    for child in children:
        child.start()
    ready.wait()
    meter = Meter()
    ends = [spent.get() for _ in children]
    measured = meter.stop()
    for child in children:
        child.join()
    moves, client = (sum(parts) for parts in zip(*ends, strict=True))
    own = Measured(measured.seconds, client, measured.server, measured.others)
    tell(f"engine, {count} worker{'s' if count > 1 else ''}", moves, own)
    return moves / measured.seconds


def measure_lag(seconds=20):
    """How long after an event, at 200 events a second, the person who waited for it has gone on."""
    people = wait_for_go(RATE * seconds)
    context = multiprocessing.get_context("spawn")
    ready, told, ended = context.Barrier(2), context.SimpleQueue(), context.Event()
    reader = context.Process(target=read, args=(ready, told, ended))
    reader.start()
    ready.wait()
    happened = feed(people)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and count_waiting():
        time.sleep(0.2)
    ended.set()
    visible = dict(told.get())
    reader.join()
    lags = sorted(
        (visible[at] - happened[customer]).total_seconds()
        for customer, at in run(
            "SELECT e.customer_id, s.at FROM campaigns_step s JOIN campaigns_enrollment e ON e.id = s.enrollment_id "
            "WHERE s.reason = 'event_arrived'"
        )
    )
    cuts = statistics.quantiles(lags, n=100)
    print(f"{'lag from event to next step':34} p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s of "
          f"{len(lags):,} at {RATE}/s (target p99 5 s); {count_waiting()} still wait")  # fmt: skip


def wait_for_go(count):
    """Bring people to a hold; returns them."""
    from campaigns.journeys.queries import Entrant, enter
    from campaigns.journeys.services.advance import advance_all
    from campaigns.journeys.services.publish import create_journey, publish_journey

    go = [{"name": "go", "event": "Go", "next": "out"}]
    nodes = [
        {"id": "entry", "type": "entry", "next": "hold", "triggers": [{"kind": "touchpoint", "event": "Start"}]},
        {"id": "hold", "type": "hold", "seconds": 86_400, "branches": go, "timeout": "out"},
        {"id": "out", "type": "exit"},
    ]  # fmt: skip
    now = datetime.now(UTC)
    run("DELETE FROM campaigns_timer")
    journey = create_journey("Lag", key=uuid4(), actor="bench", now=now)
    publish_journey(
        journey, definition={"holdout_percent": 0, "nodes": nodes}, actor="bench", now=now
    )
    journey.refresh_from_db()
    trigger = journey.live_version.triggers.get().pk
    people = [
        row[0] for row in run("SELECT id FROM profiles_customer ORDER BY id LIMIT %(n)s", n=count)
    ]
    enter(
        [Entrant(trigger_id=trigger, customer_id=i, cause_id=0, ctx=None) for i in people], now=now
    )
    advance_all(now=now)
    run("ANALYZE")
    return people


def count_waiting():
    return run("SELECT count(*) FROM campaigns_waiting")[0][0]


def feed(people):
    """Record an event of each person, so many a second; returns when each happened."""
    from profiles.contracts import SystemTouchpoint
    from profiles.facade import record_touchpoints

    happened, step = {}, RATE // 20
    begun = time.monotonic()
    for position in range(0, len(people), step):
        time.sleep(max(0.0, begun + position / RATE - time.monotonic()))
        now = datetime.now(UTC)
        page = people[position : position + step]
        happened |= dict.fromkeys(page, now)
        record_touchpoints(
            [SystemTouchpoint(customer_id=i, event="Go", key=f"go:{i}", occurred_at=now) for i in page],
            now=now,
        )  # fmt: skip
    return happened


def read(ready, told, ended):
    """Read the facts each second, as the beat lets the worker do."""
    prepare()
    from kernel.events import run_all_due

    visible = []
    ready.wait()
    while not ended.is_set():
        begun = time.monotonic()
        now = datetime.now(UTC)
        while run_all_due(now=now):
            visible.append((now, datetime.now(UTC)))
            now = datetime.now(UTC)
        time.sleep(max(0.0, begun + BEAT_SECONDS - time.monotonic()))
    told.put(visible)
