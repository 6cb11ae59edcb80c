"""Writing the audit trail."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from kernel.audit.models import AuditEntry


def record(  # noqa: PLR0913 (a deed has these seven facts)
    *, actor: str, verb: str, object_type: str, object_id: object,
    before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:  # fmt: skip
    """Write down who did what, in the transaction of the deed itself.

    Args:
        actor: who, as `kernel.access.actors.actor_of` names them: `user:12`, `key:1a2b3c4d`, or
            `command:create_staff` for a command line.
        verb: what, in the past: `published`, `role_changed`.
        object_type: the kind of thing, in the glossary's word: `journey`.
        object_id: which one.
        before: the fields as they were; no secrets, and ids instead of personal data.
        after: the fields as they are now.
        now: when.
    """
    AuditEntry.objects.create(
        at=now, actor=actor, verb=verb, object_type=object_type, object_id=str(object_id),
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
    )  # fmt: skip


def record_each(
    object_ids: Iterable[object], *, actor: str, verb: str, object_type: str,
    after: Mapping[str, Any] | None = None, now: datetime,
) -> None:  # fmt: skip
    """Write down one deed done to many things at once, an entry for each; see `record`."""
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                at=now, actor=actor, verb=verb, object_type=object_type, object_id=str(object_id),
                after=None if after is None else dict(after),
            )
            for object_id in object_ids
        ],
        batch_size=1_000,
    )  # fmt: skip
