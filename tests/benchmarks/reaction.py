"""How long from an accepted touchpoint to the change of membership that it causes.

Run `python -m tests.benchmarks.reaction --people 300 --events 200 --rate 10`. It starts the whole product
with a small demo world in a folder of its own; `--running http://127.0.0.1:8000` measures the demo of
this checkout instead. Each event is of somebody new and lets them into a live segment; its time runs
from the answer of the collection API until another connection sees the change (target: p50 below 2 s).
"""

import argparse
import base64
import contextlib
import http.client
import json
import os
import statistics
import threading
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

from tests.runtime.running import installation

EVENT = "Reaction Measured"
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 60


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--rate", type=float, default=10, help="events a second")
    parser.add_argument("--running", help="address of a demo that runs from this checkout")
    asked = parser.parse_args()
    with product(asked) as address:
        run = Run(address)
        try:
            run.measure(asked.events, asked.rate)
        finally:
            run.clean()
    times = sorted(run.seen[one] - run.accepted[one] for one in run.seen)
    print(f"{len(times)} of {asked.events} changes seen, {asked.rate:g} events a second,"
          f" load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(f"accepted touchpoint → membership: p50 {statistics.median(times):.2f} s,"
          f" p95 {times[int(len(times) * 0.95)]:.2f} s, worst {times[-1]:.2f} s")  # fmt: skip


@contextlib.contextmanager
def product(asked):
    """Give the address of a running product, and this process its database."""
    if asked.running:
        yield asked.running
        return
    with installation(WORLD=str(asked.people)) as running:
        running.start("demo")
        running.wait_for_line("Ready: http://", seconds=600)
        os.environ["MCPS_DATA_DIR"] = str(running.folder)
        yield f"http://127.0.0.1:{running.port}"


class Run:
    """One segment, one source, and when each person's event was accepted and seen to count."""

    def __init__(self, address):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcps_site.settings.base")
        import django

        django.setup()
        from profiles import facade
        from profiles.touchpoints.services.sources import create_source

        now, self.mark = datetime.now(UTC), uuid4().hex[:8]
        self.host = urlsplit(address).netloc
        self.source, self.key = create_source(f"Reaction {self.mark}", now=now)
        rule = {"kind": "count", "event": EVENT, "operator": "at_least", "value": 1}
        made = facade.create_segment(
            f"Reaction {self.mark}", rule={"root": {"rules": [rule]}}, now=now
        )
        self.segment = facade.publish_segment(made.id, now=now)
        self.accepted, self.seen = {}, {}

    def measure(self, events, rate):
        watcher = threading.Thread(target=self.watch, args=(events,))
        watcher.start()
        began = time.monotonic()
        for number in range(events):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            self.send(f"reaction-{self.mark}-{number}")
        watcher.join()

    def send(self, person):
        body = json.dumps({"event": EVENT, "userId": person})
        pair = base64.b64encode(f"{self.key}:".encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {pair}"}
        link = http.client.HTTPConnection(self.host, timeout=30)
        link.request("POST", "/v1/track", body, headers)
        status = link.getresponse().status
        link.close()
        if status != 200:
            raise RuntimeError(f"The collection API answered {status}.")
        self.accepted[person] = time.monotonic()

    def watch(self, events):
        from kernel.sql.cursor import open_cursor

        text = (
            "SELECT i.value FROM profiles_segment_change c JOIN profiles_identity i"
            " ON i.customer_id = c.customer_id AND i.kind = 'user_id'"
            " WHERE c.segment_id = %(segment_id)s::bigint"
        )
        ends_at = time.monotonic() + PATIENCE_SECONDS + events
        with open_cursor() as cursor:
            while len(self.seen) < events and time.monotonic() < ends_at:
                for (person,) in cursor.execute(text, {"segment_id": self.segment.id}).fetchall():
                    if person in self.accepted:
                        self.seen.setdefault(person, time.monotonic())
                time.sleep(POLL_SECONDS)

    def clean(self):
        from profiles import facade

        facade.archive_segment(self.segment.id, now=datetime.now(UTC))


if __name__ == "__main__":
    main()
