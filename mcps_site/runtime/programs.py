"""The processes of an installation: how each is started, how it is stopped, what it inherits."""

import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from mcps_site.runtime import places
from mcps_site.runtime.children import spawn
from mcps_site.settings import env

LOOPBACK = "127.0.0.1"
DEMO_EMAIL = "demo@mcps.example"
DEMO_PASSWORD = "demo-demo-demo"  # noqa: S105 -- printed at the start, and only a demo has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process to keep running."""

    name: str
    start: Callable[[int], Popen[bytes]]
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


def child_environment(options: Options) -> dict[str, str]:
    """Return the environment of the Python processes; what the operator set is kept."""
    mail = {} if options.mail_port is None else {
        "STAFF_MAIL_URL": f"smtp://{LOOPBACK}:{options.mail_port}"
    }  # fmt: skip
    defaults = {
        "DJANGO_SETTINGS_MODULE": "mcps_site.settings.base",
        "PUBLIC_URL": options.url.rstrip("/"),
        "DEMO": "1" if options.is_demo else "0",
        "PROMETHEUS_MULTIPROC_DIR": str(places.data_dir() / "metrics"),
        "MCPS_PREPARING": str(preparing_mark()),
        **mail,
    }
    return {**defaults, **os.environ, "PYTHONUNBUFFERED": "1"}


def preparing_mark() -> Path:
    """Return the file that exists while the preparation runs and the others wait for it."""
    return places.data_dir() / "preparing"


def python_programs(options: Options) -> list[Program]:
    """Return the processes that run our own code, in the order in which they start."""
    launch = "mcps_site.runtime.launch"
    web = ("web", options.host, str(options.port), str(options.web_workers))
    programs = [
        _python("web", options, launch, *web),
        _python("worker", options, launch, "worker", str(options.worker_processes)),
        _python("beat", options, launch, "beat"),
    ]
    if options.mail_port is not None:
        mail = ("mcps_site.runtime.mailbox", LOOPBACK, str(options.mail_port))
        programs.append(_python("mail", options, *mail))
    if options.is_demo:
        programs.append(_python("world", options, "manage", "live_world"))
    return programs


def preparation(options: Options) -> Program:
    """Return the one-time work before the rest: migrations, schedule, static files, demo."""
    arguments = ["manage", "prepare", *(["--demo"] if options.is_demo else [])]
    return _python("prepare", options, *arguments)


def _python(name: str, options: Options, *arguments: str) -> Program:
    # Celery warns of running as root on every start; the how-to on servers says it once.
    quiet = "ignore:You're running the worker with superuser"
    command = [sys.executable, "-W", quiet, "-m", *arguments]
    environment = child_environment(options)
    return Program(
        name=name,
        start=lambda output: spawn(
            command, output=output, folder=places.ROOT, environment=environment
        ),
    )


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
