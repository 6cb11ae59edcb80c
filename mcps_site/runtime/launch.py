"""The preparation and the web, worker and beat processes.

The supervisor imports the product once and forks them, so that they start at once, also after a
crash, and share the memory of what is imported. Nothing here may open a connection or start a
thread before the fork.
"""

import gc
import threading
import warnings


def load_apps() -> None:
    """Import what the preparation needs: the settings and the apps with their models."""
    import django

    django.setup(set_prefix=False)


def load_rest() -> None:
    """Import the pages, the tasks, the scheduler and the web server.

    Raises:
        RuntimeError: a module started a thread or opened a database connection while it was
            imported; neither survives a fork.
    """
    import granian.server
    from django.db import connections
    from django.urls import get_resolver

    from mcps_site import beat
    from mcps_site.celery import app

    app.loader.import_default_modules()
    _ = (granian.server, beat, get_resolver().url_patterns)
    if threading.active_count() > 1:
        raise RuntimeError(f"A module started a thread while imported: {threading.enumerate()}")
    opened = [found.alias for found in connections.all(initialized_only=True) if found.connection]
    if opened:
        raise RuntimeError("A module opened a database connection while it was imported.")
    # What is imported by now never becomes garbage; untouched, all processes share it.
    gc.freeze()


def run_preparation(*, is_demo: bool) -> None:
    """Migrate, make roles and schedule, collect static files, load the demo; then end."""
    from django.core.management import call_command

    call_command("prepare", demo=is_demo)


def run_web(*, host: str, port: int, workers: int) -> None:
    """Serve pages and events until told to stop; each worker process has four threads."""
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    # Not earlier: the application lists the static files once, and they are collected by now.
    from mcps_site import wsgi

    _ = wsgi.application
    Server(
        "mcps_site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
    ).serve()


def run_worker(*, processes: int) -> None:
    """Work on tasks until told to stop."""
    from mcps_site.celery import app

    # Celery warns of root on every start; docs/how-to/run-against-real-servers.md says it once.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")
    alone = ("--without-gossip", "--without-mingle")
    app.start(["--quiet", "worker", *alone, "--concurrency", str(processes)])


def run_beat() -> None:
    """Tick until told to stop, or stand by while another beat ticks."""
    from mcps_site.beat import OnlyScheduler
    from mcps_site.celery import app

    name = f"{OnlyScheduler.__module__}.{OnlyScheduler.__name__}"
    app.start(["--quiet", "beat", "--pidfile=", "--scheduler", name])


def run_world() -> None:
    """Let the demo's simulated people live until told to stop."""
    from django.core.management import call_command

    call_command("live_world")
