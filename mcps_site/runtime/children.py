"""Starting a process that can never outlive us, and asking about processes by their number.

A child gets a session of its own, so that Ctrl-C reaches only the supervisor, which stops the
children in order. The kernel signals a child when its parent dies, even by `kill -9`.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from mcps_site.runtime.places import Owner

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str],
    *,
    output: IO[bytes] | int,
    owner: Owner | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
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
        env=None if environment is None else dict(environment),
        user=owner.uid if owner and is_other else None,
        group=owner.gid if owner and is_other else None,
        extra_groups=[] if is_other else None,
        start_new_session=True,
        preexec_fn=None if last_signal is None else partial(die_with, os.getpid(), last_signal),
    )


def stop_group(child: subprocess.Popen[bytes], *, with_signal: signal.Signals) -> None:
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
