"""The secret by which servers know the calls of journeys, as the Standard Webhooks write it."""

import base64

from django.utils.crypto import salted_hmac
from pydantic import SecretStr


def call_secret() -> SecretStr:
    """Return the secret of this installation; it changes with `SECRET_KEY`."""
    digest = salted_hmac("campaigns.journey_calls", "", algorithm="sha256").digest()
    return SecretStr(f"whsec_{base64.b64encode(digest).decode()}")
