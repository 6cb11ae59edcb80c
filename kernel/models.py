"""Gathers the kernel's models for Django."""

from kernel.access.models import ApiKey, User
from kernel.audit.models import AuditEntry
from kernel.events.models import Cursor, Event, Parked
from kernel.heartbeats.models import Heartbeat
from kernel.http.models import IdempotencyKey
from kernel.retention.models import RetentionPolicy

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Cursor",
    "Event",
    "Heartbeat",
    "IdempotencyKey",
    "Parked",
    "RetentionPolicy",
    "User",
]
