"""Starting a process that can never outlive us, and asking about processes by their number.

A child gets a session of its own, so that Ctrl-C reaches only the supervisor, which stops the
children in order. The kernel signals a child when its parent dies, even by `kill -9`.
"""

import ctypes
import io
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from mcps_site.runtime.places import Owner

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Process(Protocol):
    """A child, started or forked."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> Any:
        """How it ended: the exit code, minus the signal, or `None` while it runs."""

    def poll(self) -> int | None:
        """Look whether it ended, and return how."""

    def wait(self) -> int:
        """Wait for its end and return how it ended."""

    def send_signal(self, number: int, /) -> None:
        """Signal it unless it has ended."""


class Forked:
    """A child that shares what we had imported."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Look whether it ended, and return how."""
        return self._reap(os.WNOHANG)

    def wait(self) -> int:
        """Wait for its end and return how it ended."""
        code = self._reap(0)
        return 0 if code is None else code

    def send_signal(self, number: int, /) -> None:
        """Signal it unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def _reap(self, flags: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, flags)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


def fork(run: Callable[[], object], *, name: str, output: int) -> Forked:
    """Run a function in a child with a session of its own; it is ended when we die."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return Forked(pid)
    code = 1
    try:
        _become_child(name, output=output, parent=parent)
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # noqa: BLE001 -- whatever it is, it ends here and not in the parent's code
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become_child(name: str, *, output: int, parent: int) -> None:
    os.setsid()
    die_with(parent, signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 -- a descriptor is wanted, not a path
        os.dup2(nothing.fileno(), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_NAME, f"mcps-{name}".encode())


def spawn(
    command: Sequence[str],
    *,
    output: IO[bytes] | int,
    owner: Owner | None = None,
    folder: Path | None = None,
    last_signal: signal.Signals | None = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own; `last_signal` reaches it when we die, if any.

    With an `owner` who is not us, root's privileges are dropped before the program starts.
    """
    is_other = owner is not None and owner.is_other
    return subprocess.Popen(  # our callers start processes from one thread only
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=folder,
        user=owner.uid if owner and is_other else None,
        group=owner.gid if owner and is_other else None,
        extra_groups=[] if is_other else None,
        start_new_session=True,
        preexec_fn=None if last_signal is None else partial(die_with, os.getpid(), last_signal),
    )


def stop_group(child: Process, *, with_signal: signal.Signals) -> None:
    """Signal every process of a child's session; quiet when none is left."""
    try:
        os.killpg(child.pid, with_signal)
    except ProcessLookupError:
        return


def is_taken(pid: int) -> bool:
    """Say whether the number belongs to any process, be it a zombie or a stranger."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def is_alive(pid: int) -> bool:
    """Say whether a process with this number exists and is not a zombie."""
    if not is_taken(pid):
        return False
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        return sys.platform != "linux"
    return fields[0] not in {"Z", "X"}


def processes_in(folder: Path) -> list[int]:
    """Return the numbers of the processes whose working directory is the folder (Linux only)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def kill_quietly(pid: int, number: signal.Signals) -> None:
    """Signal a process; one that is already gone is what the signal wanted."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def die_with(parent: int, last_signal: signal.Signals) -> None:
    """Ask the kernel to signal this process when its parent dies (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(last_signal))
        # The parent may have died before the line above.
        if os.getppid() != parent:
            os._exit(1)
