"""Where the embedded servers keep their files, and the addresses that follow from it.

Importing this starts nothing. `.data/` lies in the checkout unless `MCPS_DATA_DIR` names another
folder. The servers run as an unprivileged user when we are root; a `.data/` that this user cannot
reach is moved below `/var/lib` and linked, because a parent's permissions are not ours to change.
"""

import hashlib
import json
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# PostgreSQL refuses sockets whose path is longer than 107 bytes; its lock file adds 5.
LONGEST_SOCKET = 100


@dataclass(frozen=True, slots=True)
class Owner:
    """The operating system's user who runs the embedded servers."""

    name: str
    uid: int
    gid: int
    is_other: bool


def server_owner() -> Owner:
    """Return who runs the servers: ourselves, or `MCPS_OS_USER` when we are root."""
    is_root = os.geteuid() == 0
    wanted = os.environ.get("MCPS_OS_USER", "nobody")
    try:
        entry = pwd.getpwnam(wanted) if is_root else pwd.getpwuid(os.geteuid())
    except KeyError:
        who = f"user “{wanted}” (MCPS_OS_USER)" if is_root else f"user id {os.geteuid()}"
        raise RuntimeError(
            f"The {who} is not known to this system, and PostgreSQL needs a named user who is not "
            "root. Add one, or name another server by DATABASE_URL."
        ) from None
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, is_other=is_root)


def data_dir() -> Path:
    """Return the folder of the embedded servers' data, links resolved."""
    return Path(os.environ.get("MCPS_DATA_DIR", ROOT / ".data")).resolve()


def make_data_dir() -> Path:
    """Create the data folder where the servers' user can reach it, and return it."""
    folder = data_dir()
    _make_ours(folder)
    owner = server_owner()
    if not owner.is_other or _can_reach(folder, owner):
        return folder
    if not folder.is_relative_to(ROOT / ".data"):
        raise RuntimeError(
            f"The folder {folder} (MCPS_DATA_DIR) cannot be reached by the user “{owner.name}”, "
            "who runs PostgreSQL. Name a folder that does not lie in a private one."
        )
    _move_out(ROOT / ".data")
    return data_dir()


def socket_dir() -> Path:
    """Return the folder of the Unix sockets: in the data folder, or short when that is too long."""
    folder = data_dir() / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
        return folder
    key = hashlib.blake2b(str(data_dir()).encode(), digest_size=8).hexdigest()
    return Path(tempfile.gettempdir()) / f"mcps-{key}"


def make_private_dir(folder: Path, owner: Owner, mode: int = 0o700) -> None:
    """Create a folder of the servers' user; refuse one that belongs to somebody else."""
    folder.mkdir(parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner.uid, os.geteuid()}:
        raise RuntimeError(f"{folder} belongs to another user; remove it, or set MCPS_DATA_DIR.")
    if owner.is_other:
        os.chown(folder, owner.uid, owner.gid)
    folder.chmod(mode)


def embedded_database_url(name: str = "mcps") -> str:
    """Return the address of the embedded PostgreSQL."""
    return f"postgresql://mcps@{str(socket_dir()).replace('/', '%2F')}:5432/{name}"


def embedded_broker_url() -> str:
    """Return the address of the embedded Valkey."""
    return f"redis+socket://{socket_dir()}/valkey.sock"


def mailbox_dir() -> Path:
    """Return the folder of the mails that the embedded mail server caught."""
    return data_dir() / "mailbox"


def embedded_mail_port() -> int:
    """Return the port of the embedded mail server, or 25 where it never ran."""
    port = running_state().get("mail_port")
    return port if isinstance(port, int) else 25


def running_state() -> dict[str, object]:
    """Return what the supervisor wrote down about its last or present run."""
    try:
        found = json.loads((data_dir() / "runtime.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def embedded_secret_key() -> str:
    """Return the key of this data folder, made on first use and readable by its owner only."""
    path = make_data_dir() / "secret_key"
    partial = path.with_suffix(f".{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        # A link fails where another process was first, so both read the same key.
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_text(encoding="utf-8")


def _make_ours(folder: Path) -> None:
    """Create the folder and its missing parents so that others may pass through them."""
    for part in (*reversed(folder.parents), folder):
        if not part.exists():
            part.mkdir(exist_ok=True)
            part.chmod(0o755)


def _can_reach(folder: Path, owner: Owner) -> bool:
    for part in (folder, *folder.parents):
        found = part.stat()
        if found.st_uid == owner.uid:
            bit = stat.S_IXUSR
        elif found.st_gid == owner.gid:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not found.st_mode & bit:
            return False
    return True


def _move_out(link: Path) -> None:
    target = Path("/var/lib/mcps") / f"{ROOT.name}-{secrets.token_hex(4)}"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(link, target)
    target.chmod(0o755)
    link.symlink_to(target)
    print(f"The data lies in {target}, linked as .data: {link.parent} is private to root.")
