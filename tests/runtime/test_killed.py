"""Each process of a running product is killed; the supervisor brings it back."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from tests.runtime.running import Installation, installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("runtime")]


@pytest.fixture(scope="module")
def running() -> Iterator[Installation]:
    with installation() as found:
        found.start()
        found.wait_for_line("Ready: http://127.0.0.1:")
        yield found


@pytest.mark.parametrize("name", ["web", "worker", "beat", "broker", "postgres", "mail"])
def test_killed_process_is_back_and_the_product_ready_within_30_seconds(running, name):
    before, killed_at = _kill(running, name)
    wait_until(
        lambda: running.pids().get(name, before) != before and running.readyz() == 200,
        seconds=30,
        what=running.output,
    )
    # A task that was sent, carried and done after the kill proves the whole chain.
    wait_until(
        lambda: _last_round_trip(running) > killed_at, seconds=30, what="a task's round trip"
    )


def test_rows_committed_before_the_kill_of_postgres_are_all_there(running):
    confirmed: list[int] = []
    link = running.connect()
    link.execute("CREATE TABLE confirmed (id int PRIMARY KEY)")
    killer = threading.Timer(0.3, _kill, (running, "postgres"))
    killer.start()
    try:
        while True:
            link.execute("INSERT INTO confirmed VALUES (%s)", [len(confirmed)])
            confirmed.append(len(confirmed))
    except psycopg.OperationalError:
        killer.join()
    wait_until(lambda: running.readyz() == 200, seconds=30, what=running.output)
    with running.connect() as after:
        stored = {row[0] for row in after.execute("SELECT id FROM confirmed")}
        after.execute("DROP TABLE confirmed")
    assert len(confirmed) > 10
    assert set(confirmed) - stored == set()


def test_mail_to_staff_is_caught_by_the_embedded_server(running):
    import json
    import smtplib
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"], message["To"] = "Hello", "ann@shop.example"
    message.set_content("One line.")
    state = json.loads((running.folder / "runtime.json").read_text())
    with smtplib.SMTP("127.0.0.1", state["mail_port"]) as link:
        link.send_message(message, from_addr="a@b.example", to_addrs=["ann@shop.example"])
    assert len(list((running.folder / "mailbox" / "new").iterdir())) == 1


def _kill(running: Installation, name: str) -> tuple[int, datetime]:
    """Kill a process as soon as it lives: what was killed before may have taken it along."""
    while True:
        wait_until(lambda: name in running.pids(), seconds=30, what=running.output)
        pid, killed_at = running.pids()[name], datetime.now(UTC)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            time.sleep(0.1)
        else:
            return pid, killed_at


def _last_round_trip(running: Installation) -> datetime:
    try:
        with running.connect() as link:
            row = link.execute("SELECT last_at FROM kernel_heartbeat WHERE name = 'tasks'")
            found = row.fetchone()
    except psycopg.OperationalError:
        return datetime.min.replace(tzinfo=UTC)
    return found[0] if found else datetime.min.replace(tzinfo=UTC)
