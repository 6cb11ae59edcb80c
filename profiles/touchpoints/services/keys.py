"""Which source a write key belongs to, remembered for a few seconds in each process."""

import hashlib

from django.db.models import Q
from django.db.models.functions import Now

from profiles.touchpoints.models import Source

# A revoked key works at most this long.
_KNOWN_SECONDS = 10.0
# A key may be created right after its first use failed; guesses must still cost a query seldom.
_UNKNOWN_SECONDS = 1.0
_LARGEST_MEMORY = 10_000

_found: dict[str, tuple[float, int | None]] = {}


def hash_write_key(write_key: str) -> str:
    """Return what is stored of a write key; the key itself has 192 random bits, so no salt."""
    return hashlib.sha256(write_key.encode()).hexdigest()


def find_source_id(write_key: str, *, at: float) -> int | None:
    """Return the enabled source of a write key, or `None`. `at` is a monotonic clock."""
    entry = _found.get(write_key)
    if entry and entry[0] > at:
        return entry[1]
    digest = hash_write_key(write_key)
    is_former = Q(former_key_hash=digest, former_key_until__gt=Now())
    rows = Source.objects.filter(Q(write_key_hash=digest) | is_former, disabled_at=None)
    source_id = rows.values_list("id", flat=True).first()
    if len(_found) >= _LARGEST_MEMORY:
        _found.clear()
    _found[write_key] = (at + (_KNOWN_SECONDS if source_id else _UNKNOWN_SECONDS), source_id)
    return source_id


def forget_keys() -> None:
    """Forget what was remembered, after keys changed in this process."""
    _found.clear()
