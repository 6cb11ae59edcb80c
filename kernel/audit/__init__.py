"""The audit trail: who changed what, from what to what, and when."""

from kernel.audit.services import record, record_each

__all__ = ["record", "record_each"]
