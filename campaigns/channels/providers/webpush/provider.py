"""Push messages to browsers: encrypted for the browser, handed to its push service."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import Field, SecretStr, field_validator

from campaigns.channels.calling import Call, Caller, is_success
from campaigns.channels.providers.webpush.encryption import (
    CURVE,
    authorization,
    encrypt,
    new_key_text,
    point_of,
    read_key,
    to_base64,
)
from campaigns.contracts import Channel, OutgoingMessage, SendOutcome, SendResult
from campaigns.extension_points import ProviderConfig


class WebPushConfig(ProviderConfig):
    """`private_key` proves who pushes (VAPID); without one a new pair is made.

    Browsers subscribe with the public key, so a new private key loses all of them.
    """

    contact: str = Field(pattern=r"^(mailto:|https://).+", max_length=254)
    private_key: SecretStr = Field(default_factory=lambda: SecretStr(new_key_text()))
    keep_seconds: int = Field(default=86_400, ge=0, le=2_419_200)
    timeout_seconds: float = Field(default=10, gt=0, le=60)

    @field_validator("private_key")
    @classmethod
    def _is_key(cls, value: SecretStr) -> SecretStr:
        try:
            read_key(value.get_secret_value())
        except ValueError:
            raise ValueError("This is not a private key of P-256 as base64url") from None
        return value


class WebPushProvider:
    """One call for each message, to the push service of that browser."""

    kind = "webpush"
    channels = (Channel.WEBPUSH,)
    config_type = WebPushConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: WebPushConfig, now: datetime
    ) -> list[SendResult]:
        """Encrypt and hand over a batch; a browser that is gone is not pushed to again."""
        with Caller(timeout_seconds=config.timeout_seconds) as caller:
            return [_hand_over(caller, message, config=config, now=now) for message in messages]

    def check(self, *, config: WebPushConfig, now: datetime) -> str:
        """Sign with the key and return the public one, which pages subscribe with."""
        authorization("https://push.example/", key=_key(config), contact=config.contact, now=now)
        return f"The key signs. Pages subscribe with the public key {public_key(config)}."


def public_key(config: WebPushConfig) -> str:
    """Return the public key as pages need it (`applicationServerKey`)."""
    return to_base64(point_of(_key(config)))


def _key(config: WebPushConfig) -> ec.EllipticCurvePrivateKey:
    return read_key(config.private_key.get_secret_value())


def _hand_over(
    caller: Caller, message: OutgoingMessage, *, config: WebPushConfig, now: datetime
) -> SendResult:
    try:
        content = _encrypted(message)
        proof = authorization(message.address, key=_key(config), contact=config.contact, now=now)
    except (KeyError, ValueError):
        return SendResult(outcome=SendOutcome.REFUSED, reason="message_malformed")
    headers = {
        "Authorization": proof,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(config.keep_seconds),
        # A repetition takes the place of the first at the push service.
        "Topic": message.key.hex,
    }
    call = Call(url=message.address, key=message.key, content=content, headers=headers)
    answer = caller.call(call, now=now)
    if isinstance(answer, SendResult):
        return answer
    if is_success(answer):
        place = answer.headers.get("Location", "")
        return SendResult(outcome=SendOutcome.ACCEPTED, provider_id=place)
    is_gone = answer.status in {404, 410}
    return SendResult(
        outcome=SendOutcome.REFUSED,
        reason="unregistered" if is_gone else f"http_{answer.status}",
        is_dead_address=is_gone,
    )


def _encrypted(message: OutgoingMessage) -> bytes:
    said = {
        "title": message.subject,
        "body": message.text,
        "url": message.values.get("url", ""),
        "icon": message.values.get("icon", ""),
        "delivery": str(message.key),
    }
    return encrypt(
        msgspec.json.encode({name: value for name, value in said.items() if value}),
        p256dh=message.values["p256dh"],
        auth=message.values["auth"],
        salt=secrets.token_bytes(16),
        own_key=ec.generate_private_key(CURVE),
    )
