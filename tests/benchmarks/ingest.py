"""Ingestion: accept, drain, duplicates and growth, each as a ratio to raw COPY of the same run.

Run `make bench`, or `python -m tests.benchmarks.ingest --tier S|M|L`; `--growth` stores ten million events
and compares the millions. It starts a server of its own in `.data/bench`. Every line shows what was measured, its ratio to the limit and the target; the cores
that other programs used meanwhile stand beside it, because a busy machine changes every figure.
"""

import argparse
import json
import multiprocessing
import os
import random
import statistics
import sys
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("MCPS_DATA_DIR", str(ROOT / ".data" / "bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcps_site.settings.test")
os.environ.setdefault("MCPS_SHARED_BUFFERS", "4GB")

TIERS = {"S": (100_000, 20_000), "M": (1_000_000, 200_000), "L": (10_000_000, 1_000_000)}
BATCH = 100
EVENTS = ["Page Viewed", "Product Viewed", "Product Added", "Checkout Started", "Order Completed",
          "Signed In", "Search Done", "Email Opened", "Email Link Clicked", "Video Played",
          "Article Read", "Support Asked"]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tier", choices=TIERS, default="S")
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    events, people = TIERS[options.tier]
    server = start_server()
    try:
        limit = measure_raw_copy(people)
        source_id = make_source()
        if options.growth:
            grow(source_id, limit)
            return
        first = fill_and_drain(source_id, events, people, workers=1, seed=1)
        report("I1 drain, 1 worker", events, first, limit, 0.35)
        again = fill_and_drain(source_id, events, people, workers=1, seed=1)
        report("I4 drain, all duplicates", events, again, limit, 0.9)
        second = fill_and_drain(source_id, events, people, workers=2, seed=2)
        report("I2 drain, 2 workers", events, second, limit, 0.60, workers=2)
        third = fill_and_drain(source_id, events, people, workers=1, seed=3)
        report("   drain, 1 worker, people known", events, third, limit, 0.35)
        show_sizes()
    finally:
        server.stop(server.running_pid())


def grow(source_id, limit):
    """Store ten times a million events of a million people and compare the rates."""
    micros = []
    for number in range(1, 11):
        run = fill_and_drain(source_id, 1_000_000, 1_000_000, workers=1, seed=number)
        report(f"I1 drain, million {number}", 1_000_000, run, limit, 0.35)
        micros.append(run.client + run.server)
    later = statistics.mean(micros[1:])
    print(f"I3 by processor time: the first million ÷ the mean of the later {micros[0] / later:.2f},"
          f" ÷ the worst {micros[0] / max(micros):.2f} (target 0.75)")  # fmt: skip
    show_sizes()


def start_server():
    from mcps_site.runtime import places
    from mcps_site.runtime.postgres import Postgres

    places.make_data_dir()
    server = Postgres()
    server.prepare()
    log = places.data_dir() / "postgres.log"
    with log.open("ab") as output:
        server.wait(server.start(output=output), log=log)
    import psycopg

    with psycopg.connect(places.embedded_database_url("postgres"), autocommit=True) as link:
        link.execute("DROP DATABASE IF EXISTS mcps WITH (FORCE)")
    server.create_database("mcps")
    import django
    from django.core.management import call_command

    django.setup()
    import logging

    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    return server


def make_source():
    from profiles.touchpoints.services.sources import create_source

    return create_source("Benchmark", now=datetime.now(UTC))[0].id


def messages(count, people, seed):
    """Yield events of skewed people: a few do most, one in ten has a device, one in 30 identifies."""
    rng = random.Random(seed)
    start = datetime.now(UTC) - timedelta(days=max(0.1, count / 1e6))
    step = timedelta(days=max(0.1, count / 1e6)) / count
    for number in range(count):
        person = min(int(rng.paretovariate(1.1)) * 7919 % people, people - 1)
        person = rng.randrange(people) if rng.random() < 0.7 else person
        event = rng.choice(EVENTS)
        message = {
            "type": "track", "event": event, "userId": f"user-{person}",
            "messageId": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "timestamp": (start + step * number).isoformat(),
            "properties": {
                "category": "shoes", "price": rng.randrange(10_000) / 100, "currency": "EUR",
                "quantity": rng.randrange(1, 5), "sku": f"SKU-{rng.randrange(5_000)}",
                "url": f"https://shop.example/p/{person}", "position": rng.randrange(40),
                "coupon": None, "is_member": person % 2 == 0, "brand": "Northwind", "size": "42",
                "color": "blue", "list": "autumn-collection", "variant": "low-top",
                "material": "suede leather",
                **({"revenue": 19.9} if event == "Order Completed" else {}),
            },
        }  # fmt: skip
        if number % 10 == 0:
            message["anonymousId"] = f"device-{person}"
        if number % 30 == 0:
            message |= {"type": "identify", "traits": {"plan": "pro", "step": number}}
        yield message


def measure_raw_copy(people, count=1_000_000):
    """Return the rate of text COPY into a plain table without an index, the middle one of three.

    A row is what the touchpoint of such an event comes down to, some 430 bytes of text: ids, when it
    happened, when it was received, source, revenue and 300 to 320 bytes of properties. A million of
    them, because fewer fit into what the server has at hand and say nothing about a drain.
    """
    from django.db import connection

    received = datetime.now(UTC).isoformat()
    lines = [
        f"{m['messageId']}\t{n}\t1\t{m['timestamp']}\t{received}\t1"
        f"\t{m['properties'].get('revenue', chr(92) + 'N')}\t{json.dumps(m['properties'])}\n"
        for n, m in enumerate(messages(count, people, 9))
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_raw (id uuid, person bigint, event int, at timestamptz, "
            "received_at timestamptz, source int, revenue numeric(14, 2), properties jsonb)"
        )
        runs = []
        for _ in range(3):
            cursor.execute("TRUNCATE bench_raw")
            meter = Meter()
            with connection.connection.cursor().copy("COPY bench_raw FROM STDIN") as copy:
                for position in range(0, count, 1_000):
                    copy.write("".join(lines[position : position + 1_000]))
            runs.append(meter.stop())
        cursor.execute("DROP TABLE bench_raw")
    rate = count / statistics.median(run.seconds for run in runs)
    micros = statistics.median(1e6 * (run.client + run.server) / count for run in runs)
    print(f"limit: raw text COPY {rate:,.0f} rows/s, {micros:.1f} us of processor time a row")
    return Limit(rate, micros)


@dataclass
class Limit:
    rate: float
    micros: float


def fill_and_drain(source_id, count, people, *, workers, seed):
    """Fill the inbox with batches and return rows a second, and cores used by others."""
    from django.db import connection

    from profiles.touchpoints import queries
    from profiles.touchpoints.queries import InboxRow

    now = datetime.now(UTC)
    batch = []
    for message in messages(count, people, seed):
        batch.append(message)
        if len(batch) == BATCH:
            body = json.dumps({"batch": batch}).encode()
            queries.append_to_inbox(InboxRow(0, now, source_id, "batch", BATCH, None, body))
            batch = []
    connection.close()
    meter = Meter()
    if workers == 1:
        drain(None, None)
        return meter.stop()
    context = multiprocessing.get_context("spawn")
    ready, spent = context.Barrier(workers + 1), context.SimpleQueue()
    children = [context.Process(target=drain, args=(ready, spent)) for _ in range(workers)]
    for child in children:
        child.start()
    ready.wait()
    meter = Meter()
    # Each child says what it spent on draining: its start is no part of that.
    client = sum(spent.get() for _ in children)
    measured = meter.stop()
    for child in children:
        child.join()
    others = measured.others + (measured.client - client) / measured.seconds
    return Measured(measured.seconds, client, measured.server, max(0.0, others))


def drain(ready, spent):
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
        import logging

        logging.disable(logging.WARNING)
    from django.db import connection

    from profiles.touchpoints.services.draining import drain_inbox

    if ready is not None:
        connection.ensure_connection()
        ready.wait()
    before = time.process_time()
    while drain_inbox(now=datetime.now(UTC), seconds=600).requests:
        pass
    if spent is not None:
        spent.put(time.process_time() - before)


class Meter:
    """Wall time; processor time of our clients and of the server; cores that others used."""

    def __init__(self):
        self.started = time.perf_counter()
        self.before = self._read()

    def stop(self):
        seconds = time.perf_counter() - self.started
        client, server, busy = (b - a for a, b in zip(self.before, self._read(), strict=True))
        others = max(0.0, (busy - client - server) / seconds)
        return Measured(seconds, client, server, others)

    @staticmethod
    def _read():
        fields = [int(x) for x in Path("/proc/stat").read_text().splitlines()[0].split()[1:8]]
        own = os.times()
        client = own.user + own.system + own.children_user + own.children_system
        server = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                stat = (folder / "stat").read_text()
                if "(postgres)" not in stat or not _is_our_server(folder):
                    continue
                parts = stat.rpartition(")")[2].split()
                server += sum(int(part) for part in parts[11:15])
            except OSError:
                continue
        tick = os.sysconf("SC_CLK_TCK")
        return client, server / tick, (sum(fields) - fields[3] - fields[4]) / tick


def _is_our_server(folder):
    home = str(Path(os.environ["MCPS_DATA_DIR"]).resolve())
    return str((folder / "cwd").readlink()).startswith(home)


@dataclass
class Measured:
    seconds: float
    client: float
    server: float
    others: float


def report(name, count, measured, limit, target, workers=1):
    """Print the rate of the clock, and that of the processor time alone.

    The second is what one worker would reach on a machine of its own: client and server take turns.
    It holds when other programs disturb the first.
    """
    rate = count / measured.seconds
    client, server = 1e6 * measured.client / count, 1e6 * measured.server / count
    ratio = rate / limit.rate
    alone = limit.micros / (client + server) * workers
    print(f"{name:34} {rate:>8,.0f}/s ratio {ratio:.2f} | client {client:.1f} + server {server:.1f}"
          f" us/event, ratio by processor time {alone:.2f} (target {target}) |"
          f" others {measured.others:.1f} cores", flush=True)  # fmt: skip


def show_sizes():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(inhrelid)), (SELECT count(*) FROM profiles_touchpoint)"
            " FROM pg_inherits WHERE inhparent = 'profiles_touchpoint'::regclass"
        )
        size, rows = cursor.fetchone()
        cursor.execute("SELECT pg_total_relation_size('profiles_message_ledger')")
        print(f"{rows:,} touchpoints, {(int(size) + cursor.fetchone()[0]) / rows:.0f} bytes each")


if __name__ == "__main__":
    main()
