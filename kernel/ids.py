"""Keys shown outside: UUIDs of version 7, which sort by the time they were made."""

import secrets
from datetime import datetime
from uuid import UUID

_VERSION = 7 << 76
_VARIANT = 2 << 62


def new_key(*, now: datetime) -> UUID:
    """Return a new key: 48 bits of milliseconds, then 74 random bits (RFC 9562, section 5.7)."""
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    high = secrets.randbits(12) << 64
    low = secrets.randbits(62)
    return UUID(int=milliseconds << 80 | _VERSION | high | _VARIANT | low)


def new_keys(count: int, *, now: datetime) -> list[UUID]:
    """Return as many new keys as asked for."""
    return [new_key(now=now) for _ in range(count)]
