"""Keys for tests, made once."""

import json
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


@lru_cache(maxsize=1)
def google_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_file(token_uri: str) -> str:
    """The JSON file of a service account whose tokens come from `token_uri`."""
    pem = google_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "shop-1",
            "client_email": "push@shop-1.example",
            "private_key": pem.decode(),
            "token_uri": token_uri,
        }
    )


def point(key) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
