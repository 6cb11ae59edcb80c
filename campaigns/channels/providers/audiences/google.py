"""Customer Match of Google through the Data Manager API: hashed people are added and removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from pydantic import Field

from campaigns.channels.calling import Call, Caller, is_success, read_json
from campaigns.channels.google import NO_TOKEN, ServiceAccountConfig, fetch_token, find_token
from campaigns.channels.providers.audiences.members import group_changes, hash_address
from campaigns.contracts import Channel, OutgoingMessage, SendOutcome, SendResult
from kernel.http.client import Answer

_SCOPE = "https://www.googleapis.com/auth/datamanager"


class GoogleConfig(ServiceAccountConfig):
    """The service account and the advertising account whose audiences it may change."""

    account_id: str = Field(pattern=r"^[0-9]{4,20}$")
    api_url: str = "https://datamanager.googleapis.com/v1"
    timeout_seconds: float = Field(default=20, gt=0, le=60)


class GoogleAudienceProvider:
    """One call for each audience and action of a batch; adding or removing twice changes nothing."""

    kind = "google_audience"
    channels = (Channel.AUDIENCE,)
    config_type = GoogleConfig

    def send(
        self, messages: Sequence[OutgoingMessage], *, config: GoogleConfig, now: datetime
    ) -> list[SendResult]:
        """Add and remove people; Google takes a whole batch or refuses it."""
        if not messages:
            return []
        token = find_token(config.account, scope=_SCOPE, now=now)
        if token is None:
            return [NO_TOKEN] * len(messages)
        results: dict[int, SendResult] = {}
        with Caller(timeout_seconds=config.timeout_seconds) as caller:
            for (audience, action), positions in group_changes(messages).items():
                members = [hash_address(messages[at].address) for at in positions]
                verb = "remove" if action == "remove" else "ingest"
                call = Call(
                    url=f"{config.api_url.rstrip('/')}/audienceMembers:{verb}",
                    key=messages[positions[0]].key,
                    content=_content(members, audience=audience, action=action, config=config),
                    headers={
                        "Authorization": f"Bearer {token}",
                        "Content-Type": "application/json",
                    },
                )
                result = _result(caller.call(call, now=now))
                results.update(dict.fromkeys(positions, result))
        return [results[at] for at in range(len(messages))]

    def check(self, *, config: GoogleConfig, now: datetime) -> str:
        """Ask Google for an access token of the account."""
        fetch_token(config.account, scope=_SCOPE, now=now, is_fresh=True)
        return f"Google gives {config.account.client_email} access to the Data Manager API."


def _content(members: list[str], *, audience: str, action: str, config: GoogleConfig) -> bytes:
    body: dict[str, Any] = {
        "destinations": [
            {
                "operatingAccount": {
                    "accountType": "GOOGLE_ADS",
                    "accountId": config.account_id,
                },
                "productDestinationId": audience,
            }
        ],
        "audienceMembers": [
            {"userData": {"userIdentifiers": [{"emailAddress": member}]}} for member in members
        ],
        "encoding": "HEX",
    }
    if action == "add":
        # The gate lets only people through who agreed to this channel.
        body["consent"] = {
            "adUserData": "CONSENT_GRANTED",
            "adPersonalization": "CONSENT_GRANTED",
        }
        body["termsOfService"] = {"customerMatchTermsOfServiceStatus": "ACCEPTED"}
    return msgspec.json.encode(body)


def _result(answer: Answer | SendResult) -> SendResult:
    if isinstance(answer, SendResult):
        return answer
    if not is_success(answer):
        return SendResult(outcome=SendOutcome.REFUSED, reason=f"http_{answer.status}")
    request = str(read_json(answer.body).get("requestId", ""))
    return SendResult(outcome=SendOutcome.ACCEPTED, provider_id=request)
