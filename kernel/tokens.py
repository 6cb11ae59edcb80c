"""Public tokens: signed, for one scope, with an end. What they carry can be read by everybody.

The key is `SECRET_KEY`. While it is changed, tokens made under a key in `SECRET_KEY_FALLBACKS`
still open.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.signing import BadSignature, Signer

from kernel.errors import Forbidden


def sign(scope: str, payload: Mapping[str, Any], *, expires_at: datetime) -> str:
    """Return a token for one scope, such as `unsubscribe`, that is safe in addresses.

    The payload is JSON of ids and small choices. It is signed, not hidden: no personal data.
    """
    content = {"p": dict(payload), "e": int(expires_at.timestamp())}
    return _signer(scope).sign_object(content)


def open_token(scope: str, token: str, *, now: datetime) -> dict[str, Any]:
    """Return the payload of a token of this scope.

    Raises:
        Forbidden: it was made for another scope, changed, or its time is over; the code is
            `bad_token` or `expired_token`.
    """
    try:
        content = _signer(scope).unsign_object(token)
    except (BadSignature, ValueError):
        raise Forbidden(
            "This link is incomplete or was changed. Open it again from the message.",
            code="bad_token",
        ) from None
    if now.timestamp() >= content["e"]:
        raise Forbidden("This link is no longer valid. Ask for a new one.", code="expired_token")
    payload: dict[str, Any] = content["p"]
    return payload


def _signer(scope: str) -> Signer:
    return Signer(salt=f"mcps.token:{scope}", sep=".")
