"""Says no in time: when storing is slow or the inbox is full, senders are asked to wait.

SDKs keep what was answered with 429 and send it again, so waiting loses nothing.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings

from kernel.errors import Unavailable
from profiles.touchpoints import queries

# An insert takes a millisecond. When one takes this long, more of them would only make it worse.
_SLOW_SECONDS = 3.0
_REST_SECONDS = 2.0
_LOOK_EVERY_SECONDS = 5.0


@dataclass(slots=True)
class _Pressure:
    rest_until: float = 0.0
    look_at: float = 0.0
    is_full: bool = False


_state = _Pressure()


def check_pressure(at: float) -> None:
    """Refuse when this process should not take in more. `at` is a monotonic clock.

    Raises:
        Unavailable: the inbox is full, or storing was slow a moment ago.
    """
    if at >= _state.look_at:
        _state.look_at = at + _LOOK_EVERY_SECONDS
        stored = queries.count_inbox_bytes()
        _state.is_full = stored > settings.COLLECTION_MAX_BACKLOG_MB * 1024 * 1024
    if _state.is_full or at < _state.rest_until:
        raise Unavailable("Too much is waiting to be stored. Send this again later.",
                          code="overloaded")  # fmt: skip


@contextmanager
def measured() -> Iterator[None]:
    """Rest for a while when what happens inside is slow."""
    started = time.monotonic()
    try:
        yield
    finally:
        ended = time.monotonic()
        if ended - started > _SLOW_SECONDS:
            _state.rest_until = ended + _REST_SECONDS


def forget_pressure() -> None:
    """Look again at the next request."""
    _state.rest_until = _state.look_at = 0.0
    _state.is_full = False
