"""Chromium for the browser tests: the system's own, driven by Playwright from its wheel.

The wheel of Playwright ships its driver, so no Node and no downloaded browser is needed.
"""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def find_chromium():
    """Return the browser's path: `CHROMIUM`, or one of the usual names; nothing when absent."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def launch_arguments(path):
    """Return the arguments of Playwright's `launch`; root cannot use Chromium's sandbox."""
    return {"executable_path": path, "args": FLAGS, "chromium_sandbox": os.geteuid() != 0}
