"""Puts messages into the inbox, where the drain finds them, in requests of its size."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from profiles.touchpoints.queries import read_inbox_depth
from profiles.touchpoints.services.accepting import (
    MAX_MESSAGES,
    MAX_REQUEST_BYTES,
    accept_request,
    check_request,
)

# Requests that may wait while an import goes on: people's own events must not stand behind it.
_MOST_WAITING = 100


def has_room() -> bool:
    """Say whether the drain keeps up, so that an import may add to its work."""
    return read_inbox_depth().waiting < _MOST_WAITING


def put_into_inbox(messages: Sequence[bytes], *, source_id: int, route: str, now: datetime) -> None:
    """Store messages durably, in the caller's transaction; they are known to fit."""
    for batch in _batches(messages):
        body = msgspec.json.encode({"batch": [msgspec.Raw(message) for message in batch]})
        checked = check_request(body, route=route)
        accept_request(checked, source_id=source_id, route=route, ip=None, now=now)


def _batches(messages: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 100
    for message in messages:
        if batch and (len(batch) >= MAX_MESSAGES or size + len(message) + 1 > MAX_REQUEST_BYTES):
            yield batch
            batch, size = [], 100
        batch.append(message)
        size += len(message) + 1
    if batch:
        yield batch
