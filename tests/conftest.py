"""Fixtures of every test, and the embedded PostgreSQL that the run needs."""

import fcntl
import os

import pytest

from mcps_site.runtime import places
from mcps_site.runtime.postgres import Postgres

pytest_plugins = ["tests.people"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded PostgreSQL once for all workers, unless `DATABASE_URL` names another."""
    if os.environ.get("DATABASE_URL") or hasattr(config, "workerinput"):
        return
    folder = places.data_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "test.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = Postgres()
        server.prepare()
        if not server.is_ready():
            config.stash[SERVER] = server.start(log=folder / "postgres.log")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this run started."""
    child = config.stash.get(SERVER, None)
    if child is not None:
        child.send_signal(2)
        child.wait()


SERVER: pytest.StashKey = pytest.StashKey()
