"""The calls other apps may make: contracts in, contracts out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from profiles.contracts import CustomerId, CustomerSummary, IdentityRef, SystemTouchpoint
from profiles.customers import selectors as customers
from profiles.touchpoints.services import recording


def record_touchpoints(items: Sequence[SystemTouchpoint], *, now: datetime) -> int:
    """Record facts on people's timelines and return how many were new.

    In the caller's transaction and in sets; a key that was recorded before is left out. People
    who were merged meanwhile get theirs under the winner.
    """
    return recording.record_touchpoints(items, now=now)


def collect_events(source_id: int, messages: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
    """Take in messages in the Segment form, as the collection API does; they are stored soon.

    In the caller's transaction. At most 2,500 messages of 32 KB.

    Raises:
        Invalid: a message is too large.
    """
    recording.collect_events(source_id, messages, now=now)


def identify_customer(
    identity: IdentityRef, *, traits: Mapping[str, Any], now: datetime
) -> CustomerId:
    """Find or create the person behind an identifier, now, and set traits.

    In the caller's transaction. An `identify` touchpoint is recorded; `email` and `phone` among
    the traits become identifiers too.

    Raises:
        Invalid: the identifier names nobody, for example an e-mail address without “@”.
    """
    return recording.identify_customer(identity, traits=traits, now=now)


def find_customer(identity: IdentityRef) -> CustomerSummary | None:
    """Return the person behind an identifier, or `None`."""
    return customers.find_customer(identity)


def get_customers(ids: Iterable[CustomerId]) -> dict[CustomerId, CustomerSummary]:
    """Return people by id, in one statement; unknown and erased ones are absent.

    Somebody who was merged answers with the person who took over.
    """
    return customers.get_customers(ids)
