"""What our own apps record: facts on timelines, messages, and people who gave their address."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from kernel.errors import Invalid
from profiles.contracts import CustomerId, IdentityRef, SystemTouchpoint
from profiles.customers.queries import find_current_ids
from profiles.identities.rules import EMAIL, PHONE, Refused, is_blocked
from profiles.touchpoints import queries
from profiles.touchpoints.rules.instants import to_micros
from profiles.touchpoints.rules.messages import (
    TYPES,
    Arrival,
    make_message_id,
    normalize_email,
    normalize_phone,
)
from profiles.touchpoints.rules.payload import mend_json
from profiles.touchpoints.services.accepting import accept_request, check_request
from profiles.touchpoints.services.storing import (
    append_touchpoints,
    make_months,
    store_arrivals,
    system_source_id,
)

_SYSTEM_TYPE = 7
_NO_CONTEXT = b"{}"


def record_touchpoints(items: Sequence[SystemTouchpoint], *, now: datetime) -> int:
    """Record facts on timelines; see the facade."""
    if not items:
        return 0
    source_id = system_source_id(now=now)
    unique = {make_message_id(source_id, item.key): item for item in items}
    received_at = to_micros(now)
    make_months((to_micros(item.occurred_at) for item in unique.values()), now=now)
    known = queries.claim_messages(unique, now=now)
    current = find_current_ids({item.customer_id for item in unique.values()})
    fresh = {
        message_id: item
        for message_id, item in unique.items()
        if message_id not in known and item.customer_id in current
    }
    arrivals = [
        _arrival(message_id, source_id, item.event, to_micros(item.occurred_at), received_at,
                 properties=mend_json(msgspec.json.encode(dict(item.properties))))
        for message_id, item in fresh.items()
    ]  # fmt: skip
    if arrivals:
        append_touchpoints(arrivals, [current[item.customer_id] for item in fresh.values()])
    return len(arrivals)


def collect_events(source_id: int, messages: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Put messages into the inbox; see the facade."""
    body = msgspec.json.encode({"batch": [dict(message) for message in messages]})
    checked = check_request(body, route="batch")
    accept_request(checked, source_id=source_id, route="batch", ip=None, now=now)


def identify_customer(
    identity: IdentityRef, *, traits: Mapping[str, Any], now: datetime
) -> CustomerId:
    """Find or create a person now; see the facade."""
    ref = (identity.kind, _identifying(identity))
    document = mend_json(msgspec.json.encode(dict(traits)))
    contacts = ((EMAIL, normalize_email(traits.get("email"))),
                (PHONE, normalize_phone(traits.get("phone"))))  # fmt: skip
    source_id, at = system_source_id(now=now), to_micros(now)
    arrival = msgspec.structs.replace(
        _arrival(secrets.token_bytes(16), source_id, "Identify", at, at, properties=document),
        type=TYPES["identify"],
        traits=msgspec.json.decode(document),
        refs=tuple(dict.fromkeys([ref, *((kind, value) for kind, value in contacts if value)])),
    )
    try:
        with transaction.atomic():
            return CustomerId(store_arrivals([arrival], now=now).customer_ids[0])
    except Refused:
        # The words must not tell a stranger that somebody was erased.
        raise Invalid(identity.kind, "This cannot be used here. Write to us for help.") from None


def _identifying(identity: IdentityRef) -> str:
    normalize = {EMAIL: normalize_email, PHONE: normalize_phone}.get(identity.kind)
    value = normalize(identity.value) if normalize else identity.value.strip()
    if not value or is_blocked(value) or len(value) > 255:
        kind = identity.kind.replace("_", " ")
        raise Invalid(identity.kind, f"This {kind} names nobody. Check how it is written.")
    return value


def _arrival(
    message_id: bytes, source_id: int, name: str, at: int, received_at: int, *, properties: bytes
) -> Arrival:
    return Arrival(
        message_id=message_id, source_id=source_id, type=_SYSTEM_TYPE, name=name, refs=(), at=at,
        received_at=received_at, original_at=None, sent_at=None, starts_journeys=True, revenue=None,
        properties=properties, context=_NO_CONTEXT,
    )  # fmt: skip
