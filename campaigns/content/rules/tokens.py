"""Signed, scoped, expiring tokens in messages: open, click, unsubscribe, view, trap.

A token names one delivery and carries its own text (the target of a click), so that following it
needs no look-up before the signature is known to be right.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

_HEAD = struct.Struct(">BQI")
_MAC_BYTES = 16


class Scope(IntEnum):
    """What a token allows; one made for one scope is refused by every other."""

    OPEN = 1
    CLICK = 2
    UNSUBSCRIBE = 3
    VIEW = 4
    TRAP = 5


@dataclass(frozen=True, slots=True)
class Token:
    """What a valid token says."""

    delivery_id: int
    text: str


class BadToken(ValueError):
    """The token is forged, damaged, expired or made for something else."""


def derive_key(secret: str) -> bytes:
    """Return the signing key of this installation, apart from every other use of its secret."""
    return hashlib.blake2b(secret.encode(), digest_size=32, person=b"mcps-delivery").digest()


def sign_token(
    key: bytes, scope: Scope, *, delivery_id: int, expires_at: datetime, text: str = ""
) -> str:
    """Return a token for one delivery, safe in an address."""
    body = _HEAD.pack(scope, delivery_id, int(expires_at.timestamp())) + text.encode()
    return base64.urlsafe_b64encode(body + _mac(key, body)).rstrip(b"=").decode()


def read_token(key: bytes, scope: Scope, token: str, *, now: datetime) -> Token:
    """Return what a token says; raises `BadToken` unless it is genuine, of this scope and in time."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadToken("damaged") from error
    body, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if len(body) < _HEAD.size or not hmac.compare_digest(mac, _mac(key, body)):
        raise BadToken("forged")
    kind, delivery_id, expires = _HEAD.unpack_from(body)
    if kind != scope:
        raise BadToken("made for something else")
    if datetime.fromtimestamp(expires, UTC) < now:
        raise BadToken("expired")
    return Token(delivery_id, body[_HEAD.size :].decode())


def _mac(key: bytes, body: bytes) -> bytes:
    return hashlib.blake2b(body, key=key, digest_size=_MAC_BYTES).digest()
