"""Web, worker and database are killed while a program sends events: each is stored exactly once."""

import os
import random
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest
import segment.analytics as segment

from profiles.touchpoints.services.keys import hash_write_key
from tests.runtime.running import Installation, installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_500), pytest.mark.xdist_group("runtime")]

WRITE_KEY = "wk_survives_every_kill"
VICTIMS = ("web", "postgres", "worker", "postgres", "web")


@pytest.fixture
def running() -> Iterator[Installation]:
    with installation() as found:
        found.start()
        found.wait_for_line("Ready: http://127.0.0.1:")
        with found.connect() as link:
            link.execute(
                "INSERT INTO profiles_source (key, name, kind, write_key_hash, write_key_hint)"
                " VALUES (gen_random_uuid(), 'SDK', 'api', %s, '')",
                [hash_write_key(WRITE_KEY)],
            )
        yield found


@pytest.mark.nightly
@pytest.mark.parametrize("count", [4_000, 200_000])
def test_every_event_of_a_retrying_sdk_is_stored_exactly_once_whatever_is_killed(running, count):
    failures: list[object] = []
    client = segment.Client(
        WRITE_KEY, host=f"http://127.0.0.1:{running.port}", max_retries=50, max_queue_size=2 * count,
        thread=4, timeout=10, on_error=lambda error, items: failures.append(error),
    )  # fmt: skip
    all_sent = threading.Event()
    kills: list[str] = []
    number = 0
    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(_kill, running, all_sent, kills)
        try:
            while number < count or (len(kills) < len(VICTIMS) and not killer.done()):
                # Never far ahead: whenever something is killed, there is more to send.
                wait_until(lambda: client.queue.qsize() < 1_000, seconds=600, what=running.output)
                for _ in range(100):
                    client.track(f"u{number % 997}", "Counted", {"number": number})
                    number += 1
            client.shutdown()
        finally:
            all_sent.set()
        killer.result()

    assert failures == []
    assert kills[: len(VICTIMS)] == list(VICTIMS)
    wait_until(lambda: _stored(running) >= number, seconds=300, what=lambda: str(_stored(running)))
    wait_until(lambda: _waiting(running) == 0, seconds=300, what=lambda: str(_waiting(running)))
    with running.connect() as link:
        found = link.execute(
            "SELECT count(*), count(DISTINCT properties ->> 'number'), count(DISTINCT customer_id),"
            " min((properties ->> 'number')::int), max((properties ->> 'number')::int)"
            " FROM profiles_touchpoint t JOIN profiles_event e ON e.id = t.event_id"
            " WHERE e.name = 'Counted'"
        ).fetchone()
        refused = link.execute("SELECT count(*) FROM profiles_quarantine").fetchone()
    assert found == (number, number, 997, 0, number - 1)
    assert refused == (0,)


def _kill(running: Installation, all_sent: threading.Event, kills: list[str]) -> None:
    """Kill one process after another, each once more was stored after the one before came back."""
    rng = random.Random(7)
    while True:
        goal = _stored(running) + rng.randint(1, 500)
        wait_until(partial(_may_kill, running, all_sent, goal), seconds=600, what=running.output)
        if all_sent.is_set():
            return
        name = VICTIMS[len(kills) % len(VICTIMS)]
        before = running.pids()[name]
        os.kill(before, signal.SIGKILL)
        wait_until(partial(_is_back, running, name, before), seconds=300, what=running.output)
        kills.append(name)


def _may_kill(running: Installation, all_sent: threading.Event, goal: int) -> bool:
    return all_sent.is_set() or _stored(running) >= goal


def _waiting(running: Installation) -> int:
    """Count requests that wait, such as one the SDK sent again."""
    with running.connect() as link:
        row = link.execute("SELECT count(*) FROM profiles_inbox").fetchone()
    return int(row[0]) if row else 0


def _is_back(running, name, before):
    return running.pids().get(name, before) != before and _answers(running)


def _answers(running: Installation) -> bool:
    """Say whether web and database take connections; a busy product need not be ready for that."""
    try:
        with socket.create_connection(("127.0.0.1", running.port), timeout=5), running.connect():
            return True
    except (OSError, psycopg.OperationalError):
        return False


def _stored(running: Installation) -> int:
    try:
        with running.connect() as link:
            row = link.execute("SELECT sum(stored) FROM profiles_source_activity").fetchone()
    except psycopg.OperationalError:
        return 0
    return int(row[0] or 0) if row else 0
