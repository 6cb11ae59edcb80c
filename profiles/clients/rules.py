"""Tokens of end users: JSON Web Tokens (RFC 7519) with HMAC SHA-256, signed by a customer's server.

Only the one algorithm is understood, so a token cannot choose a weaker one. Pure functions.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from kernel.errors import Forbidden, Invalid

LONGEST_TOKEN = 4_096
LONGEST_LIFE = timedelta(hours=24)
# Clocks of two servers may differ this much.
_LEEWAY = timedelta(seconds=60)
_LONGEST_USER_ID = 255
_MOST_TRAITS = 100
# These identify people: whoever could set them could take over somebody else's profile.
IDENTIFYING_TRAITS = frozenset({"email", "phone"})


class Header(msgspec.Struct):
    """What a token says about its signature."""

    alg: str
    kid: str


class _Claims(msgspec.Struct):
    sub: str | int
    exp: int | float
    nbf: int | float | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a token that can be trusted says: who the user is, and what the token is for."""

    user_id: str
    scopes: frozenset[str] | None


_header_decoder = msgspec.json.Decoder(Header)
_claims_decoder = msgspec.json.Decoder(_Claims)


def read_key_id(token: str) -> str:
    """Return the id of the key that a token says it was signed with; nothing is proved yet.

    Raises:
        Forbidden: the text is no token of the kind we take.
    """
    if len(token) > LONGEST_TOKEN or token.count(".") != 2:
        raise _bad("This is no signed user token.")
    header: Header = _decoded(_header_decoder, token.partition(".")[0])
    if header.alg != "HS256":
        raise _bad("The token must be signed with HS256.")
    return header.kid


def read_claims(token: str, *, secret: str, now: datetime) -> Claims:
    """Check signature and times of a token and return what it says.

    Raises:
        Forbidden: with the code `bad_token` or `expired_token`.
    """
    signed, _, signature = token.rpartition(".")
    expected = hmac.digest(secret.encode(), signed.encode(), hashlib.sha256)
    if not hmac.compare_digest(expected, _bytes(signature)):
        raise _bad("The token's signature does not fit its key.")
    claims: _Claims = _decoded(_claims_decoder, signed.partition(".")[2])
    _check_times(claims, now=now)
    user_id = str(claims.sub).strip()
    if not 0 < len(user_id) <= _LONGEST_USER_ID:
        raise _bad("“sub” must be the user id, with 1 to 255 characters.")
    return Claims(
        user_id=user_id, scopes=None if claims.scope is None else frozenset(claims.scope.split())
    )


def read_trait_names(text: str, *, field: str) -> list[str]:
    """Return trait names that were written one a line or with commas, without doubles.

    Raises:
        Invalid: there are too many, or one is too long.
    """
    names = list(dict.fromkeys(part.strip() for part in text.replace(",", "\n").splitlines()))
    names = [name for name in names if name]
    if len(names) > _MOST_TRAITS or any(len(name) > _LONGEST_USER_ID for name in names):
        raise Invalid(field, f"Name up to {_MOST_TRAITS} traits of up to 255 letters each.")
    return names


def refuse_identifying(names: Sequence[str]) -> None:
    """Let end users change no trait that says who they are.

    Raises:
        Invalid: `email` or `phone` is among the names.
    """
    found = sorted(IDENTIFYING_TRAITS.intersection(names))
    if found:
        raise Invalid("writable", f"Users cannot change “{found[0]}”: it identifies people. Send "
                      "it from your server with identify.")  # fmt: skip


def _check_times(claims: _Claims, *, now: datetime) -> None:
    at = now.timestamp()
    if claims.exp <= at:
        raise Forbidden("The token has expired. Sign a new one.", code="expired_token")
    if claims.exp > (now + LONGEST_LIFE + _LEEWAY).timestamp():
        raise _bad("The token lives too long: “exp” may be at most 24 hours ahead.")
    if claims.nbf is not None and claims.nbf > (now + _LEEWAY).timestamp():
        raise _bad("The token is not valid yet (“nbf”).")


def _decoded(decoder: msgspec.json.Decoder[Any], part: str) -> Any:
    try:
        return decoder.decode(_bytes(part))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise _bad(
            "The token needs “alg” and “kid” in its header, “sub” and “exp” in its body."
        ) from None


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise _bad("This is no signed user token.") from None


def _bad(text: str) -> Forbidden:
    return Forbidden(text, code="bad_token")
