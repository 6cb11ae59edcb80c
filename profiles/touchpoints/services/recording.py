"""What our own apps record: facts on timelines, messages, and people who gave their address."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from kernel.errors import Invalid
from profiles.contracts import CustomerId, IdentityRef, SystemTouchpoint
from profiles.customers.queries import find_current_ids
from profiles.customers.trait_queries import TraitValue, apply_traits
from profiles.identities.queries import load_people
from profiles.identities.rules import EMAIL, ERASED, PHONE, by_priority, is_blocked
from profiles.touchpoints import queries
from profiles.touchpoints.models import Source
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
from profiles.touchpoints.services.sources import built_in_source_id
from profiles.touchpoints.services.storing import (
    append_touchpoints,
    make_months,
    store_arrivals,
    system_source_id,
)

_SYSTEM_TYPE = 7
_NO_CONTEXT = b"{}"
API_SOURCE = "REST API"
STAFF_SOURCE = "Staff and journeys"
MAX_TRAITS = 32_768


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
    source_id, at = system_source_id(now=now), to_micros(now)
    arrival = msgspec.structs.replace(
        _arrival(secrets.token_bytes(16), source_id, "Identify", at, at, properties=document),
        type=TYPES["identify"],
        traits=msgspec.json.decode(document),
        refs=tuple(dict.fromkeys([ref, *_contacts(traits)])),
    )
    batch = store_arrivals([arrival], now=now)
    if batch.refused:
        # The words must not tell a stranger that somebody was erased.
        raise Invalid(identity.kind, "This cannot be used here. Write to us for help.")
    return CustomerId(batch.customer_ids[0])


def set_traits(
    customer_id: CustomerId,
    *,
    traits: Mapping[str, Any],
    source_id: int | None = None,
    now: datetime,
) -> None:
    """Set traits of a person as a touchpoint of a source, or of “REST API”; null removes one.

    In the caller's transaction. `email` and `phone` become identifiers too.

    Raises:
        Invalid: the traits are too large, or an address belongs to somebody who was erased.
    """
    document = mend_json(msgspec.json.encode(dict(traits)))
    if len(document) > MAX_TRAITS:
        raise Invalid("traits", f"The traits may have up to {MAX_TRAITS:,} bytes.")
    own = [
        (kind, value)
        for kind, values in load_people([customer_id])[customer_id].refs.items()
        for value in values
    ]
    at = to_micros(now)
    arrival = msgspec.structs.replace(
        _arrival(
            secrets.token_bytes(16),
            source_id or api_source_id(now=now),
            "Identify",
            at,
            at,
            properties=document,
        ),
        type=TYPES["identify"],
        traits=msgspec.json.decode(document),
        refs=by_priority([*by_priority(own)[:1], *_contacts(traits)]),
    )
    for _, problem in store_arrivals([arrival], now=now).refused:
        is_erased = problem.reason == ERASED
        text = "This cannot be used: it belonged to somebody who was erased."
        raise Invalid(f"traits.{problem.field}", text if is_erased else problem.detail)


def set_traits_of(changes: Mapping[CustomerId, Mapping[str, Any]], *, now: datetime) -> None:
    """Set traits of many people; see the facade. They were not seen by it: nobody moved."""
    if not changes:
        return
    source_id, at = staff_source_id(now=now), to_micros(now)
    make_months([at], now=now)
    current = find_current_ids(changes)
    told, arrivals, customer_ids = [], [], []
    for asked_id, traits in changes.items():
        if (customer_id := current.get(asked_id)) is None:
            continue
        document = mend_json(msgspec.json.encode(dict(traits)))
        arrival = _arrival(
            secrets.token_bytes(16), source_id, "Identify", at, at, properties=document
        )
        arrivals.append(msgspec.structs.replace(arrival, type=TYPES["identify"]))
        customer_ids.append(customer_id)
        told += [
            TraitValue(customer_id, name, value, at, source_id)
            for name, value in msgspec.json.decode(document).items()
        ]
    if arrivals:
        apply_traits(told, now=now)
        append_touchpoints(arrivals, customer_ids)


def staff_source_id(*, now: datetime) -> int:
    """Return the built-in source under which staff and journeys set traits."""
    return built_in_source_id(STAFF_SOURCE, Source.Kind.STAFF, now=now)


def api_source_id(*, now: datetime) -> int:
    """Return the built-in source under which the REST API sets traits."""
    return built_in_source_id(API_SOURCE, Source.Kind.API, now=now)


def _contacts(traits: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = ((EMAIL, normalize_email(traits.get("email"))),
             (PHONE, normalize_phone(traits.get("phone"))))  # fmt: skip
    return [(kind, value) for kind, value in found if value]


def normalize_identity(identity: IdentityRef) -> IdentityRef:
    """Return an identifier in the form in which it is stored.

    Raises:
        Invalid: it names nobody, for example an e-mail address without “@”.
    """
    return IdentityRef(kind=identity.kind, value=_identifying(identity))


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
