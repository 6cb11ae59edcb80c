"""Messages to a server of yours, signed by the Standard Webhooks specification."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime

from pydantic import Field, SecretStr, field_validator

from campaigns.channels.calling import Call, Caller, is_success
from campaigns.contracts import Channel, OutgoingMessage, SendOutcome, SendResult
from campaigns.extension_points import ProviderConfig
from kernel.errors import Invalid, Unavailable
from kernel.http.client import OutgoingClient
from kernel.ids import new_key

_PREFIX = "whsec_"


class WebhookConfig(ProviderConfig):
    """Where to post, and the secret that both sides know: `whsec_` and base64 of 24 to 64 bytes."""

    url: str = Field(pattern=r"^https?://.+", max_length=2_000)
    secret: SecretStr
    timeout_seconds: float = Field(default=15, gt=0, le=60)

    @field_validator("secret")
    @classmethod
    def _is_secret(cls, value: SecretStr) -> SecretStr:
        if not 24 <= len(_secret_bytes(value)) <= 64:
            raise ValueError("The secret is “whsec_” and the base64 of 24 to 64 bytes")
        return value


class WebhookProvider:
    """One call for each message; `webhook-id` tells a repetition from a second message."""

    kind = "webhook"
    channels = (Channel.WEBHOOK,)
    config_type = WebhookConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: WebhookConfig, now: datetime
    ) -> list[SendResult]:
        """Post a batch over kept connections."""
        with Caller(timeout_seconds=config.timeout_seconds) as caller:
            return [_hand_over(caller, message, config=config, now=now) for message in messages]

    def check(self, *, config: WebhookConfig, now: datetime) -> str:
        """Post a signed event of the type `mcps.check`, which the server may ignore."""
        content = _content("mcps.check", "{}", now=now)
        name = f"msg_{new_key(now=now).hex}"
        headers = sign(name, content, secret=config.secret, now=now)
        with OutgoingClient() as client:
            answer = client.request("POST", config.url, headers=headers, content=content)
        if not is_success(answer):
            raise Unavailable(f"The server answered {answer.status} to a check.")
        return f"The server took a signed event of the type “mcps.check” ({answer.status})."


def sign(name: str, content: bytes, *, secret: SecretStr, now: datetime) -> dict[str, str]:
    """Return the headers of one post: its id, its time and the signature of both and the body."""
    at = str(int(now.timestamp()))
    signed = b".".join((name.encode(), at.encode(), content))
    digest = hmac.digest(_secret_bytes(secret), signed, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _hand_over(
    caller: Caller, message: OutgoingMessage, *, config: WebhookConfig, now: datetime
) -> SendResult:
    try:
        content = _content(message.subject, message.text, now=now)
    except Invalid:
        return SendResult(outcome=SendOutcome.REFUSED, reason="not_json")
    headers = sign(f"msg_{message.key.hex}", content, secret=config.secret, now=now)
    call = Call(url=config.url, key=message.key, content=content, headers=headers)
    answer = caller.call(call, now=now)
    if isinstance(answer, SendResult):
        return answer
    if is_success(answer):
        return SendResult(outcome=SendOutcome.ACCEPTED, provider_id=f"msg_{message.key.hex}")
    return SendResult(outcome=SendOutcome.REFUSED, reason=f"http_{answer.status}")


def _content(event: str, text: str, *, now: datetime) -> bytes:
    try:
        values = json.loads(text)
    except ValueError:
        raise Invalid("text", "The content is not JSON.") from None
    body = {"type": event, "timestamp": now.isoformat(), "data": values}
    return json.dumps(body, ensure_ascii=False).encode()


def _secret_bytes(secret: SecretStr) -> bytes:
    text = secret.get_secret_value()
    try:
        return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
