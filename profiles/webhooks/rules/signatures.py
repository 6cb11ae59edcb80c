"""Signatures of webhooks: whether a request comes from who knows the secret, and is not old.

Every comparison takes the same time whatever differs. The secret is never part of a message.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import Field

from kernel.errors import DomainError
from profiles.touchpoints.rules.instants import parse_instant, to_micros
from profiles.webhooks.rules.bodies import FORM, read_form
from profiles.webhooks.rules.values import Header, Strict

Scheme = Literal[
    "none", "hmac", "stripe", "shopify", "github", "standard", "twilio", "hubspot", "basic"
]
SCHEMES: dict[str, str] = {
    "standard": "Standard Webhooks",
    "hmac": "HMAC in a header",
    "stripe": "Time and HMAC in one header (Stripe, Calendly)",
    "shopify": "Shopify",
    "github": "GitHub",
    "twilio": "Twilio",
    "hubspot": "HubSpot (version 3)",
    "basic": "User name and password",
    "none": "None: the address alone is the secret",
}
Algorithm = Literal["sha1", "sha256", "sha512"]


class Signature(Strict):
    """How a source signs its requests; the secret itself is kept apart, encrypted."""

    scheme: Scheme = "none"
    header: Header | None = None
    algorithm: Algorithm = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = Field("", max_length=50)
    timestamp_header: Header | None = None
    tolerance_seconds: int = Field(300, ge=30, le=86_400)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request as it came; names of headers in small letters, `url` as the sender knows it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Forged(DomainError):
    """The request does not prove that it comes from the provider."""

    code = "bad_signature"


def check_signature(
    signature: Signature, secret: str, incoming: Incoming, *, now: datetime
) -> None:
    """Check that a request is genuine and, where its time is signed, that it is recent.

    Raises:
        Forged: the signature is missing, wrong or stale; the code says which.
    """
    if signature.scheme == "none":
        return
    if not secret:
        raise Forged("This source has no secret yet. Enter it on the page of the source.")
    _CHECKS[signature.scheme](signature, secret, incoming, now)


def make_secret(scheme: str) -> str:
    """Return a new secret for a scheme whose secret we may choose."""
    if scheme == "standard":
        return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    if scheme == "basic":
        return f"webhook:{secrets.token_urlsafe(24)}"
    return secrets.token_urlsafe(32)


def is_usable_secret(scheme: str, secret: str) -> bool:
    """Say whether a text can be the secret of a scheme."""
    if scheme == "basic":
        user, colon, password = secret.partition(":")
        return bool(user and colon and password)
    if scheme == "standard":
        return len(_standard_key(secret)) >= 16
    return scheme == "none" or len(secret) >= 8


def _check_hmac(signature: Signature, secret: str, incoming: Incoming, now: datetime) -> None:
    sent = _header(incoming, signature.header or "x-signature")
    signed = incoming.body
    if signature.timestamp_header:
        stamp = _header(incoming, signature.timestamp_header)
        _check_age(stamp, signature, now)
        signed = stamp.encode() + signed
    digest = hmac.digest(secret.encode(), signed, signature.algorithm)
    _compare([signature.prefix + _encode(digest, signature.encoding)], [sent])


def _check_stripe(signature: Signature, secret: str, incoming: Incoming, now: datetime) -> None:
    header = _header(incoming, signature.header or "stripe-signature")
    parts = [(part.strip().partition("=")[0], part.partition("=")[2]) for part in header.split(",")]
    stamp = next((value for name, value in parts if name == "t"), "")
    sent = [value for name, value in parts if name == "v1"]
    digest = hmac.digest(secret.encode(), stamp.encode() + b"." + incoming.body, "sha256")
    _compare([digest.hex()], sent)
    _check_age(stamp, signature, now)


def _check_shopify(_: Signature, secret: str, incoming: Incoming, __: datetime) -> None:
    digest = hmac.digest(secret.encode(), incoming.body, "sha256")
    _compare([_encode(digest, "base64")], [_header(incoming, "x-shopify-hmac-sha256")])


def _check_github(_: Signature, secret: str, incoming: Incoming, __: datetime) -> None:
    digest = hmac.digest(secret.encode(), incoming.body, "sha256")
    _compare([f"sha256={digest.hex()}"], [_header(incoming, "x-hub-signature-256")])


def _check_standard(signature: Signature, secret: str, incoming: Incoming, now: datetime) -> None:
    """Check as the Standard Webhooks specification 1.0 says; `svix-` is its older spelling."""
    family = "svix" if "svix-signature" in incoming.headers else "webhook"
    message_id = _header(incoming, f"{family}-id")
    stamp = _header(incoming, f"{family}-timestamp")
    sent = [
        value.removeprefix("v1,")
        for value in _header(incoming, f"{family}-signature").split(" ")
        if value.startswith("v1,")
    ]
    signed = f"{message_id}.{stamp}.".encode() + incoming.body
    digest = hmac.digest(_standard_key(secret), signed, "sha256")
    _compare([_encode(digest, "base64")], sent)
    _check_age(stamp, signature, now)


def _check_twilio(_: Signature, secret: str, incoming: Incoming, __: datetime) -> None:
    """Check as Twilio's page on webhook security says: over the address and the sorted fields."""
    signed = incoming.url
    if incoming.headers.get("content-type", "").startswith(FORM):
        for name, value in sorted(read_form(incoming.body).items()):
            values = sorted(set(value)) if isinstance(value, list) else [value]
            signed += "".join(name + one for one in values)
    elif incoming.body:
        expected = hashlib.sha256(incoming.body).hexdigest()
        query = incoming.url.partition("?")[2]
        said = [part[11:] for part in query.split("&") if part.startswith("bodySHA256=")]
        _compare([expected], said)
    digest = hmac.digest(secret.encode(), signed.encode(), "sha1")
    _compare([_encode(digest, "base64")], [_header(incoming, "x-twilio-signature")])


def _check_hubspot(signature: Signature, secret: str, incoming: Incoming, now: datetime) -> None:
    stamp = _header(incoming, "x-hubspot-request-timestamp")
    signed = f"{incoming.method}{incoming.url}".encode() + incoming.body + stamp.encode()
    digest = hmac.digest(secret.encode(), signed, "sha256")
    _compare([_encode(digest, "base64")], [_header(incoming, "x-hubspot-signature-v3")])
    _check_age(stamp, signature, now)


def _check_basic(_: Signature, secret: str, incoming: Incoming, __: datetime) -> None:
    sent = _header(incoming, "authorization")
    expected = base64.b64encode(secret.encode()).decode()
    _compare([expected], [sent[6:].strip() if sent[:6].lower() == "basic " else ""])


_CHECKS: dict[str, Callable[[Signature, str, Incoming, datetime], None]] = {
    "hmac": _check_hmac, "stripe": _check_stripe, "shopify": _check_shopify,
    "github": _check_github, "standard": _check_standard, "twilio": _check_twilio,
    "hubspot": _check_hubspot, "basic": _check_basic,
}  # fmt: skip


def _header(incoming: Incoming, name: str) -> str:
    value = incoming.headers.get(name, "")
    if not value:
        raise Forged(f"The header {name} is missing.", code="missing_signature")
    return value


def _compare(expected: list[str], sent: list[str]) -> None:
    """Compare every pair, so that the time says nothing about which one came close."""
    matches = [
        hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in sent
    ]
    if not any(matches):
        raise Forged("The signature does not belong to this body and the secret of this source.")


def _check_age(stamp: str, signature: Signature, now: datetime) -> None:
    try:
        at = parse_instant(int(stamp) if stamp.isdecimal() else stamp)
    except ValueError:
        at = None
    if at is None:
        raise Forged("The time of the signature cannot be read.")
    age = abs(to_micros(now) - at) / 1_000_000
    if age > signature.tolerance_seconds:
        raise Forged(
            f"The signature is {age:,.0f} seconds off; {signature.tolerance_seconds:,} are allowed. "
            "Check the clocks, or let the provider send it again.",
            code="stale_signature",
        )


def _encode(digest: bytes, encoding: str) -> str:
    return digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()


def _standard_key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return b""
