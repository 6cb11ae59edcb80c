"""One run of the product on this machine: the order of starting, being ready and stopping."""

import fcntl
import http.client
import json
import os
import signal
import time
from collections.abc import Callable
from typing import IO
from urllib.parse import urlsplit

from mcps_site.runtime import launch, places
from mcps_site.runtime.children import Process, processes_in
from mcps_site.runtime.postgres import Postgres
from mcps_site.runtime.programs import (
    DEMO_EMAIL,
    DEMO_PASSWORD,
    Options,
    Program,
    forked_programs,
    mail_program,
    port_is_free,
    preparation,
    set_environment,
    world_program,
)
from mcps_site.runtime.supervisor import Stopped, Supervisor
from mcps_site.runtime.valkey import Valkey

LEFTOVER_PATIENCE_SECONDS = 10.0
ASK_EVERY_SECONDS = 0.25


class Busy(Exception):
    """The data folder or the port is in use."""


def take_data_dir(purpose: str) -> IO[str]:
    """Lock the data folder for this process; the lock ends with the process.

    Raises:
        Busy: another process has it; the message says which.
    """
    path = places.make_data_dir() / "lock"
    lock = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise Busy(f"{path.parent} is in use by {lock.read().strip()}; end that first.") from None
    # A forked child must not hold the lock after we are gone.
    os.register_at_fork(after_in_child=lock.close)
    lock.truncate(0)
    lock.write(f"“{purpose}” (process {os.getpid()})")
    lock.flush()
    return lock


def end_leftovers() -> None:
    """Wait for the processes of a run that was killed; end those that stay.

    They were told to end when their supervisor died. A number that meanwhile belongs to another
    program is recognized by its working directory.
    """
    found = places.running_state().get("children")
    numbers = set(found.values()) if isinstance(found, dict) else set()
    limit = time.monotonic() + LEFTOVER_PATIENCE_SECONDS
    while left := numbers.intersection(processes_in(places.ROOT)):
        if time.monotonic() > limit:
            for pid in left:
                os.killpg(pid, signal.SIGKILL)
        time.sleep(0.1)


def run_installation(options: Options) -> int:
    """Run everything until somebody asks for the end; return the exit code.

    Raises:
        Busy: another run holds the data folder, or the port is taken.
    """
    with take_data_dir("make demo" if options.is_demo else "make up"):
        end_leftovers()
        if not port_is_free(options.host, options.port):
            raise Busy(
                f"Port {options.port} is in use. Name another: PORT={options.port + 1} make demo"
            )
        return _Run(options).run()


def _start(server: Postgres | Valkey) -> Callable[[int], Process]:
    return lambda output: server.start(output=output)


def _address(options: Options) -> tuple[str, int]:
    return urlsplit(options.url).hostname or options.host, options.port


class _Run:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.supervisor = Supervisor()
        self.postgres = Postgres() if options.owns_database else None
        self.valkey = Valkey() if options.owns_broker else None
        self._ask_again_at = 0.0

    def run(self) -> int:
        set_environment(self.options)
        self.supervisor.obey_signals()
        self.supervisor.changed = self._write_state
        try:
            if not self._start():
                self.supervisor.say("The preparation failed; its reason stands above.")
                return 1
            while True:
                self.supervisor.turn()
        except Stopped:
            self.supervisor.say("Stopping …")
            return 0
        finally:
            self._stop()

    def _start(self) -> bool:
        started = time.monotonic()
        self._start_servers()
        if self.options.mail_port is not None:
            self.supervisor.start(mail_program(self.options.mail_port))
        # The servers come up while we import.
        launch.load_apps()
        self._wait_for_servers()
        prepared = preparation(self.options)
        if self.supervisor.run_once(prepared, meanwhile=launch.load_rest) != 0:
            return False
        for program in forked_programs(self.options):
            self.supervisor.start(program)
        self.supervisor.wait_until(self._is_ready, what=f"{self.options.url}readyz")
        self._announce(time.monotonic() - started)
        if self.options.is_demo:
            self.supervisor.start(world_program())
        return True

    def _start_servers(self) -> None:
        if self.postgres is not None:
            self._start_postgres(self.postgres)
        if self.valkey is not None:
            self.valkey.prepare()
            self.supervisor.start(Program(name="broker", start=_start(self.valkey)))

    def _wait_for_servers(self) -> None:
        if self.valkey is not None:
            self.supervisor.wait_until(self.valkey.is_ready, what="the broker")
        if self.postgres is not None:
            self.supervisor.wait_until(self.postgres.is_ready, what="PostgreSQL")
            self.postgres.create_database("mcps")

    def _start_postgres(self, server: Postgres) -> None:
        server.prepare()
        leftover = server.running_pid()
        if leftover is not None:
            self.supervisor.say("A PostgreSQL of an earlier run is still there; ending it first.")
            server.stop(leftover)
        program = Program(name="postgres", start=_start(server), stop_signal=signal.SIGINT)
        self.supervisor.start(program)

    def _is_ready(self) -> bool:
        if time.monotonic() < self._ask_again_at:
            return False
        self._ask_again_at = time.monotonic() + ASK_EVERY_SECONDS
        link = http.client.HTTPConnection(*_address(self.options), timeout=5)
        try:
            link.request("GET", "/readyz")
            return link.getresponse().status == 200
        except OSError:
            return False
        finally:
            link.close()

    def _announce(self, seconds: float) -> None:
        say = self.supervisor.say
        if self.options.is_demo:
            say(f"Log in as {DEMO_EMAIL} with the password {DEMO_PASSWORD}")
        say(f"Everything answers after {seconds:.1f} s. Ctrl-C stops it.")
        say(f"Ready: {self.options.url}")

    def _stop(self) -> None:
        # Those that use the servers go first, so that none sees its server vanish.
        self.supervisor.stop("world", "web", "worker", "beat", "mail", patience_seconds=10)
        self.supervisor.stop("broker", patience_seconds=10)
        self.supervisor.stop("postgres", patience_seconds=60)
        self._write_state()

    def _write_state(self) -> None:
        children = {
            name: child.process.pid
            for name, child in self.supervisor.children.items()
            if child.process is not None
        }
        state = {
            "url": self.options.url,
            "mail_port": self.options.mail_port,
            "supervisor": os.getpid(),
            "children": children,
        }
        path = places.data_dir() / "runtime.json"
        partial = path.with_suffix(".partial")
        partial.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
        partial.replace(path)
