"""Keeps the processes of an installation running, from `make up` to Ctrl-C.

One thread and one loop: read what the children print, restart those that died, obey signals.
"""

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable

from mcps_site.runtime.children import Process, stop_group
from mcps_site.runtime.programs import Program

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 15.0
# A child that ran this long is healthy again: its next failure starts with the first delay.
HEALTHY_AFTER_SECONDS = 30.0


class Stopped(Exception):
    """Somebody asked us to stop."""


class Child:
    """One program, its present process and the end of its pipe."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: Process | None = None
        self.pipe: int | None = None
        self.started_at = 0.0
        self.failures = 0
        self.restart_at: float | None = None
        self.rest = b""


class Supervisor:
    """The loop and the children it watches."""

    def __init__(self, write: Callable[[str], object] = sys.stdout.write) -> None:
        self.children: dict[str, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._write = write
        self._stop_requests = 0
        self.changed: Callable[[], None] = lambda: None
        # A forked child must not hold the ends of its brothers' pipes. Its own children find them
        # let go already, and must not close what has their numbers by then.
        os.register_at_fork(after_in_child=self._let_go)

    def obey_signals(self) -> None:
        """Stop in order on Ctrl-C or a request to end; a second one does not wait."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._count_request)
        # `nohup` ignores the terminal's end; so do we then.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._count_request)

    def say(self, text: str, name: str = "mcps") -> None:
        """Print a line under the name of the process it comes from."""
        self._write(f"{name:<9}| {text}\n")
        sys.stdout.flush()

    def start(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        child = self.children[program.name] = Child(program)
        self._launch(child)

    def run_once(self, program: Program, *, meanwhile: Callable[[], object] = lambda: None) -> int:
        """Run a program to its end, printing what it says, and return its exit code.

        `meanwhile` is called while it runs; its output waits until that is done.
        """
        child = Child(program)
        self._launch(child)
        meanwhile()
        while child.process is not None and child.process.poll() is None:
            self.turn()
        self._drain(child)
        return -1 if child.process is None else child.process.returncode

    def wait_until(self, is_true: Callable[[], bool], *, what: str) -> None:
        """Turn the loop until the condition holds; says every ten seconds what it waits for."""
        told_at = time.monotonic()
        while not is_true():
            if time.monotonic() - told_at > 10:
                told_at = time.monotonic()
                self.say(f"Still waiting for {what} …")
            self.turn(patience=0.05)

    def turn(self, *, patience: float = 0.2) -> None:
        """Read, restart what died, and raise `Stopped` when somebody asked for the end."""
        for key, _ in self._selector.select(timeout=patience):
            self._read(key.data)
        if self._stop_requests:
            raise Stopped
        for child in list(self.children.values()):
            self._revive(child)

    def stop(self, *names: str, patience_seconds: float) -> None:
        """Ask the named children to end, all at once, and end those that do not within time."""
        ending = [self.children.pop(name) for name in names if name in self.children]
        for child in ending:
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(child.program.stop_signal)
        limit = time.monotonic() + patience_seconds
        requests = self._stop_requests
        while any(c.process is not None and c.process.poll() is None for c in ending):
            if time.monotonic() > limit or self._stop_requests > max(requests, 1):
                break
            for key, _ in self._selector.select(timeout=0.05):
                self._read(key.data)
        for child in ending:
            self._bury(child)

    def _let_go(self) -> None:
        self._selector.close()
        for child in self.children.values():
            if child.pipe is not None:
                os.close(child.pipe)
                child.pipe = None

    def _count_request(self, _number: int, _frame: object) -> None:
        self._stop_requests += 1

    def _launch(self, child: Child) -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        try:
            child.process = child.program.start(writing)
        finally:
            os.close(writing)
        child.pipe, child.rest = reading, b""
        child.started_at, child.restart_at = time.monotonic(), None
        self._selector.register(reading, selectors.EVENT_READ, child)
        self.changed()

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.restart_at is not None:
            if now >= child.restart_at:
                self._launch(child)
            return
        if child.process is None or child.process.poll() is None:
            return
        if now - child.started_at > HEALTHY_AFTER_SECONDS:
            child.failures = 0
        delay = min(FIRST_DELAY_SECONDS * 2**child.failures, LONGEST_DELAY_SECONDS)
        child.failures += 1
        child.restart_at = now + delay
        why = _why(child.process.returncode)
        self._bury(child)
        self.say(f"{child.program.name} ended ({why}); starting it again in {delay:g} s.")

    def _bury(self, child: Child) -> None:
        if child.process is not None:
            # What the dead process started itself must not live on beside its successor.
            stop_group(child.process, with_signal=signal.SIGKILL)
            child.process.wait()
        self._drain(child)

    def _drain(self, child: Child) -> None:
        if child.pipe is not None:
            self._read(child)
        if child.pipe is not None:
            self._close(child)

    def _read(self, child: Child) -> None:
        if child.pipe is None:
            return
        try:
            found = os.read(child.pipe, 65_536)
        except BlockingIOError:
            return
        if not found:
            self._close(child)
            return
        *lines, child.rest = (child.rest + found).split(b"\n")
        for line in lines:
            self.say(line.decode(errors="replace").rstrip(), child.program.name)

    def _close(self, child: Child) -> None:
        if child.pipe is not None:
            self._selector.unregister(child.pipe)
            os.close(child.pipe)
            child.pipe = None
        if child.rest:
            self.say(child.rest.decode(errors="replace").rstrip(), child.program.name)
            child.rest = b""


def _why(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
