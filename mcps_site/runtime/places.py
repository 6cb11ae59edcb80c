"""Where the embedded servers keep their files, and the addresses that follow from it.

Pure path arithmetic: importing this starts nothing. `.data/` lies in the checkout unless
`MCPS_DATA_DIR` names another folder. Sockets need short paths (107 bytes), so they lie in a
folder of the system's temporary directory that is named by a hash of the data folder.
"""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def data_dir() -> Path:
    """Return the folder of the embedded servers' data."""
    return Path(os.environ.get("MCPS_DATA_DIR", ROOT / ".data")).absolute()


def socket_dir() -> Path:
    """Return the short folder for the Unix sockets of this data folder."""
    key = hashlib.blake2b(str(data_dir()).encode(), digest_size=5).hexdigest()
    return Path(tempfile.gettempdir()) / f"mcps-{key}"


def embedded_database_url(name: str = "mcps") -> str:
    """Return the address of the embedded PostgreSQL."""
    return f"postgresql://mcps@{str(socket_dir()).replace('/', '%2F')}/{name}"


def embedded_broker_url() -> str:
    """Return the address of the embedded Valkey."""
    return f"redis+socket://{socket_dir()}/valkey.sock"


def embedded_secret_key() -> str:
    """Return the key of this data folder, made on first use and readable by its owner only."""
    path = data_dir() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text(encoding="utf-8")
