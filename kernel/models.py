"""Gathers the kernel's models for Django."""

from kernel.access.models import ApiKey, User

__all__ = ["ApiKey", "User"]
