"""Custom audiences of Meta: hashed people are added and removed one batch at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from pydantic import Field, SecretStr

from campaigns.channels.calling import Call, Caller, is_success, read_json
from campaigns.channels.providers.audiences.members import group_changes, hash_address
from campaigns.contracts import Channel, OutgoingMessage, SendOutcome, SendResult
from campaigns.extension_points import ProviderConfig
from kernel.errors import Invalid, Unavailable
from kernel.http.client import Answer, OutgoingClient


class MetaConfig(ProviderConfig):
    """The token of a system user that may manage the audiences."""

    access_token: SecretStr
    api_url: str = "https://graph.facebook.com/v23.0"
    timeout_seconds: float = Field(default=20, gt=0, le=60)


class MetaAudienceProvider:
    """One call for each audience and action of a batch; adding or removing twice changes nothing."""

    kind = "meta_audience"
    channels = (Channel.AUDIENCE,)
    config_type = MetaConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: MetaConfig, now: datetime
    ) -> list[SendResult]:
        """Add and remove people; those that Meta cannot read are refused one by one."""
        results: dict[int, SendResult] = {}
        with Caller(timeout_seconds=config.timeout_seconds) as caller:
            for (audience, action), positions in group_changes(messages).items():
                hashes = [hash_address(messages[at].address) for at in positions]
                call = Call(
                    url=f"{config.api_url.rstrip('/')}/{quote(audience, safe='')}/users",
                    key=messages[positions[0]].key,
                    content=_content(hashes),
                    headers=_headers(config),
                    method="DELETE" if action == "remove" else "POST",
                )
                answer = caller.call(call, now=now)
                bad = _refused_hashes(answer)
                for at, hashed in zip(positions, hashes, strict=True):
                    results[at] = _result(answer, is_bad=hashed in bad)
        return [results[at] for at in range(len(messages))]

    def check(self, *, config: MetaConfig, now: datetime) -> str:
        """Ask who the token belongs to."""
        with OutgoingClient() as client:
            url = f"{config.api_url.rstrip('/')}/me"
            answer = client.request("GET", url, headers=_headers(config))
        if 400 <= answer.status < 500:
            raise Invalid("access_token", "Meta refuses the access token.")
        if answer.status != 200:
            raise Unavailable(f"Meta answered {answer.status}.")
        return f"The token belongs to “{read_json(answer.body).get('name', 'an account')}”."


def _content(hashes: list[str]) -> bytes:
    payload = {"schema": ["EMAIL_SHA256"], "data": [[hashed] for hashed in hashes]}
    return msgspec.json.encode({"payload": payload})


def _headers(config: MetaConfig) -> dict[str, str]:
    token = config.access_token.get_secret_value()
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _refused_hashes(answer: Answer | SendResult) -> set[str]:
    if isinstance(answer, SendResult) or not is_success(answer):
        return set()
    samples: Any = read_json(answer.body).get("invalid_entry_samples") or {}
    found = samples.values() if isinstance(samples, dict) else samples
    return {str(each).strip("[]\"' ") for each in found}


def _result(answer: Answer | SendResult, *, is_bad: bool) -> SendResult:
    if isinstance(answer, SendResult):
        return answer
    if not is_success(answer):
        return SendResult(outcome=SendOutcome.REFUSED, reason=f"http_{answer.status}")
    if is_bad:
        return SendResult(outcome=SendOutcome.REFUSED, reason="invalid_entry")
    session = str(read_json(answer.body).get("session_id", ""))
    return SendResult(outcome=SendOutcome.ACCEPTED, provider_id=session)
