"""From the first start to the clean end, and over a supervisor that was killed."""

import signal
import socket
import subprocess
import sys

import pytest

from mcps_site.runtime import places
from tests.runtime.running import installation, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("runtime")]


def test_run_ends_without_orphans_starts_again_after_a_kill_and_is_deleted_only_at_rest():
    with installation() as running:
        running.start("demo")
        running.wait_for_line("Ready: http://127.0.0.1:")
        assert "Log in as demo@mcps.example with the password" in running.output()
        wait_until(lambda: "world" in running.pids(), seconds=20, what=running.output)
        servers, ours = {"postgres", "broker", "mail"}, {"web", "worker", "beat", "world"}
        assert set(running.pids()) == servers | ours
        second = _run(running.environment, "up")
        assert second.returncode != 0
        assert "is in use by “make demo” (process" in second.stderr
        assert second.stderr.count("\n") == 1
        refused = _run(running.environment, "reset", "--yes")
        assert refused.returncode != 0
        assert (running.folder / "postgres" / "cluster").exists()

        # Killed without a chance to tell its children, it leaves none behind.
        assert running.stop(signal.SIGKILL) == -signal.SIGKILL
        wait_until(
            lambda: not running.processes(), seconds=30, what=lambda: str(running.processes())
        )

        running.log.write_text("")
        running.start("demo")
        running.wait_for_line("Ready: http://127.0.0.1:")
        assert running.stop(signal.SIGINT) == 0
        assert running.processes() == []
        assert running.pids() == {}
        assert not (running.folder / "postgres" / "cluster" / "postmaster.pid").exists()
        assert _run(running.environment, "reset", "--yes").returncode == 0
        assert not running.folder.exists()


def test_taken_port_is_refused_before_anything_starts():
    with installation() as running, socket.socket() as holder:
        holder.bind(("127.0.0.1", running.port))
        holder.listen()
        done = _run(running.environment, "up")
        assert done.returncode != 0
        assert (
            f"Port {running.port} is in use. Name another: PORT={running.port + 1}" in done.stderr
        )
        assert not (running.folder / "postgres").exists()


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mcps_site.runtime", *arguments],
        cwd=places.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
