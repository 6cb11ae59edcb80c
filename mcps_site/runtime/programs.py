"""The processes of an installation: how each is started, how it is stopped, what it inherits."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from mcps_site.runtime import launch, places
from mcps_site.runtime.children import Process, fork, spawn
from mcps_site.settings import env

LOOPBACK = "127.0.0.1"
DEMO_EMAIL = "demo@mcps.example"
DEMO_PASSWORD = "demo-demo-demo"  # noqa: S105 -- printed at the start, and only a demo has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process to keep running."""

    name: str
    start: Callable[[int], Process]
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the environment asks for, read once at the start."""

    host: str
    port: int
    web_workers: int
    worker_processes: int
    is_demo: bool
    owns_database: bool
    owns_broker: bool
    mail_port: int | None

    @property
    def url(self) -> str:
        """The address at which a browser on this machine finds the product."""
        host = LOOPBACK if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 -- compared
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"


def read_options(*, is_demo: bool) -> Options:
    """Read the variables of `docs/reference/settings.md` that concern the processes."""
    has_mail = bool(env.text("STAFF_MAIL_URL")) and not is_demo
    return Options(
        host=env.text("HOST", LOOPBACK),
        port=env.number("PORT", 8000),
        web_workers=env.number("WEB_WORKERS", 2),
        worker_processes=env.number("WORKER_PROCESSES", 2),
        is_demo=is_demo,
        owns_database=not env.text("DATABASE_URL"),
        owns_broker=not env.text("CELERY_BROKER_URL"),
        mail_port=None if has_mail else _choose_mail_port(),
    )


def set_environment(options: Options) -> None:
    """Set for us and our children what the operator left open."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "mcps_site.settings.base",
        "PUBLIC_URL": options.url.rstrip("/"),
        "DEMO": "1" if options.is_demo else "0",
        "PROMETHEUS_MULTIPROC_DIR": str(places.data_dir() / "metrics"),
        "PYTHONUNBUFFERED": "1",
    }
    if options.mail_port is not None:
        defaults["STAFF_MAIL_URL"] = f"smtp://{LOOPBACK}:{options.mail_port}"
    for name, value in defaults.items():
        if not env.text(name):
            os.environ[name] = value


def forked_programs(options: Options) -> list[Program]:
    """Return the processes that are forked once the product is imported."""
    web = partial(launch.run_web, host=options.host, port=options.port, workers=options.web_workers)
    worker = partial(launch.run_worker, processes=options.worker_processes)
    runs: dict[str, Callable[[], object]] = {"web": web, "worker": worker, "beat": launch.run_beat}
    return [Program(name=name, start=partial(_fork, run, name)) for name, run in runs.items()]


def world_program() -> Program:
    """Return the demo's simulated people, who come when everything is ready for them."""
    return Program(name="world", start=partial(_fork, launch.run_world, "world"))


def preparation(options: Options) -> Program:
    """Return the one-time work before the rest, which ends by itself."""
    run = partial(launch.run_preparation, is_demo=options.is_demo)
    return Program(name="prepare", start=partial(_fork, run, "prepare"))


def mail_program(port: int) -> Program:
    """Return the mail server, which needs nothing of the product."""
    command = [sys.executable, "-m", "mcps_site.runtime.mailbox", LOOPBACK, str(port)]
    return Program(
        name="mail", start=lambda output: spawn(command, output=output, folder=places.ROOT)
    )


def _fork(run: Callable[[], object], name: str, output: int) -> Process:
    return fork(run, name=name, output=output)


def port_is_free(host: str, port: int) -> bool:
    """Say whether nobody listens there; asked first because granian would share the port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _choose_mail_port() -> int:
    # The port of the last run where it is still free, so that stored channel settings stay right.
    last = places.embedded_mail_port()
    if last >= 1024 and port_is_free(LOOPBACK, last):
        return last
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
