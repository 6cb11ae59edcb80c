"""Addresses of webhooks: signed for one source, so that nobody can guess or make one up.

They have no end: a provider keeps the address for years. A new version makes the old one useless.
"""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

PREFIX = "/hooks/"


def write_address(key: UUID, *, version: int) -> str:
    """Return the public address of a source."""
    return settings.PUBLIC_URL + PREFIX + _signer().sign(f"{key.hex}.{version}")


def read_address(path: str) -> tuple[UUID, int] | None:
    """Return the source and version that a path was signed for, or `None`."""
    try:
        key, _, version = _signer().unsign(path.removeprefix(PREFIX).rstrip("/")).partition(".")
        return UUID(key), int(version)
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(salt="mcps.webhook.address", sep=".")
