import os
import signal
import sys
import time

import pytest

from mcps_site.runtime.children import is_alive, spawn
from mcps_site.runtime.programs import Program
from mcps_site.runtime.supervisor import Stopped, Supervisor


class Told:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        self.lines.append(text.rstrip("\n"))


def script(name: str, code: str) -> Program:
    command = [sys.executable, "-u", "-c", code]
    return Program(name=name, start=lambda output: spawn(command, output=output))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def supervisor(told):
    found = Supervisor(told.write)
    yield found
    found.stop(*list(found.children), patience_seconds=1)


def turn_until(supervisor, is_true, seconds=10.0):
    limit = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < limit
        supervisor.turn(patience=0.05)


def test_each_line_carries_the_name_of_its_process(supervisor, told):
    assert supervisor.run_once(script("greeter", "print('one'); print('two', end='')")) == 0
    assert told.lines == ["greeter  | one", "greeter  | two"]


def test_failing_child_is_started_again_after_growing_delays(supervisor, told):
    supervisor.start(script("broken", "raise SystemExit(3)"))
    turn_until(supervisor, lambda: len(told.lines) == 3)
    assert told.lines == [
        f"mcps     | broken ended (exit code 3); starting it again in {delay} s."
        for delay in ("0.5", "1", "2")
    ]


def test_what_a_dead_child_had_started_does_not_outlive_it(supervisor, told):
    code = (
        "import subprocess, sys, os, signal\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(p.pid)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    supervisor.start(script("parent", code))
    turn_until(supervisor, lambda: any("SIGKILL" in line for line in told.lines))
    grandchild = int(told.lines[0].rpartition(" ")[2])
    turn_until(supervisor, lambda: not is_alive(grandchild))


def test_child_that_ignores_the_request_to_end_is_ended_anyway(supervisor, told):
    code = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf')\n"
        "time.sleep(600)\n"
    )
    supervisor.start(script("deaf", code))
    turn_until(supervisor, lambda: told.lines == ["deaf     | deaf"])
    pid = supervisor.children["deaf"].process.pid
    supervisor.stop("deaf", patience_seconds=0.3)
    assert not is_alive(pid)
    assert supervisor.children == {}


def test_request_to_end_leaves_the_loop(supervisor):
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    supervisor.obey_signals()
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.turn()
    finally:
        for number, old in zip((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), before, strict=True):
            signal.signal(number, old)
