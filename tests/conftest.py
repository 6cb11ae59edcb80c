"""Fixtures of every test, and the embedded PostgreSQL that the run needs."""

import fcntl
import os
from subprocess import Popen
from typing import IO

import pytest
from hypothesis import settings

from mcps_site.runtime import places
from mcps_site.runtime.postgres import Postgres

pytest_plugins = ["tests.database", "tests.people"]

# `pytest --hypothesis-profile=nightly` tries 2,000 examples where a run of every day tries 100.
settings.register_profile("nightly", max_examples=2_000, deadline=None, print_blob=True)

LOCK: pytest.StashKey[IO[str]] = pytest.StashKey()
STARTED: pytest.StashKey[Popen[bytes]] = pytest.StashKey()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start an embedded PostgreSQL for each worker, unless `DATABASE_URL` names one for all.

    It lies in a folder of its own (`.data/test`), so a running demo is neither seen nor touched.
    A second run in the same checkout waits for the first, because both use the same databases.
    """
    is_worker = hasattr(config, "workerinput")
    is_parent = not is_worker and config.getoption("dist", "no") != "no"
    is_embedded = not os.environ.get("DATABASE_URL")
    if is_embedded and is_parent:
        del os.environ["MCPS_DATA_DIR"]  # the workers that start now choose folders of their own
        return
    if not is_embedded and is_worker:
        return
    if is_embedded:
        _wait_for_turn(config)
        _start_postgres(config)
    from tests.database import prepare_template  # pytest rewrites plugins before their import

    prepare_template()


def _wait_for_turn(config: pytest.Config) -> None:
    folder = places.make_data_dir()
    lock = config.stash[LOCK] = (folder / "test.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another test run uses this checkout; waiting for its end …", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _start_postgres(config: pytest.Config) -> None:
    server = Postgres()
    server.prepare()
    log = places.data_dir() / "postgres.log"
    if server.running_pid() is None:
        with log.open("ab") as output:
            config.stash[STARTED] = server.start(output=output)
            server.wait(config.stash[STARTED], log=log)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server of this run, also one that an interrupted run left behind."""
    if LOCK in config.stash:
        pid = Postgres().running_pid()
        if pid is not None:
            Postgres().stop(pid)
        if STARTED in config.stash:
            config.stash[STARTED].wait()
        config.stash[LOCK].close()


@pytest.fixture(autouse=True)
def _same_ids(request: pytest.FixtureRequest) -> None:
    """Let every test count its ids from the same numbers, whatever ran before it.

    A rolled-back test leaves the sequences where it brought them, and a person's id chooses the
    shard of their messages. Modules that share a filled database go on counting.
    """
    if "_django_db_helper" in request.fixturenames and not request.node.get_closest_marker(
        "browser"
    ):
        request.getfixturevalue("_django_db_helper")
        from tests.database import count_from_start  # pytest rewrites plugins before their import

        count_from_start()


@pytest.fixture(autouse=True)
def _forget_words() -> None:
    """Emptied tables count from one again: what was parsed of an earlier test's version must go."""
    from campaigns.content.selectors import get_compiled_words, list_locales

    get_compiled_words.cache_clear()
    list_locales.cache_clear()
