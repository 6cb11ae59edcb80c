"""Gathers the kernel's models for Django."""

from kernel.access.models import ApiKey, User
from kernel.heartbeats.models import Heartbeat

__all__ = ["ApiKey", "Heartbeat", "User"]
