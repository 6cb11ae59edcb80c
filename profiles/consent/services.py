"""Changes of consent and of the suppression list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from kernel.audit import record
from kernel.errors import Invalid
from kernel.events import Bounds
from profiles.consent import preference_queries, queries
from profiles.consent.models import ConsentState
from profiles.consent.queries import Statement
from profiles.contracts import CustomerId, MergePair


def record_statement(statement: Statement) -> int:
    """Record what a person said and return the id of the ledger entry.

    The newest statement holds; an older one that arrives late only goes into the ledger. Joins
    the caller's transaction. Raises `Invalid` for an unknown state or an empty channel or source.
    """
    if statement.state not in ConsentState.values:
        known = ", ".join(ConsentState.values)
        raise Invalid("state", f"The state must be one of {known}, not “{statement.state}”.")
    for name in ("channel", "source"):
        if not getattr(statement, name):
            raise Invalid(name, f"Say the {name} of the consent; it is part of the proof.")
    with transaction.atomic():
        return queries.set_consent(statement)


def adopt_statements(bounds: Bounds) -> int:
    """Record what people said through their clients (“Consent Updated”) and return how many.

    An event without a channel or with an unknown state stays on the timeline and says nothing.
    """
    return queries.adopt_statements(bounds)


def suppress_address(channel: str, address: str, *, reason: str, now: datetime) -> bool:
    """Put an address on the suppression list; a second call changes nothing and returns False."""
    if not address:
        raise Invalid("address", "Say which address must not be written to.")
    with transaction.atomic():
        return queries.suppress_address(channel, address, reason=reason, now=now)


def release_address(channel: str, address: str, *, source: str, now: datetime) -> bool:
    """Take an address off the suppression list; False when it was not on it."""
    with transaction.atomic():
        return queries.release_address(channel, address, source=source, now=now)


def suppress_by_hand(channel: str, address: str, *, reason: str, actor: str, now: datetime) -> bool:
    """Put an address on the list for staff, on the audit log; False when it was there already."""
    with transaction.atomic():
        is_new = suppress_address(channel, address, reason=reason, now=now)
        if is_new:
            _note("suppressed", channel, reason, actor=actor, now=now)
    return is_new


def release_by_hand(channel: str, address: str, *, actor: str, now: datetime) -> bool:
    """Take an address off the list for staff, on the audit log; False when it was not on it."""
    with transaction.atomic():
        was_there = release_address(channel, address, source=f"staff:{actor}", now=now)
        if was_there:
            _note("released", channel, "", actor=actor, now=now)
    return was_there


def _note(verb: str, channel: str, reason: str, *, actor: str, now: datetime) -> None:
    """Note a deed without the address, which is personal data."""
    record(
        actor=actor, verb=verb, object_type="suppression", object_id=channel,
        after={"reason": reason}, now=now,
    )  # fmt: skip


class ConsentMerger:
    """Consent of people who become one: the stricter statement holds, the ledger moves along."""

    key = "consent"

    def merge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give the rows of each loser to its winner."""
        queries.merge_consents(pairs)
        preference_queries.move_preferences(pairs)

    def unmerge_customers(self, pairs: Sequence[MergePair], *, now: datetime) -> None:
        """Give each loser its entries back and restate both sides from the ledger."""
        queries.return_consents(pairs)
        preference_queries.return_preferences(pairs)


class ConsentData:
    """Exports and erases what people said; the ledger keeps that they spoke, not their address."""

    key = "consent"

    def export_customer(self, customer_id: CustomerId) -> dict[str, Any]:
        """Return every statement and suppression of one person."""
        exported = queries.export_consents(customer_id)
        return {**exported, "preferences": preference_queries.export_preferences(customer_id)}

    def erase_customers(self, customer_ids: Sequence[CustomerId], *, now: datetime) -> None:
        """Delete the state and blank the ledger."""
        queries.erase_consents(customer_ids)
        preference_queries.erase_preferences(customer_ids)
