"""Eight writers, three readers, one of them killed in the middle: nothing lost, nothing twice."""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.conf import settings
from django.db import connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(180)]

WRITERS = 8
STEPS = 150
PER_STEP = 3
LEAST = WRITERS * STEPS * PER_STEP

STEPS_OUT_OF_ORDER = """SELECT count(*) FROM (
    SELECT step, lag(step) OVER (PARTITION BY customer ORDER BY place) AS before FROM race_seen
) AS pairs WHERE step < before"""


@pytest.fixture
def race_tables(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TABLE race_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            xid xid8 NOT NULL DEFAULT pg_current_xact_id(), customer int, step int);
            CREATE INDEX ON race_log (xid, id);
            CREATE TABLE race_seen (place bigint GENERATED ALWAYS AS IDENTITY,
            fact_id bigint, customer int, step int)"""
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE race_log, race_seen")


def write(customer: int, reader_died: threading.Event) -> None:
    """Write the steps of one customer; a transaction left open lets ids appear out of order."""
    rng = random.Random(customer)
    given = connection.settings_dict
    with psycopg.connect(
        host=given["HOST"], port=given["PORT"] or None, user=given["USER"],
        password=given["PASSWORD"] or None, dbname=given["NAME"],
    ) as link:  # fmt: skip
        for step in itertools.count():
            if step >= STEPS and reader_died.is_set():
                return
            for _ in range(PER_STEP):
                link.execute(
                    "INSERT INTO race_log (customer, step) VALUES (%s, %s)", [customer, step]
                )
                time.sleep(rng.choice([0, 0, 0.001, 0.003]))
            link.commit()


def start_reader() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.kernel.events.race_reader",
         connection.settings_dict["NAME"], "5000"],
        cwd=settings.BASE_DIR, stdout=subprocess.PIPE, bufsize=0,
    )  # fmt: skip


def fetch(query: str) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def test_nothing_is_lost_and_nothing_read_twice_when_a_reader_dies(race_tables):
    readers = [start_reader() for _ in range(3)]
    reader_died = threading.Event()
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO race_log (customer, step) VALUES (-1, 0)")
        wait_until(lambda: fetch("SELECT count(*) FROM race_seen") == (1,))  # readers are awake
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write, customer, reader_died) for customer in range(WRITERS)]
            kill_inside_a_batch(readers[0])
            reader_died.set()
            for writer in writers:
                writer.result()
        [written] = fetch("SELECT count(*) FROM race_log")
        wait_until(lambda: fetch("SELECT count(*) FROM race_seen")[0] >= written)
        time.sleep(0.3)  # a second reading of the same facts would come now
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
            reader.stdout.close()
    assert written >= LEAST
    assert fetch("SELECT count(*), count(DISTINCT fact_id) FROM race_seen") == (written, written)
    assert fetch(STEPS_OUT_OF_ORDER) == (0,)
    assert fetch("SELECT count(*) FROM kernel_parked") == (0,)


def kill_inside_a_batch(victim: "subprocess.Popen[bytes]") -> None:
    """Kill a reader right after it announced that its handler runs."""
    os.set_blocking(victim.stdout.fileno(), False)
    wait_until(lambda: fetch("SELECT count(*) FROM race_seen")[0] > 1_000)
    victim.stdout.read()  # what it announced until now
    wait_until(victim.stdout.read)
    victim.send_signal(signal.SIGKILL)
    assert victim.wait() == -signal.SIGKILL


def wait_until(is_true: Callable[[], object]) -> None:
    ends_at = time.monotonic() + 120
    while not is_true():
        assert time.monotonic() < ends_at, "the readers did not arrive in time"
        time.sleep(0.001)
