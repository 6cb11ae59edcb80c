"""Collecting static files only when one of them changed, so that a warm start is quick."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_changed_files() -> bool:
    """Collect the static files when any is new, gone or changed; return whether it was done."""
    mark = Path(settings.STATIC_ROOT) / ".fingerprint"
    present = fingerprint()
    if mark.exists() and mark.read_text(encoding="utf-8") == present:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=mark.exists())
    mark.write_text(present, encoding="utf-8")
    return True


def fingerprint() -> str:
    """Return a hash of the name, size and time of every static file and of how they are stored."""
    found = hashlib.blake2b(repr(settings.STORAGES["staticfiles"]).encode(), digest_size=16)
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            found.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()
