"""Push messages to phones through Firebase Cloud Messaging, HTTP v1."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pydantic import Field

from campaigns.channels.calling import Call, Caller, is_success, read_json
from campaigns.channels.google import NO_TOKEN, ServiceAccountConfig, fetch_token, find_token
from campaigns.contracts import Channel, OutgoingMessage, SendOutcome, SendResult
from kernel.http.client import Answer

_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
# The app is gone from the phone, or the token belongs to another app.
_DEAD = {"UNREGISTERED": "unregistered", "SENDER_ID_MISMATCH": "sender_id_mismatch"}


class FcmConfig(ServiceAccountConfig):
    """The service account of the project whose apps are pushed to."""

    api_url: str = "https://fcm.googleapis.com"
    timeout_seconds: float = Field(default=10, gt=0, le=60)


class FcmProvider:
    """One call for each message; a phone whose token is dead is not pushed to again."""

    kind = "fcm"
    channels = (Channel.PUSH,)
    config_type = FcmConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: FcmConfig, now: datetime
    ) -> list[SendResult]:
        """Hand over a batch with one access token, on kept connections."""
        if not messages:
            return []
        token = find_token(config.account, scope=_SCOPE, now=now)
        if token is None:
            return [NO_TOKEN] * len(messages)
        url = f"{config.api_url.rstrip('/')}/v1/projects/{config.account.project_id}/messages:send"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        with Caller(timeout_seconds=config.timeout_seconds) as caller:
            results = []
            for message in messages:
                content = msgspec.json.encode({"message": _body(message)})
                call = Call(url=url, key=message.key, content=content, headers=headers)
                answer = caller.call(call, now=now)
                results.append(answer if isinstance(answer, SendResult) else _result(answer))
            return results

    def check(self, *, config: FcmConfig, now: datetime) -> str:
        """Ask Google for an access token of the account."""
        account = config.account
        fetch_token(account, scope=_SCOPE, now=now, is_fresh=True)
        return f"Google gives {account.client_email} access to the project {account.project_id}."


def _body(message: OutgoingMessage) -> dict[str, Any]:
    notification = {"title": message.subject, "body": message.text}
    if message.values.get("image"):
        notification["image"] = message.values["image"]
    values = {"delivery": str(message.key)}
    if message.values.get("url"):
        values["url"] = message.values["url"]
    return {
        "token": message.address,
        "notification": notification,
        "data": values,
        # A repetition takes the place of the first on the phone.
        "android": {"collapse_key": message.key.hex, "notification": {"tag": message.key.hex}},
        "apns": {"headers": {"apns-collapse-id": message.key.hex}},
    }


def _result(answer: Answer) -> SendResult:
    body = read_json(answer.body)
    if is_success(answer):
        return SendResult(outcome=SendOutcome.ACCEPTED, provider_id=str(body.get("name", "")))
    error = body.get("error", {})
    details = error.get("details", []) if isinstance(error, dict) else []
    codes = [each.get("errorCode") for each in details if isinstance(each, dict)]
    code = next((code for code in codes if code), f"http_{answer.status}")
    return SendResult(
        outcome=SendOutcome.REFUSED,
        reason=_DEAD.get(code, str(code).lower()),
        is_dead_address=code in _DEAD,
    )
