"""The product on servers of the operator: a PostgreSQL and a broker that two variables name."""

import os

import psycopg
import pytest
from psycopg import sql

from tests.runtime.running import installation, wait_until

DATABASE = os.environ.get("TEST_DATABASE_URL", "")
BROKER = os.environ.get("TEST_BROKER_URL", "")

pytestmark = [
    pytest.mark.services,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        not (DATABASE and BROKER),
        reason="set TEST_DATABASE_URL (PostgreSQL, its user may create databases) and "
        "TEST_BROKER_URL (RabbitMQ, Redis or Valkey) to test against your own servers",
    ),
]
NAME = "mcps_services_test"


@pytest.fixture
def database():
    """Make an empty database on the operator's server and remove it afterwards."""
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME))
    with psycopg.connect(DATABASE, autocommit=True) as link:
        link.execute(drop)
        link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
        yield DATABASE.rpartition("/")[0] + f"/{NAME}"
        link.execute(drop)


def test_product_runs_on_the_operators_servers_and_starts_none_of_its_own(database):
    with installation(DATABASE_URL=database, CELERY_BROKER_URL=BROKER) as running:
        running.start()
        running.wait_for_line("Ready: http://127.0.0.1:")
        assert set(running.pids()) == {"web", "worker", "beat", "mail"}
        assert running.readyz() == 200
        assert not (running.folder / "postgres").exists()
        with psycopg.connect(database) as link:
            # Sent by beat, carried by the operator's broker, done by the worker.
            row = link.execute("SELECT last_at > now() - interval '30 s' FROM kernel_heartbeat "
                               "WHERE name = 'tasks'").fetchone()  # fmt: skip
            assert row == (True,)
        assert running.stop() == 0
        wait_until(lambda: running.processes() == [], seconds=5, what="the end of all processes")
