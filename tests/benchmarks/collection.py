"""The collection API over HTTP: requests accepted, accepted and stored, and how long one event takes.

Run `python -m tests.benchmarks.collection --seconds 8`. It starts a database and a web server of its own in
`.data/bench`; server, senders and database share this machine's cores. Each figure is a ratio to a
limit of the same run: raw COPY, the same server that only parses, a bare view that also inserts.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.benchmarks.ingest import (
    ROOT,
    drain,
    make_source,
    measure_raw_copy,
    messages,
    start_server,
)

SENDERS = 8
"""Connections that send at once: as many as the threads of both web processes."""
BATCH = 100
RATE = 200
"""Requests a second at which the time of one event is measured."""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    seconds = parser.parse_args().seconds
    server = start_server()
    try:
        source_id, key = make_keyed_source()
        limit = measure_raw_copy(20_000)
        with web_server(source_id) as port:
            for path in ("/v1/track", "/bare/track", "/parse/track"):
                send(port, path, key, 1, 2, rate=RATE)  # each process loads what it needs
            batch = send(port, "/v1/batch", key, BATCH, seconds)
            bare = send(port, "/bare/batch", key, BATCH, seconds)
            show("H1 batches of 100 accepted, events/s", batch.rate * BATCH, limit.rate, 1.0)
            show("H4 batches ÷ a bare view that decodes and inserts", batch.rate, bare.rate, 0.8)
            single = send(port, "/v1/track", key, 1, seconds)
            parsed = send(port, "/parse/track", key, 1, seconds)
            show("H3 single events ÷ the same server that parses", single.rate, parsed.rate, 0.35)
            drain(None, None)
            show(
                "H2 accepted and stored, events/s",
                sustain(port, key, 3 * seconds),
                limit.rate,
                0.35,
            )
            paced = send(port, "/v1/track", key, 1, seconds, rate=RATE)
            print(f"{spread(paced.times)} of a single event at {paced.rate:.0f} requests/s (target under"
                  f" 20 ms); {spread(write_to_disk(seconds))} of a bare write to this disk")  # fmt: skip
    finally:
        server.stop(server.running_pid())


def show(name, value, limit, target):
    print(f"{name:52} {value:>9,.0f} ratio {value / limit:.2f} (target {target})", flush=True)


def spread(times):
    times = sorted(times)
    return f"p50 {1e3 * statistics.median(times):.1f}, p99 {1e3 * times[int(len(times) * 0.99)]:.1f} ms"


def write_to_disk(seconds):
    """Return how long the disk takes to keep a page, asked as often as events come: the limit."""
    place = Path(os.environ["MCPS_DATA_DIR"]) / "page"
    times = []
    with place.open("wb") as file:
        while sum(times) + len(times) / RATE < seconds:
            time.sleep(1 / RATE)
            started = time.perf_counter()
            os.pwrite(file.fileno(), bytes(8192), 0)
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    place.unlink()
    return times


def make_keyed_source():
    from profiles.touchpoints.services.sources import create_source

    make_source()
    source, key = create_source("Benchmark over HTTP", now=datetime.now(UTC))
    return source.id, key


class web_server:  # noqa: N801  used as a function
    """Two worker processes of the product's web server."""

    def __init__(self, source_id):
        self.source_id = source_id

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        program = (
            "from granian.constants import Interfaces; from granian.log import LogLevels;"
            "from granian.server import Server;"
            f"Server('tests.benchmarks.collection:application', address='127.0.0.1', port={port},"
            "interface=Interfaces.WSGI, workers=2, blocking_threads=4, websockets=False,"
            "log_level=LogLevels.warning).serve()"
        )
        # Hints to workers go nowhere: the benchmark drains by itself.
        env = {**os.environ, "BENCH_SOURCE": str(self.source_id), "CELERY_BROKER_URL": "memory://"}
        self.process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=env)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        return port

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)


_loaded = {}


def application(environ, start_response):
    """Answer as the product does, or do less: only parse, or parse and insert."""
    if not _loaded:
        import mcps_site.celery  # noqa: F401  hints go to the broker of the settings
        from mcps_site import lending, wsgi
        from profiles.touchpoints.queries import InboxRow, append_to_inbox
        from profiles.touchpoints.services.accepting import check_request

        _loaded.update(product=wsgi.application, check=check_request, row=InboxRow,
                       insert=append_to_inbox, lent=lending.lent_connection)  # fmt: skip
    path = environ["PATH_INFO"]
    if path.startswith("/v1/"):
        return _loaded["product"](environ, start_response)
    body = environ["wsgi.input"].read()
    route = path.rpartition("/")[2]
    checked = _loaded["check"](body, route=route)
    if path.startswith("/bare/"):
        source_id = int(os.environ["BENCH_SOURCE"])
        row = _loaded["row"](
            0, datetime.now(UTC), source_id, route, checked.message_count, None, body
        )
        with _loaded["lent"]():
            _loaded["insert"](row)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "17")])
    return [b'{"success": true}']


class Sent:
    """How many requests went through a second, and the time of each."""

    def __init__(self, times, seconds):
        self.times = times
        self.rate = len(times) / seconds


def send(port, path, key, size, seconds, *, rate=None):
    """Send for some seconds from several processes, as fast as it goes or at a rate."""
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    ready = context.Barrier(SENDERS + 1)
    senders = [
        context.Process(
            target=_send, args=(port, path, key, size, seconds, rate, n, ready, results)
        )
        for n in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    ready.wait()
    times = [each for _ in senders for each in results.get()]
    for sender in senders:
        sender.join()
    return Sent(times, seconds)


def _send(port, path, key, size, seconds, rate, number, ready, results):
    bodies = []
    stream = messages(50 * size, 20_000, 1_000 + number)
    for _ in range(50):
        group = [next(stream) for _ in range(size)]
        for message in group:
            # The same text may be sent again and again: without an id of its own, each is new.
            del message["messageId"]
        bodies.append(json.dumps({"batch": group} if size > 1 else group[0]).encode())
    import base64

    headers = {"Content-Type": "application/json",
               "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}  # fmt: skip
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    ready.wait()
    began = time.perf_counter()
    while (now := time.perf_counter()) - began < seconds:
        if rate and (due := began + len(times) * SENDERS / rate) > now:
            time.sleep(due - now)
        started = time.perf_counter()
        link.request("POST", path, bodies[len(times) % 50], headers)
        answer = link.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        times.append(time.perf_counter() - started)
    results.put(times)


def sustain(port, key, seconds):
    """Return events a second that were accepted and stored while both went on, backlog included."""
    context = multiprocessing.get_context("spawn")
    ready, spent = context.Barrier(2), context.SimpleQueue()
    worker = context.Process(target=_drain_for_ever, args=(ready, spent))
    worker.start()
    ready.wait()
    before = count_touchpoints()
    began = time.perf_counter()
    # Half of what is accepted unhindered, so that the backlog stays bounded.
    send(port, "/v1/batch", key, BATCH, seconds, rate=RATE)
    wait_for_empty_inbox()
    taken = time.perf_counter() - began
    spent.put(None)
    worker.join()
    return (count_touchpoints() - before) / taken


def _drain_for_ever(ready, stop):
    import django

    django.setup()
    import mcps_site.celery  # noqa: F401
    from profiles.touchpoints.services.draining import drain_inbox

    ready.wait()
    while stop.empty():
        if not drain_inbox(now=datetime.now(UTC), seconds=5).requests:
            time.sleep(0.05)


def wait_for_empty_inbox():
    from profiles.touchpoints.queries import read_inbox_depth

    while read_inbox_depth().waiting:
        time.sleep(0.05)


def count_touchpoints():
    from profiles.models import Touchpoint

    return Touchpoint.objects.count()


if __name__ == "__main__":
    main()
