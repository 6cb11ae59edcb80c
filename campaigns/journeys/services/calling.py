"""Makes the calls that journeys have planned: at least once each, under a key of their own."""

import json
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from campaigns.channels.providers.webhook.provider import sign
from campaigns.journeys import queries, stops, visits
from campaigns.journeys.signing import call_secret
from campaigns.journeys.visits import CallEnd, ClaimedCall
from kernel.errors import Invalid, Unavailable
from kernel.events import wake
from kernel.http.client import Limits, OutgoingClient

log = structlog.get_logger()

BATCH = 20
MAX_ATTEMPTS = 5
# Longer than one batch can take: a call older than this belongs to a worker that is gone.
LEASE = timedelta(minutes=10)
# What is kept of an answer; a longer one counts as answered and is not kept.
MOST_KEPT_BYTES = 16_384
_LIMITS = Limits(connect_seconds=5, read_seconds=10, total_seconds=20, most_bytes=262_144)


def make_calls(*, now: datetime) -> int:
    """Make one batch of the calls that are due; returns how many were claimed.

    Each end is a transaction of its own, which also moves the person. A crash between a call and its
    end makes the call again, with the same `Idempotency-Key`.
    """
    with transaction.atomic():
        claimed = visits.claim_calls(batch=BATCH, lease=LEASE, now=now)
    with OutgoingClient(_LIMITS) as client:
        for call in claimed:
            _make_call(client, call, now=now)
    if claimed:
        log.info("journeys.called", calls=len(claimed))
        wake("campaigns.advance_journeys")
    return len(claimed)


def _make_call(client: OutgoingClient, call: ClaimedCall, *, now: datetime) -> None:
    if not call.is_wanted:
        _finish(CallEnd(id=call.id, node=call.node, status="skipped"), now=now)
        return
    content = _content(call)
    try:
        answer = client.request(
            "POST",
            call.params["url"],
            headers={**sign(str(call.key), content, secret=call_secret(), now=now),
                     "Idempotency-Key": str(call.key)},
            content=content,
        )  # fmt: skip
    except Invalid as error:
        _finish(_failed(call, error.message), now=now)
        return
    except Unavailable as error:
        _retry(call, error.message, None, now=now)
        return
    if answer.status == 429 or answer.status >= 500:
        _retry(call, f"The server answered {answer.status}.", answer.status, now=now)
    elif 200 <= answer.status < 300:
        end = CallEnd(
            id=call.id, node=call.node, status="answered", answer_status=answer.status,
            answer=_kept(answer.body),
        )  # fmt: skip
        _finish(end, now=now)
    else:
        _finish(_failed(call, f"The server answered {answer.status}.", answer.status), now=now)


def _content(call: ClaimedCall) -> bytes:
    body = {
        "id": str(call.key),
        "journey": str(call.journey_key),
        "step": call.node,
        "person": {
            "key": str(call.customer_key),
            "traits": {name: call.traits.get(name) for name in call.params["traits"]},
        },
        "event": call.ctx.get("event") or {},
    }
    return json.dumps(body).encode()


def _kept(body: bytes) -> dict[str, Any] | None:
    """Return a JSON object that is small enough to keep."""
    if len(body) > MOST_KEPT_BYTES:
        return None
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) and b"\\u0000" not in body else None


def _retry(call: ClaimedCall, error: str, status: int | None, *, now: datetime) -> None:
    if call.attempts >= MAX_ATTEMPTS:
        _finish(_failed(call, error, status), now=now)
        return
    wait = timedelta(seconds=30 * 4 ** (call.attempts - 1))
    visits.put_off_call(call.id, due_at=now + wait, error=error, answer_status=status)


def _failed(call: ClaimedCall, error: str, status: int | None = None) -> CallEnd:
    return CallEnd(
        id=call.id, node=call.node, status="failed", answer_status=status, error=error[:500]
    )


@transaction.atomic
def _finish(end: CallEnd, *, now: datetime) -> None:
    stops.lock_among()
    queries.advance_answered(visits.finish_call(end, now=now), now=now)
