"""The audit trail: who changed what, from what to what, and when."""

from kernel.audit.services import record

__all__ = ["record"]
