"""Starts the whole product in a folder of its own, as an operator does, and watches it."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from mcps_site.runtime import places


class Installation:
    """One run of `python -m mcps_site.runtime up` and the folder it works in."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "output.log"
        self.process: subprocess.Popen[bytes] | None = None
        own = {"DJANGO_SETTINGS_MODULE", "MCPS_DATA_DIR", "DATABASE_URL", "MAKELEVEL"}
        kept = {key: value for key, value in os.environ.items() if key not in own}
        self.environment = {
            **kept,
            "MCPS_DATA_DIR": str(folder),
            "MCPS_SHARED_BUFFERS": "64MB",
            "PORT": str(self.port),
            "WORKER_PROCESSES": "1",
            **variables,
        }

    def start(self, command: str = "up") -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mcps_site.runtime", command],
                cwd=places.ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
            )

    def wait_for_line(self, text: str, *, seconds: float = 150) -> None:
        assert self.process is not None
        process = self.process
        wait_until(
            lambda: text in self.output() or process.poll() is not None,
            seconds=seconds,
            what=lambda: f"“{text}” in:\n{self.output()}",
        )
        assert text in self.output(), self.output()

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=40)

    def pids(self) -> dict[str, int]:
        state = json.loads((self.folder / "runtime.json").read_text(encoding="utf-8"))
        return dict(state["children"])

    def readyz(self) -> int:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request("GET", "/readyz")
            return link.getresponse().status
        except OSError:
            return 0
        finally:
            link.close()

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.folder / "run"), user="mcps", dbname="mcps", autocommit=True
        )

    def processes(self) -> list[str]:
        """Return the commands of every process that works for this installation."""
        mark = f"MCPS_DATA_DIR={self.folder}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return [command for command in found if command]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that the servers' unprivileged user can reach; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="mcps-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def installation(**variables: str) -> Iterator[Installation]:
    with temporary_folder() as folder:
        running = Installation(folder, **variables)
        try:
            yield running
        finally:
            if running.process is not None and running.process.poll() is None:
                running.process.send_signal(signal.SIGTERM)
                running.process.wait(timeout=40)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(
    is_true: Callable[[], bool], *, seconds: float, what: Callable[[], str] | str
) -> float:
    """Wait for a fact about other processes; returns how long it took."""
    started = time.monotonic()
    while not is_true():
        if time.monotonic() - started > seconds:
            raise AssertionError(
                f"Not within {seconds} s: {what if isinstance(what, str) else what()}"
            )
        time.sleep(0.1)
    return time.monotonic() - started
