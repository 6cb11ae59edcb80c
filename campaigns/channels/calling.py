"""How providers that speak HTTP are called: what each answer means for a message.

The same rules for all of them: what certainly did not arrive may be tried again, what may have
arrived is uncertain and never repeated, what was refused for good stays refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from campaigns.contracts import SendOutcome, SendResult
from kernel.errors import Invalid, Unavailable
from kernel.http.client import Answer, Limits, OutgoingClient

LONGEST_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that hands something over. `key` tells a repetition from a second message."""

    url: str
    key: UUID
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


class Caller:
    """Calls a provider for one batch over kept connections; a host that is away is called once."""

    def __init__(self, *, timeout_seconds: float) -> None:
        limits = Limits(
            connect_seconds=min(5.0, timeout_seconds),
            read_seconds=timeout_seconds,
            total_seconds=timeout_seconds * 2,
        )
        self._client = OutgoingClient(limits)
        self._away: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._client.__exit__(kind, error, at)

    def call(self, call: Call, *, now: datetime) -> Answer | SendResult:
        """Return an answer that the provider must read, else what became of the message.

        To be read are successes and refusals, which say in their body why.
        """
        host = urlsplit(call.url).netloc
        if host in self._away:
            return retry("provider_unreachable")
        try:
            answer = self._client.request(
                call.method,
                call.url,
                headers={"Idempotency-Key": str(call.key), **call.headers},
                content=call.content,
            )
        except Invalid as error:
            return SendResult(outcome=SendOutcome.REFUSED, reason=error.code)
        except Unavailable as error:
            self._away.add(host)
            if error.code == "unreachable":
                return retry("provider_unreachable")
            return SendResult(outcome=SendOutcome.UNCERTAIN, reason="provider_timeout")
        if is_success(answer):
            return answer
        result = meaning(answer, now=now)
        return answer if result.outcome is SendOutcome.REFUSED else result


def is_success(answer: Answer) -> bool:
    """Say whether the provider took what it was handed."""
    return 200 <= answer.status < 300


def read_json(body: bytes) -> dict[str, Any]:
    """Return the object that a body holds; an empty one when it holds none."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def meaning(answer: Answer, *, now: datetime) -> SendResult:
    """Return what an answer other than a success means."""
    reason = f"http_{answer.status}"
    match answer.status:
        case 429 | 503:
            return retry(reason, after=wait_of(answer, now=now))
        case 401 | 403:
            return retry(reason)
        case status if status == 408 or status >= 500:
            return SendResult(outcome=SendOutcome.UNCERTAIN, reason=reason)
    return SendResult(outcome=SendOutcome.REFUSED, reason=reason)


def retry(reason: str, *, after: timedelta = timedelta(0)) -> SendResult:
    """Return that a message was not taken and may be tried again."""
    return SendResult(outcome=SendOutcome.RETRY, reason=reason, retry_after=after)


def wait_of(answer: Answer, *, now: datetime) -> timedelta:
    """Return how long `Retry-After` asks to wait: seconds or a date, at most a day."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return min(timedelta(seconds=min(int(text), 10**6)), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return timedelta(0)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(timedelta(0), min(until - now, LONGEST_WAIT))
