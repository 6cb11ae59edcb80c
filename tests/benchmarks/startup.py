"""How long a start takes until every part answers: cold (empty data folder) and warm.

Prints seconds by the clock and seconds of processor time of all processes together. The packages
are installed already; a start on a busy machine takes longer by the clock, not by the processor.
"""

import os
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.runtime.running import Installation, temporary_folder  # noqa: E402

WARM_STARTS = 3


def main() -> None:
    with temporary_folder() as folder:
        running = Installation(folder)
        show("cold", *measure(running))
        for _ in range(WARM_STARTS):
            show("warm", *measure(running))


def measure(running: Installation) -> tuple[float, float]:
    running.log.write_text("")
    before = time.monotonic()
    running.start()
    running.wait_for_line("Ready: http://", seconds=120)
    seconds = time.monotonic() - before
    busy = processor_seconds(running)
    running.stop(signal.SIGINT)
    return seconds, busy


def processor_seconds(running: Installation) -> float:
    """Add up the processor time of the living processes and of the children they waited for."""
    tick = os.sysconf("SC_CLK_TCK")
    found = 0.0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if str(running.folder).encode() not in (entry / "environ").read_bytes():
                continue
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found += sum(map(int, fields[11:15])) / tick
    return found


def show(kind: str, seconds: float, busy: float) -> None:
    load = os.getloadavg()[0]
    print(f"{kind}: ready after {seconds:.1f} s, {busy:.1f} s of processor time, load {load:.1f}")


if __name__ == "__main__":
    main()
