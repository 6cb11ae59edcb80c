"""Encrypts secrets that must be read again (TOTP seeds, passwords of providers).

The key is derived from `SECRET_KEY`; values written under a key in `SECRET_KEY_FALLBACKS` can
still be read. What is never read again is hashed instead.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def encrypt(text: str, *, purpose: str) -> str:
    """Encrypt a secret. A value of one purpose cannot be decrypted as one of another."""
    return _box(purpose).encrypt(text.encode()).decode()


def decrypt(sealed: str, *, purpose: str) -> str:
    """Decrypt what `encrypt` made.

    Raises:
        ValueError: another key or purpose made it, or it was changed.
    """
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise ValueError(
            "A stored secret cannot be decrypted. Add the former SECRET_KEY to "
            "SECRET_KEY_FALLBACKS, or enter the secret again."
        ) from None


def _box(purpose: str) -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key, purpose)) for key in keys])


def _derived(key: str, purpose: str) -> bytes:
    digest = hashlib.blake2b(
        purpose.encode(), key=hashlib.sha256(key.encode()).digest(), digest_size=32
    ).digest()
    return base64.urlsafe_b64encode(digest)
