"""Workers, broker and database are killed while a broadcast leaves: everybody gets it exactly once."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from functools import partial
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller

from mcps_site.runtime import places
from tests.runtime.running import Installation, free_port, installation, wait_until

pytestmark = [
    pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(7_200),
    pytest.mark.xdist_group("runtime"),
]  # fmt: skip

# What is killed once this share of the mails has arrived.
KILLS = ((0.1, "worker"), (0.25, "broker"), (0.4, "worker"), (0.55, "postgres"), (0.75, "worker"))


class Sink:
    """An SMTP server that remembers how often each message and each person came."""

    def __init__(self) -> None:
        self.messages: Counter[str] = Counter()
        self.people: Counter[str] = Counter()
        self.port = free_port()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        head = BytesHeaderParser().parsebytes(envelope.content)
        self.messages[head["Message-ID"]] += 1
        self.people[envelope.rcpt_tos[0]] += 1
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[Sink]:
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    found = Sink()
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture
def running() -> Iterator[Installation]:
    with installation(WORKER_PROCESSES="2") as found:
        found.start()
        found.wait_for_line("Ready: http://127.0.0.1:")
        yield found


@pytest.mark.parametrize("people", [3_000, 100_000])
def test_everybody_gets_a_broadcast_once_whatever_is_killed(running, sink, people, tmp_path):
    began = time.monotonic()
    _command(running, "start", str(people), str(sink.port))
    for share, name in KILLS:
        wait_until(lambda share=share: len(sink.people) >= share * people, seconds=3_600, what=name)
        _kill(running, name)
    wait_until(
        lambda: _decided(running) == people, seconds=3_600, what=lambda: str(_states(running))
    )
    before = _states(running)
    print(f"\n{people:,} people in {time.monotonic() - began:,.0f} s, states: {before}")
    assert sum(before.values()) == people
    assert set(before) <= {"handed_over", "unknown"}
    assert set(sink.people.values()) == {1}
    assert before["handed_over"] <= len(sink.people) <= before["handed_over"] + before["unknown"]

    log = tmp_path / "mail.log"
    log.write_text("\n".join(f"message-id={name}" for name in sink.messages), encoding="utf-8")
    print(_command(running, "settle", str(log)).strip())
    wait_until(
        lambda: _states(running) == {"handed_over": people},
        seconds=600,
        what=lambda: str(_states(running)),
    )
    print(f"settled: {_states(running)}; mails {sum(sink.messages.values()):,}")
    assert Counter(sink.people.values()) == Counter(sink.messages.values()) == {1: people}


def _command(running: Installation, *words: str) -> str:
    address = f"postgresql://mcps@/mcps?host={running.folder / 'run'}"
    environment = {
        **running.environment, "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "mcps_site.settings.base",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "tests.runtime.many_messages", *words],
        env=environment, cwd=places.ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


def _kill(running: Installation, name: str) -> None:
    """Kill a process with its children, as when the memory runs out, and wait for the next one."""
    before = running.pids()[name]
    children = [] if name == "postgres" else _children(before)
    for pid in (*children, before):
        os.kill(pid, signal.SIGKILL)
    wait_until(partial(_is_back, running, name, before), seconds=120, what=running.output)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def _is_back(running: Installation, name: str, before: int) -> bool:
    return running.pids().get(name, before) != before and bool(_states(running))


def _decided(running: Installation) -> int:
    states = _states(running)
    return sum(states.values()) - states["planned"] - states["claimed"]


def _states(running: Installation) -> Counter[str]:
    try:
        with running.connect() as link:
            rows = link.execute("SELECT status, count(*) FROM campaigns_delivery GROUP BY 1")
            return Counter(dict(rows.fetchall()))
    except psycopg.OperationalError:
        return Counter()
