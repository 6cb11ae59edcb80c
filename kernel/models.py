"""Gathers the kernel's models for Django."""

from kernel.access.models import ApiKey, User
from kernel.events.models import Cursor, Event, Parked
from kernel.heartbeats.models import Heartbeat

__all__ = ["ApiKey", "Cursor", "Event", "Heartbeat", "Parked", "User"]
