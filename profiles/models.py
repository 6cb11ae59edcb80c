"""Gathers the slices' models for Django."""

from profiles.customers.models import Customer, Merge
from profiles.identities.models import Identity
from profiles.touchpoints.models import (
    Event,
    InboxItem,
    MessageLedger,
    QuarantinedMessage,
    Source,
    Touchpoint,
)

__all__ = [
    "Customer",
    "Event",
    "Identity",
    "InboxItem",
    "Merge",
    "MessageLedger",
    "QuarantinedMessage",
    "Source",
    "Touchpoint",
]
