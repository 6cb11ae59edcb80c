"""Stable random splits: the same key lands in the same bucket, today and in ten years.

SQL has the same function, `kernel_bucket(salt, key)`; a test holds the two equal. MD5 is used
because PostgreSQL hashes text with it in one step; nothing here is a secret.
"""

import hashlib
from typing import Final

BUCKETS: Final = 10_000
"""One bucket is a hundredth of a per cent, fine enough for a ramp-up that starts at 0.1%."""


def bucket(salt: str, key: str) -> int:
    """Return the bucket of a key, from 0 to 9999, spread evenly.

    Splits with different salts are independent of each other. `key` is the customer's id as text.
    """
    digest = hashlib.md5(f"{salt}:{key}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:4], "big") % BUCKETS
