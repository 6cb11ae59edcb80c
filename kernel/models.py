"""Gathers the kernel's models for Django."""

from kernel.access.models import User

__all__ = ["User"]
