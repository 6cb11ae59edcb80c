"""Stable buckets: the same person under the same salt is always in the same one of 10,000."""

import hashlib
from uuid import UUID


def bucket(salt: str, customer_key: UUID) -> int:
    """Return 0 to 9999; equal to the function `campaigns_bucket` of the database."""
    digest = hashlib.md5(f"{salt}:{customer_key}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:12], 16) % 10_000
