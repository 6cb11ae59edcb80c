"""The entry of the web, worker and beat processes.

Each imports the product first and then waits for the preparation (migrations, schedule, static
files) to be done: on a start all of them import at the same time. The web's master imports once
and forks its workers, which share that memory.
"""

import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from granian.server import MPServer, MTServer


def main(arguments: list[str]) -> None:
    """Run `web`, `worker` or `beat` with the further arguments it takes."""
    kind, *rest = arguments
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mcps_site.settings.base")
    django.setup(set_prefix=False)
    start = {"web": load_web, "worker": load_worker, "beat": load_beat}[kind](rest)
    wait_for_preparation()
    start()


def wait_for_preparation() -> None:
    """Wait while the file named by `MCPS_PREPARING` exists; without the variable do not wait."""
    mark = os.environ.get("MCPS_PREPARING")
    while mark and Path(mark).exists():
        time.sleep(0.02)


def load_web(arguments: list[str]) -> Callable[[], object]:
    """Import the product's pages and return what serves them."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    server = _server(*arguments)

    def serve() -> None:
        # Not earlier: the application lists the static files once, and they are collected by now.
        from mcps_site import wsgi

        _ = wsgi.application
        # What is imported by now never becomes garbage; untouched, the workers share it.
        gc.freeze()
        server.serve()

    return serve


def _server(host: str, port: str, workers: str) -> "MPServer | MTServer":
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    return Server(
        "mcps_site.wsgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=4,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    )


def load_worker(arguments: list[str]) -> Callable[[], object]:
    """Import the tasks and return what works on them."""
    from mcps_site.celery import app

    app.loader.import_default_modules()
    alone = ("--without-gossip", "--without-mingle")
    return lambda: app.start(["--quiet", "worker", *alone, "--concurrency", *arguments])


def load_beat(_arguments: list[str]) -> Callable[[], object]:
    """Import the scheduler and return what runs it."""
    from mcps_site.beat import OnlyScheduler
    from mcps_site.celery import app

    name = f"{OnlyScheduler.__module__}.{OnlyScheduler.__name__}"
    return lambda: app.start(["--quiet", "beat", "--pidfile=", "--scheduler", name])


if __name__ == "__main__":
    main(sys.argv[1:])
