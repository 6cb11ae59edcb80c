import os
import signal
import subprocess
from collections.abc import Iterator

import psycopg
import pytest

from mcps_site.runtime import places
from mcps_site.runtime.children import is_alive
from mcps_site.runtime.postgres import Postgres
from tests.runtime.running import temporary_folder

pytestmark = pytest.mark.slow


STARTED: list[subprocess.Popen[bytes]] = []


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postgres]:
    with temporary_folder() as folder:
        monkeypatch.setenv("MCPS_DATA_DIR", str(folder))
        monkeypatch.setenv("MCPS_SHARED_BUFFERS", "32MB")
        found = Postgres()
        found.prepare()
        yield found
        pid = found.running_pid()
        if pid is not None:
            found.stop(pid)
        while STARTED:
            STARTED.pop().wait()


def start(server: Postgres) -> int:
    log = places.data_dir() / "postgres.log"
    with log.open("ab") as output:
        child = server.start(output=output)
        STARTED.append(child)
        server.wait(child, log=log)
    assert server.running_pid() == child.pid
    return child.pid


def test_lock_whose_number_now_belongs_to_a_stranger_is_healed(server):
    server.stop(start(server))
    # This test's own process lives, but it is no server: the start must not be refused.
    for lock in (server.cluster / "postmaster.pid", server.sockets / ".s.PGSQL.5432.lock"):
        lock.write_text(f"{os.getpid()}\n{server.cluster}\n")
    assert server.running_pid() is None
    start(server)
    assert server.is_ready()


def test_backends_of_a_killed_server_end_before_the_next_one_starts(server):
    first = start(server)
    link = psycopg.connect(places.embedded_database_url("postgres"), autocommit=True)
    row = link.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    os.kill(row[0], signal.SIGSTOP)
    os.kill(first, signal.SIGKILL)
    STARTED[0].wait()
    second = start(server)
    assert second != first
    assert not is_alive(row[0])
    link.close()


def test_data_of_another_major_version_is_refused_with_the_way_out(server):
    (server.cluster / "PG_VERSION").write_text("15\n")
    with pytest.raises(RuntimeError, match=r"written by PostgreSQL 15, but version \d+"):
        server.prepare()


def test_operators_own_setting_wins_over_ours(server):
    with (server.cluster / "postgresql.conf").open("a") as file:
        file.write("work_mem = '7MB'\n")
    server.prepare()
    start(server)
    with psycopg.connect(places.embedded_database_url("postgres")) as link:
        found = [link.execute(f"SHOW {name}").fetchone() for name in ("work_mem", "fsync")]
    assert found == [("7MB",), ("on",)]
