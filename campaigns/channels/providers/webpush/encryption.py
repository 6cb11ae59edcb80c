"""Encryption of web push (RFC 8291 over RFC 8188) and the sender's proof of identity (RFC 8292)."""

import base64
import struct
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
RECORD_SIZE = 4_096
# The record holds the text, one byte that ends it, and the tag.
MOST_BYTES = RECORD_SIZE - 17
_TOKEN_LIFE = timedelta(hours=12)


def encrypt(
    content: bytes, *, p256dh: str, auth: str, salt: bytes, own_key: ec.EllipticCurvePrivateKey
) -> bytes:
    """Return the body of a push: header and one record, readable by that browser only.

    `salt` (16 bytes) and `own_key` must be new for each message. Raises `ValueError` when a key
    of the browser cannot be one or the content is too long.
    """
    if len(content) > MOST_BYTES:
        raise ValueError("too long for one record")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64(p256dh))
    own_point = point_of(own_key)
    shared = own_key.exchange(ec.ECDH(), theirs)
    info = b"WebPush: info\0" + from_base64(p256dh) + own_point
    secret = _derive(shared, salt=from_base64(auth), info=info, size=32)
    key = _derive(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", size=16)
    nonce = _derive(secret, salt=salt, info=b"Content-Encoding: nonce\0", size=12)
    header = salt + struct.pack(">IB", RECORD_SIZE, len(own_point)) + own_point
    return header + AESGCM(key).encrypt(nonce, content + b"\x02", None)


def authorization(
    endpoint: str, *, key: ec.EllipticCurvePrivateKey, contact: str, now: datetime
) -> str:
    """Return the header by which a push service knows the sender."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + _TOKEN_LIFE).timestamp()),
        "sub": contact,
    }
    head = to_base64(msgspec.json.encode({"typ": "JWT", "alg": "ES256"}))
    signed = f"{head}.{to_base64(msgspec.json.encode(claims))}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    token = f"{signed}.{to_base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
    return f"vapid t={token}, k={to_base64(point_of(key))}"


def new_key_text() -> str:
    """Return a new private key as text: 32 bytes as base64url."""
    number = ec.generate_private_key(CURVE).private_numbers().private_value
    return to_base64(number.to_bytes(32, "big"))


def read_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Return the private key of a text; raises `ValueError` when it is none."""
    return ec.derive_private_key(int.from_bytes(from_base64(text), "big"), CURVE)


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Return the public key as an uncompressed point."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def to_base64(content: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Return the bytes of base64url, with padding or without; raises `ValueError`."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _derive(secret: bytes, *, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=size, salt=salt, info=info).derive(secret)
