"""Reads what the capturing provider kept instead of sending it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

# The newest lines lie at the end; older ones than these are not looked at.
_TAIL_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """One captured message, as a page shows it."""

    channel: str
    address: str
    subject: str
    text: str
    url: str
    at: datetime


def list_captured(*, limit: int, address: str = "", channel: str = "") -> list[Captured]:
    """Return the newest captured messages first, all or those to an address or on a channel."""
    found = [
        line
        for path in sorted(Path(settings.CAPTURED_DIR).glob("*.jsonl"))
        for line in _read_tail(path)
        if (not address or line.address == address) and channel in {"", line.channel}
    ]
    return sorted(found, key=lambda line: line.at, reverse=True)[:limit]


def _read_tail(path: Path) -> Iterator[Captured]:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        lines = file.read().split(b"\n")
    # The last piece is empty or still being written; the first may lack its beginning.
    for raw in lines[1 if size > _TAIL_BYTES else 0 : -1]:
        line = json.loads(raw)
        yield Captured(
            channel=line["channel"], address=line["address"], subject=line["subject"],
            text=line["text"], url=line["url"], at=datetime.fromisoformat(line["at"]),
        )  # fmt: skip
